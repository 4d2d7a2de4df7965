"""What stands ready before a disaster: response plans and shelters."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.journal.models import Book


class PlanPart(models.TextChoices):
    """One of the six parts a plan has by article 8 of the relief regulation (应急预案六项内容)."""

    COMMAND = "command", _("command and duties")  # 指挥体系和职责
    TEAMS = "teams", _("teams")  # 应急队伍
    MEANS = "means", _("funds, goods and equipment")  # 资金、物资、设备
    WARNING = "warning", _("warning and reporting")  # 预警预报和灾情报告
    LEVELS = "levels", _("response levels and measures")  # 应急响应等级和措施
    RECOVERY = "recovery", _("relief afterwards and rebuilding")  # 灾后救助和恢复重建


class ResponsePlan(models.Model):
    """Response plan (应急预案) of an area, by version.

    A version is never edited: another `replaces` it (修订) and begins on the day it ends. `parts`
    are those of the six parts that it has. `last_drill_on` is when its area last drilled it; when
    the next drill is due follows from that. `change_note` says why this version came. `file` is the
    SHA-256 of its text, a PDF that bore the name `file_name`.
    """

    READ_ACT, BOOK, WIDE = Act.READ_NORMS, None, True

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    number = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    approved_on = models.DateField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    last_drill_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField()
    parts = ArrayField(models.CharField(max_length=10, choices=PlanPart), default=list)
    change_note = models.CharField(max_length=400, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    file = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=120, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "number", "version"], name="plan_version"),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="plan_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.title if (get_language() or "").startswith("zh") else self.title_en


class Contact(models.Model):
    """Contact (联系人): who answers for a post in an area, with an office phone.

    With `alert` a message goes there when a response in the area starts, changes or ends.
    """

    READ_ACT, BOOK, WIDE = Act.READ_INCIDENTS, None, True

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    post = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30)
    note = models.CharField(max_length=120, blank=True)
    alert = models.BooleanField(default=False)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "post", "name"], name="contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.name}"


class ShelterKind(models.TextChoices):
    """Class of shelter (避难场所类别)."""

    URGENT = "urgent", _("urgent shelter")  # 紧急
    FIXED = "fixed", _("fixed shelter")  # 固定
    CENTRAL = "central", _("central shelter")  # 中心


class Shelter(models.Model):
    """Shelter (避难场所) with its capacity; shared by all books."""

    READ_ACT, BOOK = Act.READ_SHELTERS, None

    code = models.CharField(max_length=20, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=ShelterKind)
    point = models.PointField(srid=4326, geography=True)
    area_m2 = models.PositiveIntegerField()
    capacity = models.PositiveIntegerField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ShelterKind.values), name="shelter_kind")
        ]

    def __str__(self) -> str:
        return self.name if (get_language() or "").startswith("zh") else self.name_en


class ShelterCount(models.Model):
    """People now in a shelter (现有安置人数), in one book; may exceed capacity."""

    READ_ACT = Act.READ_SHELTERS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    shelter = models.ForeignKey(Shelter, models.PROTECT, related_name="counts")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    people = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    counted_by = models.BigIntegerField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "shelter"], name="shelter_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.shelter_id}: {self.people}"
