"""No row of one book ever points into another: the database refuses it, whoever asks."""

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import IntegrityError

from relief.journal.constraints import SameBook
from relief.journal.models import Book, BookKind
from tests.world import flood, report, stock

# A trial of a drill has a book of its own: it names the drill, and nothing else goes across.
ACROSS = {("drills_drill", "trial_of")}


def constraints() -> list[tuple[str, SameBook]]:
    return [
        (model._meta.db_table, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, SameBook)
    ]


def test_every_foreign_key_within_a_book_is_a_pair_in_the_database(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND condeferred")
        known = {name for (name,) in cursor.fetchall()}
    assert {constraint.name for _, constraint in constraints()} <= known
    assert len(constraints()) >= 15


def test_every_row_of_a_book_that_names_another_is_guarded(db):
    """A model with a book and a foreign key to a model with a book has a SameBook for it."""
    guarded = {(table, constraint.field) for table, constraint in constraints()}
    for model in apps.get_models():
        if not model.__module__.startswith("relief."):
            continue
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name, field in fields.items():
            target = field.related_model
            if (model._meta.db_table, name) in ACROSS:
                continue
            if "book" in fields and name != "book" and target and hasattr(target, "book"):
                assert (model._meta.db_table, name) in guarded, f"{model.__name__}.{name}"


@pytest.mark.parametrize(
    "table",
    [
        "incidents_roadclosure",
        "reports_report",
        "reports_reportduty",
        "households_affectedvillage",
        "response_levelassessment",
        "response_activation",
        "response_responsetask",
        "stock_holding",
        "ledger_posting",
    ],
)
def test_a_row_moved_into_the_drill_is_refused_at_commit(world, table):
    from tests.incidents.test_actions import close
    from tests.response.test_activation import activate

    incident = flood(world)
    report(world, incident, "Northbank")
    close(world, incident)
    activate(world, incident)
    stock(world, "QUILT", 5)
    with connection.cursor() as cursor:
        if table == "ledger_posting":  # postings are append-only: insert a mixed one instead
            sql = (
                "INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity) "
                "SELECT %s, movement_id, account_id, 0 - quantity FROM ledger_posting"
            )
        else:
            sql = f"UPDATE {table} SET book_id = %s"  # the names above
        with pytest.raises(IntegrityError, match=r"_book|balance"), transaction.atomic():
            cursor.execute(sql, [world.drill.id])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_there_is_one_real_book(db):
    Book.objects.create(kind=BookKind.REAL, name="实战")
    with pytest.raises(IntegrityError, match="one_real_book"), transaction.atomic():
        Book.objects.create(kind=BookKind.REAL, name="又一个")
