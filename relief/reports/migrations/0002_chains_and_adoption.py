"""Versions form chains, and only adopted ones count; what was filed so far was counted at once."""

import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

import relief.journal.constraints
from relief.journal.migrating import Together

# Each township had one series per incident: it becomes one chain, each version based on the last
# one before it that was not returned, and the newest of these counts.
CHAINS = """
    SET CONSTRAINTS ALL IMMEDIATE;
    UPDATE reports_report SET state = 'adopted' WHERE state = 'filed';
    UPDATE reports_report SET change_reason = 'other' WHERE change_note <> '';
    UPDATE reports_report r SET chain = first.request_key
      FROM (SELECT DISTINCT ON (incident_id, area_id) incident_id, area_id, request_key
              FROM reports_report ORDER BY incident_id, area_id, seq) first
     WHERE first.incident_id = r.incident_id AND first.area_id = r.area_id;
    UPDATE reports_report r
       SET base_id = (SELECT b.id FROM reports_report b
                       WHERE b.incident_id = r.incident_id AND b.area_id = r.area_id
                         AND b.seq < r.seq AND b.state <> 'returned'
                       ORDER BY b.seq DESC LIMIT 1);
    UPDATE reports_report SET counts = true
     WHERE id IN (SELECT DISTINCT ON (incident_id, area_id) id FROM reports_report
                   WHERE state <> 'returned' ORDER BY incident_id, area_id, seq DESC);
    SET CONSTRAINTS ALL DEFERRED;
"""
BACK = """
    SET CONSTRAINTS ALL IMMEDIATE;
    UPDATE reports_report SET state = 'filed'
     WHERE state IN ('adopted', 'waiting', 'to_merge');
    UPDATE reports_report SET state = 'returned' WHERE state = 'merged';
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("field", "0001_initial"),
        ("geography", "0001_initial"),
        ("incidents", "0002_closures_by_vehicle"),
        ("journal", "0001_initial"),
        ("reports", "0001_initial"),
    ]

    operations = [
        Together(
            operations=[
                migrations.RemoveConstraint(
                    model_name="report",
                    name="report_state",
                ),
                migrations.AddField(
                    model_name="report",
                    name="accuracy_m",
                    field=models.PositiveIntegerField(null=True),
                ),
                migrations.AddField(
                    model_name="report",
                    name="base",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="reports.report",
                    ),
                ),
                migrations.AddField(
                    model_name="report",
                    name="chain",
                    field=models.UUIDField(default=uuid.uuid4),
                ),
                migrations.AddField(
                    model_name="report",
                    name="change_reason",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("double_count", "a double count was corrected"),
                            ("new_check", "checked again on the spot"),
                            ("water_gone", "houses fell after the water went down"),
                            ("other", "another reason"),
                        ],
                        default="",
                        max_length=12,
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="reportduty",
                    name="copies_due_at",
                    field=models.DateTimeField(null=True),
                ),
                migrations.AddField(
                    model_name="report",
                    name="counts",
                    field=models.BooleanField(default=False),
                ),
                migrations.AddField(
                    model_name="report",
                    name="item",
                    field=models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report",
                        to="field.item",
                    ),
                ),
                migrations.AddField(
                    model_name="report",
                    name="merged_into",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="reports.report",
                    ),
                ),
                migrations.AddField(
                    model_name="report",
                    name="point",
                    field=django.contrib.gis.db.models.fields.PointField(null=True, srid=4326),
                ),
                migrations.AddField(
                    model_name="report",
                    name="scene",
                    field=models.JSONField(default=dict),
                ),
                migrations.AddField(
                    model_name="report",
                    name="village",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.area",
                    ),
                ),
                migrations.AlterField(
                    model_name="report",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("waiting", "waiting to be adopted"),
                            ("to_merge", "to be merged"),
                            ("adopted", "adopted"),
                            ("verified", "verified"),
                            ("returned", "returned"),
                            ("merged", "merged into another"),
                        ],
                        default="adopted",
                        max_length=10,
                    ),
                ),
            ]
        ),
        migrations.RunSQL(CHAINS, BACK),
        Together(
            operations=[
                migrations.AddConstraint(
                    model_name="report",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "change_reason__in",
                                ["", "double_count", "new_check", "water_gone", "other"],
                            )
                        ),
                        name="report_change_reason",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "waiting",
                                    "to_merge",
                                    "adopted",
                                    "verified",
                                    "returned",
                                    "merged",
                                ],
                            )
                        ),
                        name="report_state",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("counts", False),
                            ("state__in", ["adopted", "verified"]),
                            _connector="OR",
                        ),
                        name="report_counts_adopted",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None), ("state", "merged"), _connector="OR"
                        ),
                        name="report_merged_state",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("counts", True)),
                        fields=("incident", "chain"),
                        name="report_chain_counts",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=relief.journal.constraints.SameBook(
                        book="book", field="base", name="report_base_book"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=relief.journal.constraints.SameBook(
                        book="book", field="merged_into", name="report_merged_book"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="report",
                    constraint=relief.journal.constraints.SameBook(
                        book="book", field="item", name="report_item_book"
                    ),
                ),
            ]
        ),
    ]
