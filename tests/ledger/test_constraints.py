"""Raw SQL that breaks a rule of the ledger is refused by the database itself."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError

from relief.journal.models import Book, BookKind
from relief.ledger import steps
from relief.ledger.audit import audit
from relief.ledger.models import Account, AccountKind, Hold, MovementKind, Posting
from tests import proof
from tests.world import NOW


@pytest.fixture
def store(db) -> Account:
    """A store with 100 units, 30 of them held."""
    book = Book.objects.create(kind=BookKind.REAL, name="实战")
    with transaction.atomic():
        row = steps.account(
            book_id=book.id, kind=AccountKind.STORE, holder="depot:1", commodity="lot:1"
        )
        opening = steps.account(
            book_id=book.id, kind=AccountKind.OPENING, holder="book:1", commodity="lot:1"
        )
        steps.post(
            book_id=book.id,
            kind=MovementKind.OPENING,
            document="note",
            postings={row: 100, opening: -100},
            actor=None,
            now=NOW,
        )
        steps.hold(account=row, document="order_line:1", quantity=30)
    row.refresh_from_db()
    return row


def run(sql: str, *values) -> None:
    """Run it as a transaction of its own would end: with the deferred checks made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql: str, *values, by: type[DatabaseError] = IntegrityError) -> str:
    return str(proof.unchanged(lambda: run(sql, *values), by))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_posting SET quantity = quantity * 2",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_movement SET note = 'x'",
        "DELETE FROM ledger_movement",
    ],
)
def test_history_is_never_edited(store, sql):
    assert "Cannot update or delete" in refused(sql, by=ProgrammingError)


def test_a_movement_must_balance(store):
    sentence = refused(
        "WITH m AS (INSERT INTO ledger_movement (book_id, kind, document, happened_at, note) "
        "VALUES (%s, 'purchase', 'x', now(), '') RETURNING id) "
        "INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity) "
        "SELECT %s, m.id, %s, 5 FROM m",
        store.book_id,
        store.book_id,
        store.id,
    )
    assert "does not balance for lot:1" in sentence


def test_a_later_posting_cannot_unbalance_an_old_movement(store):
    movement = Posting.objects.first().movement_id
    assert "does not balance" in refused(
        "INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity) "
        "VALUES (%s, %s, %s, 1)",
        store.book_id,
        movement,
        store.id,
    )


def test_a_balance_never_goes_below_zero(store):
    assert "account_not_negative" in refused(
        "UPDATE ledger_account SET balance = -1, held = 0 WHERE id = %s", store.id
    ) or "account_held" in refused(
        "UPDATE ledger_account SET balance = -1, held = 0 WHERE id = %s", store.id
    )
    opening = Account.objects.get(kind=AccountKind.OPENING)
    assert opening.balance == -100


def test_a_store_is_never_emptied_below_what_it_holds(store):
    opening = Account.objects.get(kind=AccountKind.OPENING)
    assert "account_held_within_balance" in refused(
        "WITH m AS (INSERT INTO ledger_movement (book_id, kind, document, happened_at, note) "
        "VALUES (%s, 'dispatch', 'x', now(), '') RETURNING id) "
        "INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity) "
        "SELECT %s, m.id, a.id, a.units FROM m, (VALUES (%s, -71), (%s, 71)) a (id, units)",
        store.book_id,
        store.book_id,
        store.id,
        opening.id,
    )


def test_a_hold_above_the_balance_is_refused(store):
    assert "account_held_within_balance" in refused(
        "UPDATE ledger_hold SET quantity = 101 WHERE account_id = %s", store.id
    )
    assert "hold_not_negative" in refused(
        "UPDATE ledger_hold SET quantity = -1 WHERE account_id = %s", store.id
    )


def test_a_hold_follows_its_changes_and_its_end(store):
    run("UPDATE ledger_hold SET quantity = 45 WHERE account_id = %s", store.id)
    store.refresh_from_db()
    assert store.held == 45
    Hold.objects.all().delete()
    store.refresh_from_db()
    assert store.held == 0


def test_an_empty_posting_or_an_unknown_kind_is_refused(store):
    movement = Posting.objects.first().movement_id
    assert "posting_not_zero" in refused(
        "INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity) "
        "VALUES (%s, %s, %s, 0)",
        store.book_id,
        movement,
        store.id,
    )
    assert "account_kind" in refused(
        "UPDATE ledger_account SET kind = 'pocket' WHERE id = %s", store.id
    )
    assert "account_once" in refused(
        "INSERT INTO ledger_account (book_id, kind, holder, commodity, balance, held) "
        "SELECT book_id, kind, holder, commodity, 0, 0 FROM ledger_account WHERE id = %s",
        store.id,
    )


@pytest.mark.parametrize("table", ["ledger_account", "ledger_hold"])
def test_books_are_never_mixed(store, table):
    drill = Book.objects.create(kind=BookKind.DRILL, name="演练")
    assert "_book" in refused(f"UPDATE {table} SET book_id = %s", drill.id)


def test_the_audit_finds_what_somebody_changed_by_hand(store):
    assert audit() == []
    run("UPDATE ledger_account SET balance = balance + 1 WHERE id = %s", store.id)
    found = [str(one) for one in audit()]
    assert found == [
        f"ledger: account {store.id} (store depot:1 lot:1): balance 101, postings give 100",
        f"ledger: book {store.book_id}: accounts of lot:1 sum to +1",
    ]
    run("UPDATE ledger_account SET balance = 100, held = 29 WHERE id = %s", store.id)
    assert [str(one) for one in audit(book_id=store.book_id)] == [
        f"ledger: account {store.id} (store depot:1 lot:1): 29 held, its holds give 30"
    ]
    other = Book.objects.create(kind=BookKind.DRILL, name="演练")
    assert audit(book_id=other.id) == []
