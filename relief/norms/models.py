"""Every legal or planning number as a dated row with the document it rests on."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level


class Document(models.Model):
    """Document (文件依据): law, plan, standard or source a number comes from."""

    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["title", "number"], name="norm_document_once")
        ]

    def __str__(self) -> str:
        return self.title


class Dated(models.Model):
    """A rule of one area from one day on. `assumed` marks a value no source gives."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    assumed = models.BooleanField(default=False)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def _dates(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
        name=name,
    )


class Norm(Dated):
    """One number (标准): `numerator / denominator` in `unit`, found by its key."""

    key = models.CharField(max_length=60)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)
    unit = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "key", "effective_from"], name="norm_once"),
            models.CheckConstraint(condition=Q(denominator__gt=0), name="norm_denominator"),
            _dates("norm_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.numerator}/{self.denominator} {self.unit}"


class PeopleRule(models.TextChoices):
    """How relocated people and people needing aid count together (2016 或, 2024 和)."""

    SUM = "sum", _("sum of both")
    EITHER = "either", _("the larger of both")


class Criterion(models.TextChoices):
    """Criterion of a response level (启动条件)."""

    DEAD_MISSING = "dead_missing", _("dead and missing")
    PEOPLE = "people", _("relocated and needing aid")
    ROOMS = "rooms", _("rooms collapsed or severely damaged")
    HOUSEHOLDS = "households", _("households with collapsed or severely damaged homes")
    DROUGHT = "drought", _("people needing aid in drought")


class ThresholdProfile(Dated):
    """The thresholds of one jurisdiction's plan (响应启动条件)."""

    people_rule = models.CharField(max_length=8, choices=PeopleRule, default=PeopleRule.SUM)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "effective_from"], name="profile_once"),
            models.CheckConstraint(
                condition=Q(people_rule__in=PeopleRule.values),
                name="profile_people_rule",
            ),
            _dates("profile_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.effective_from}"


class Threshold(models.Model):
    """One bound: level `level` is met from `lower` on (以上 includes the number)."""

    profile = models.ForeignKey(ThresholdProfile, models.CASCADE, related_name="thresholds")
    level = models.PositiveSmallIntegerField()
    criterion = models.CharField(max_length=16, choices=Criterion)
    lower = models.PositiveIntegerField()
    assumed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "level", "criterion"], name="threshold_once"
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="threshold_level"),
            models.CheckConstraint(
                condition=Q(criterion__in=Criterion.values), name="threshold_criterion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.level} ≥ {self.lower}"


class GoodsNorm(Dated):
    """Planning quantity of one item (物资配置标准).

    People × `amount` × `days` / (`per_people` × `pack`), rounded up to whole units. `pack` is what
    one unit holds of the amount (13.2 L of water in a case). Hazard and cold season narrow it.
    """

    item_code = models.CharField(max_length=12)
    amount = models.DecimalField(max_digits=8, decimal_places=3)
    per_people = models.PositiveIntegerField(default=1)
    days = models.PositiveSmallIntegerField(default=1)
    pack = models.DecimalField(max_digits=8, decimal_places=3, default=1)
    priority = models.PositiveSmallIntegerField(help_text=_("1 first … 4 last"))
    hazards = models.CharField(max_length=120, blank=True, help_text=_("empty: every hazard"))
    cold = models.BooleanField(
        null=True, help_text=_("only in the cold season, or only outside it")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "item_code", "effective_from", "cold"],
                name="goods_norm_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, per_people__gt=0, days__gt=0, pack__gt=0),
                name="goods_norm_positive",
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=4),
                name="goods_norm_priority",
            ),
            _dates("goods_norm_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.amount}/{self.per_people}"


class TaskNorm(Dated):
    """A measure that comes with a response (响应措施): due so many hours after activation.

    `for_level` says at which administrative level the task arises; `least_level` is the weakest
    response level (4 weakest, 1 strongest) that calls for it.
    """

    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    for_level = models.PositiveSmallIntegerField(choices=Level)
    least_level = models.PositiveSmallIntegerField(default=4)
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "key", "for_level", "effective_from"],
                name="task_norm_once",
            ),
            models.CheckConstraint(
                condition=Q(least_level__gte=1, least_level__lte=4),
                name="task_norm_level",
            ),
            _dates("task_norm_dates"),
        ]

    def __str__(self) -> str:
        return self.title
