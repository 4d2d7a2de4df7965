"""Damage reports of the townships: the series, and when the next one is due."""

import uuid

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.field.models import Item
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book


class ReportKind(models.TextChoices):
    """Kind of report in the series of one incident."""

    INITIAL = "initial", _("initial report")  # 初报
    FOLLOW_UP = "follow_up", _("follow-up report")  # 续报
    ZERO = "zero", _("zero report")  # 零报告
    VERIFIED = "verified", _("verified report")  # 核报


class ReportState(models.TextChoices):
    """State of a report. Only adopted and verified ones can count."""

    WAITING = "waiting", _("waiting to be adopted")  # 待采纳
    TO_MERGE = "to_merge", _("to be merged")  # 待合并
    ADOPTED = "adopted", _("adopted")  # 已采纳
    VERIFIED = "verified", _("verified")  # 已核
    RETURNED = "returned", _("returned")  # 驳回
    MERGED = "merged", _("merged into another")  # 已合并


class ChangeReason(models.TextChoices):
    """Why a total fell or rose sharply (激增激减说明)."""

    DOUBLE_COUNT = "double_count", _("a double count was corrected")  # 重复统计更正
    NEW_CHECK = "new_check", _("checked again on the spot")  # 新核查
    WATER_GONE = "water_gone", _("houses fell after the water went down")  # 水退房塌
    OTHER = "other", _("another reason")  # 其他


class Report(models.Model):
    """Damage report (灾情快报) of a township, or of one of its villages; it is never edited.

    A chain (一次报送) is one initial report and the versions that follow it; `base` is the version
    that a follow-up extends. `figures` maps the indicators of `indicators.py` to whole numbers
    (hectares and money with decimals as text). `counts` says that the township's totals use this
    version: see `chains.counting`. `seq` counts within incident and area. `request_key` is made by
    the form or the phone (there it is the item's id), so that the same form sent twice is one
    report; `base` is named by it. `scene` holds what is said beside the figures: what is hit,
    people trapped, what is wanted. A report of the county itself is what it passed on to the
    prefecture (上报): the sum of its townships at that moment; it never counts.
    """

    READ_ACT = Act.READ_REPORTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="reports")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ReportKind)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.ADOPTED)
    village = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    chain = models.UUIDField(default=uuid.uuid4)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    counts = models.BooleanField(default=False)
    item = models.OneToOneField(Item, models.PROTECT, null=True, related_name="report")
    point = models.PointField(srid=4326, null=True)
    accuracy_m = models.PositiveIntegerField(null=True)
    scene = models.JSONField(default=dict)
    figures = models.JSONField()
    as_of = models.DateTimeField()
    filed_at = models.DateTimeField()
    filed_by = models.BigIntegerField()
    due_at = models.DateTimeField(null=True)
    change_reason = models.CharField(max_length=12, choices=ChangeReason, blank=True)
    change_note = models.CharField(max_length=200, blank=True)
    narrative = models.CharField(max_length=200, blank=True)
    checked_by = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    check_note = models.CharField(max_length=200, blank=True)
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "area", "seq"], name="report_seq"),
            models.UniqueConstraint(fields=["book", "id"], name="report_in_book"),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state"),
            models.CheckConstraint(
                condition=Q(change_reason__in=["", *ChangeReason.values]),
                name="report_change_reason",
            ),
            models.CheckConstraint(condition=Q(seq__gt=0), name="report_seq_positive"),
            models.CheckConstraint(
                condition=Q(counts=False)
                | Q(state__in=[ReportState.ADOPTED, ReportState.VERIFIED]),
                name="report_counts_adopted",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(state=ReportState.MERGED),
                name="report_merged_state",
            ),
            models.UniqueConstraint(
                fields=["incident", "chain"], condition=Q(counts=True), name="report_chain_counts"
            ),
            SameBook(field="incident", name="report_incident_book"),
            SameBook(field="base", name="report_base_book"),
            SameBook(field="merged_into", name="report_merged_book"),
            SameBook(field="item", name="report_item_book"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} no. {self.seq}"


class ReportDuty(models.Model):
    """Reporting duty (报送任务): the next report of a township or the county, and when it is due.

    One row per incident and area; the county's own is the report to the prefecture. `overdue_since`
    is set by the clock and cleared by a report. `copies_due_at`, on the county's row only, says by
    when copies must be with province and ministry (直报), from so many dead and missing on.
    """

    READ_ACT = Act.READ_REPORTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="report_duties")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReportKind)
    due_at = models.DateTimeField()
    last_report_at = models.DateTimeField(null=True)
    overdue_since = models.DateTimeField(null=True)
    copies_due_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "report duties"
        constraints = [
            models.UniqueConstraint(fields=["incident", "area"], name="report_duty_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ReportKind.values), name="report_duty_kind"
            ),
            models.CheckConstraint(
                condition=Q(overdue_since=None) | Q(overdue_since__gte=F("due_at")),
                name="report_duty_overdue",
            ),
            SameBook(field="incident", name="report_duty_incident_book"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} due {self.due_at}"
