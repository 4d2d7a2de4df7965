"""Response levels: what the figures suggest, what was decided, and the tasks that follow."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.norms.models import ThresholdProfile


class LevelAssessment(models.Model):
    """Level assessment (研判): the level the figures suggest, with the figures it rests on.

    `figures` holds the county sums and the report ids; `by_criterion` the level each criterion
    alone would give. It is kept as computed: a later revision of the plan does not change it.
    """

    READ_ACT = Act.READ_INCIDENTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="assessments")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    profile = models.ForeignKey(ThresholdProfile, models.PROTECT, related_name="+")
    computed_at = models.DateTimeField()
    figures = models.JSONField()
    by_criterion = models.JSONField()
    suggested_level = models.PositiveSmallIntegerField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        get_latest_by = "id"
        constraints = [
            models.CheckConstraint(
                condition=Q(suggested_level=None)
                | Q(suggested_level__gte=1, suggested_level__lte=4),
                name="assessment_level",
            ),
            models.UniqueConstraint(fields=["book", "id"], name="assessment_in_book"),
            SameBook(field="incident", name="assessment_incident_book"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.suggested_level}"


class Activation(models.Model):
    """Activation of a response (响应启动): one per incident and area while it lasts.

    The county's activation raises those of its affected townships and villages (三级联动), which
    name it as `parent`.
    """

    READ_ACT, WIDE = Act.READ_INCIDENTS, True

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="activations")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="linked")
    assessment = models.ForeignKey(LevelAssessment, models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=30)
    decided_by = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "area"],
                condition=Q(ended_at=None),
                name="activation_one_running",
            ),
            models.UniqueConstraint(fields=["book", "id"], name="activation_in_book"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4), name="activation_level"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="activation_dates",
            ),
            SameBook(field="incident", name="activation_incident_book"),
            SameBook(field="parent", name="activation_parent_book"),
            SameBook(field="assessment", name="activation_assessment_book"),
        ]

    def __str__(self) -> str:
        return self.number


class ResponseTask(models.Model):
    """Task (响应任务) that an activation raises, with its deadline."""

    READ_ACT = Act.READ_INCIDENTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    activation = models.ForeignKey(Activation, models.CASCADE, related_name="tasks")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    evidence = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activation", "key"], name="task_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="task_done_whole",
            ),
            SameBook(field="activation", name="task_activation_book"),
        ]

    def __str__(self) -> str:
        return self.title


LEVEL_NAMES = {1: _("level I"), 2: _("level II"), 3: _("level III"), 4: _("level IV")}
