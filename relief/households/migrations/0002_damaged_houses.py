"""The ledger of damaged houses."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import relief.journal.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("field", "0001_initial"),
        ("geography", "0001_initial"),
        ("households", "0001_initial"),
        ("incidents", "0002_closures_by_vehicle"),
        ("journal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DamagedHouse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.UUIDField()),
                ("head", models.CharField(blank=True, max_length=60)),
                ("people", models.PositiveSmallIntegerField(default=0)),
                (
                    "building",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("adobe", "adobe"),
                            ("brick_wood", "brick and wood"),
                            ("brick_concrete", "brick and concrete"),
                            ("frame", "frame"),
                        ],
                        max_length=16,
                    ),
                ),
                ("rooms_total", models.PositiveSmallIntegerField()),
                ("rooms_collapsed", models.PositiveSmallIntegerField(default=0)),
                ("rooms_severe", models.PositiveSmallIntegerField(default=0)),
                ("rooms_general", models.PositiveSmallIntegerField(default=0)),
                ("dwelling", models.BooleanField()),
                ("sole_dwelling", models.BooleanField(default=False)),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("collapsed", "collapsed"),
                            ("severe", "severely damaged"),
                            ("general", "damaged"),
                        ],
                        max_length=10,
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(null=True, srid=4326)),
                ("accuracy_m", models.PositiveIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.BigIntegerField(help_text="user id")),
                ("request_key", models.UUIDField(unique=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.area",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journal.book",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.household",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="damaged_houses",
                        to="incidents.incident",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="damaged_house",
                        to="field.item",
                    ),
                ),
                (
                    "replaced_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="households.damagedhouse",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("book", "id"), name="damaged_house_in_book"),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_by", None)),
                        fields=("incident", "chain"),
                        name="damaged_house_one_card",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__in", ["collapsed", "severe", "general"])),
                        name="damaged_house_grade",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rooms_total__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("rooms_collapsed"), "+", models.F("rooms_severe")
                                    ),
                                    "+",
                                    models.F("rooms_general"),
                                ),
                            )
                        ),
                        name="damaged_house_rooms",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rooms_collapsed__gt", 0),
                            ("rooms_severe__gt", 0),
                            ("rooms_general__gt", 0),
                            _connector="OR",
                        ),
                        name="damaged_house_some_room",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sole_dwelling", False), ("dwelling", True), _connector="OR"
                        ),
                        name="damaged_house_sole_dwelling",
                    ),
                    relief.journal.constraints.SameBook(
                        book="book", field="incident", name="damaged_house_incident_book"
                    ),
                    relief.journal.constraints.SameBook(
                        book="book", field="replaced_by", name="damaged_house_replaced_book"
                    ),
                    relief.journal.constraints.SameBook(
                        book="book", field="item", name="damaged_house_item_book"
                    ),
                ],
            },
        ),
    ]
