import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from relief.journal.migrating import Together


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_initial"),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name="Checkpoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("number", models.BigIntegerField()),
                        ("as_of", models.DateTimeField()),
                        (
                            "book",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="checkpoints",
                                to="journal.book",
                            ),
                        ),
                    ],
                    options={
                        "ordering": [models.OrderBy(models.F("number"))],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("book", "number"), name="checkpoint_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("number__gte", 0)), name="checkpoint_number"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckpointPart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("area", models.CharField(help_text="path of the area", max_length=80)),
                        ("wide", models.BooleanField()),
                        ("audience", models.SmallIntegerField()),
                        ("rows", models.TextField()),
                        (
                            "checkpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="parts",
                                to="journal.checkpoint",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("checkpoint", "area", "wide", "audience"),
                                name="checkpoint_part_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("audience__gt", 0), ("audience__lt", 16)),
                                name="checkpoint_part_audience",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="book",
                    name="kept_from",
                    field=models.BigIntegerField(default=1),
                ),
                migrations.AddConstraint(
                    model_name="book",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("kept_from__gte", 1),
                            (
                                "kept_from__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("last_number"), "+", models.Value(1)
                                ),
                            ),
                        ),
                        name="book_kept_from",
                    ),
                ),
            ]
        ),
    ]
