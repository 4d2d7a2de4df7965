"""Readiness checks: what tonight's stock would do against the scenarios of an area."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.journal.models import Book


class CheckState(models.TextChoices):
    """State of a readiness check."""

    QUEUED = "queued", _("waiting for the worker")
    RUNNING = "running", _("being worked out")
    DONE = "done", _("finished")
    FAILED = "failed", _("broken off")


OPEN = (CheckState.QUEUED, CheckState.RUNNING)


class ReadinessCheck(models.Model):
    """Readiness check (备灾能力推演): every scenario of an area solved with what is there tonight.

    `asked_by` None = the nightly check. `results` is one object, described in docs/scenarios.md.
    `done` of `of` steps are finished. At most one check of an area and book is open.
    """

    READ_ACT = Act.READ_COMMAND_BOARD

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=CheckState, default=CheckState.QUEUED)
    asked_by = models.BigIntegerField(null=True, blank=True)
    asked_at = models.DateTimeField()
    request_key = models.UUIDField(null=True, blank=True, unique=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    planner = models.CharField(max_length=20, blank=True)
    results = models.JSONField(default=dict)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CheckState.values), name="readiness_state"
            ),
            models.UniqueConstraint(
                fields=["book", "area"], condition=Q(state__in=OPEN), name="readiness_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("asked_at")), name="readiness_dates"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="readiness_ended",
            ),
        ]
        indexes = [models.Index(fields=["book", "area", "-id"], name="readiness_newest")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
