"""Changes gathered in one operation of a migration."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from relief.journal.migrating import Together

TABLE = "journal_pump"
FIRST = migrations.CreateModel(
    name="Pump",
    fields=[
        ("id", models.BigAutoField(primary_key=True)),
        ("litres", models.IntegerField()),
        ("colour", models.CharField(max_length=9)),
    ],
    options={"constraints": [models.CheckConstraint(condition=models.Q(litres=1), name="wet")]},
)
CHANGES = Together(
    operations=[
        migrations.RemoveConstraint(model_name="pump", name="wet"),
        migrations.AlterField(
            model_name="pump", name="litres", field=models.BigIntegerField(null=True)
        ),
        migrations.RemoveField(model_name="pump", name="colour"),
        migrations.AddField(
            model_name="pump", name="hoses", field=models.SmallIntegerField(default=2)
        ),
        migrations.AddConstraint(
            model_name="pump",
            constraint=models.CheckConstraint(condition=models.Q(hoses__gte=0), name="wet"),
        ),
        migrations.CreateModel(
            name="Hose",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("pump", models.ForeignKey("journal.Pump", models.CASCADE)),
            ],
        ),
    ]
)


def _apply(operation: migrations.operations.base.Operation, state: ProjectState) -> ProjectState:
    after = state.clone()
    operation.state_forwards("journal", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("journal", editor, state, after)
    return after


def _columns() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            [TABLE],
        )
        return dict(cursor.fetchall())


def _rules() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = %s::regclass",
            [TABLE],
        )
        return [rule for (rule,) in cursor.fetchall()]


@pytest.mark.django_db
def test_every_change_reaches_the_database_and_can_be_taken_back():
    before = _apply(FIRST, ProjectState())
    after = _apply(CHANGES, before)

    assert _columns() == {"id": "bigint", "litres": "bigint", "hoses": "smallint"}
    assert _rules() == ["CHECK ((hoses >= 0))"]
    assert "journal_hose" in connection.introspection.table_names()

    with connection.schema_editor() as editor:
        CHANGES.database_backwards("journal", editor, after, before)
    assert _columns() == {"id": "bigint", "litres": "integer", "colour": "character varying"}
    assert _rules() == ["CHECK ((litres = 1))"]
    assert "journal_hose" not in connection.introspection.table_names()


def test_the_models_are_not_drawn_between_the_changes():
    state = ProjectState()
    FIRST.state_forwards("journal", state)
    drawn = state.apps
    CHANGES.state_forwards("journal", state)
    assert "apps" not in state.__dict__
    assert set(state.models) == {("journal", "pump"), ("journal", "hose")}
    assert state.apps is not drawn
