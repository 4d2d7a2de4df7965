"""Who gets what from where: plans, their approval, and the orders they become."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.catalog.models import Item
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.ledger.models import Account
from relief.needs.models import Need


class PlanState(models.TextChoices):
    """State of a plan. Only one plan of an incident is a draft or proposed at a time."""

    DRAFT = "draft", _("draft")  # 草案
    PROPOSED = "proposed", _("proposed")  # 待批
    APPROVED = "approved", _("approved")  # 已批
    SUPERSEDED = "superseded", _("superseded")  # 已替代
    REFUSED = "refused", _("refused")  # 退回


class Plan(models.Model):
    """Allocation plan (调拨方案): the planner's problem and proposal, kept as solved.

    Approving it cancels what the incident's earlier orders have not yet loaded and orders this
    instead. `checked_by` proposed it; another person decides.
    """

    READ_ACT = Act.READ_PLANS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="plans")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    reason = models.CharField(max_length=120)
    problem = models.JSONField()
    proposal = models.JSONField()
    summary = models.JSONField()
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    drafted_by = models.BigIntegerField()
    drafted_at = models.DateTimeField()
    proposed_by = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="plan_number"),
            models.UniqueConstraint(fields=["book", "id"], name="plan_in_book"),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(state__in=[PlanState.DRAFT, PlanState.PROPOSED]),
                name="plan_one_open",
            ),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state"),
            models.CheckConstraint(
                condition=~Q(state=PlanState.APPROVED) | ~Q(decided_by=F("proposed_by")),
                name="plan_two_people",
            ),
            SameBook(field="incident", name="plan_incident_book"),
            SameBook(field="replaces", name="plan_replaces_book"),
        ]

    def __str__(self) -> str:
        return self.number


class RunState(models.TextChoices):
    """State of a plan run. Only one run of an incident is queued or running at a time."""

    QUEUED = "queued", _("waiting for the worker")  # 排队
    RUNNING = "running", _("running")  # 测算中
    DONE = "done", _("done")  # 完成
    CANCELLED = "cancelled", _("cancelled")  # 取消
    FAILED = "failed", _("failed")  # 失败


class PlanRun(models.Model):
    """Plan run (方案测算): a plan too large for a request, solved in the worker.

    `stage`, `done` and `of` say how far it is; `cancel_asked` is read between steps.
    """

    READ_ACT = Act.READ_PLANS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="plan_runs")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120)
    request_key = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    stage = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    requested_by = models.BigIntegerField()
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="+")
    fault = models.CharField(max_length=300, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]),
                name="plan_run_one_open",
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="plan_run_state"),
            models.CheckConstraint(condition=Q(done__lte=F("of")), name="plan_run_progress"),
            SameBook(field="incident", name="plan_run_incident_book"),
            SameBook(field="plan", name="plan_run_plan_book"),
        ]

    def __str__(self) -> str:
        return f"{self.state} for {self.incident_id}"


class PlanLine(models.Model):
    """One line of a plan: so many units from one source for one need.

    One unit of it stands for `stands_for` units of the item needed. A substitute of the same size
    stands for 1 as well: the item of the source tells.
    """

    READ_ACT = Act.READ_PLANS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    need = models.ForeignKey(Need, models.CASCADE, related_name="+")
    source = models.ForeignKey(Account, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    stands_for = models.PositiveSmallIntegerField(default=1)
    arrives_at = models.DateTimeField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="plan_line_position"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, stands_for__gt=0), name="plan_line_quantity"
            ),
            SameBook(field="plan", name="plan_line_plan_book"),
            SameBook(field="need", name="plan_line_need_book"),
            SameBook(field="source", name="plan_line_source_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for {self.need_id}"


class Gap(models.Model):
    """What a plan leaves unmet (缺口), and why, in both languages."""

    READ_ACT = Act.READ_PLANS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="gaps")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    need = models.ForeignKey(Need, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    why = models.CharField(max_length=10)
    reason = models.TextField()
    reason_en = models.TextField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "need"], name="gap_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="gap_quantity"),
            SameBook(field="plan", name="gap_plan_book"),
            SameBook(field="need", name="gap_need_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} short of {self.need_id}"


class Order(models.Model):
    """Allocation order (调拨单) from one place to one township. No goods leave without one.

    It rests on an approved plan, or on the word of a commander by telephone (先电话后补单):
    `said_by`, at `said_at`; its paper is then due at `paper_due` and came at `paper_at`. A re-plan
    leaves a telephone order as it is.
    """

    READ_ACT = Act.READ_ORDERS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="orders")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="orders")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    origin = models.CharField(max_length=40, help_text=_("holder it leaves, such as depot:3"))
    issued_by = models.BigIntegerField()
    issued_at = models.DateTimeField()
    first_batch_due = models.DateTimeField()
    said_by = models.BigIntegerField(null=True, help_text=_("user id of the commander"))
    said_at = models.DateTimeField(null=True)
    paper_due = models.DateTimeField(null=True)
    paper_at = models.DateTimeField(null=True)
    paper_number = models.CharField(max_length=60, blank=True)
    request_key = models.UUIDField(null=True, unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="order_number"),
            models.UniqueConstraint(fields=["book", "id"], name="order_in_book"),
            models.CheckConstraint(
                condition=Q(plan__isnull=False, said_by=None, said_at=None, paper_due=None)
                | Q(
                    plan=None,
                    said_by__isnull=False,
                    said_at__isnull=False,
                    paper_due__isnull=False,
                ),
                name="order_rests_on_something",
            ),
            SameBook(field="incident", name="order_incident_book"),
            SameBook(field="plan", name="order_plan_book"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """Line of an order. `quantity` ≥ `loaded` ≥ `received` + `lost`; all sums of its loads.

    A re-plan lowers `quantity` to what is loaded and never below it. `item` is what is sent; one
    unit of it stands for `stands_for` units of the item needed. A telephone order may come before
    any need is known; the line is tied to it once it is (`steps.tie_to_needs`).
    """

    READ_ACT = Act.READ_ORDERS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    need = models.ForeignKey(Need, models.PROTECT, null=True, related_name="order_lines")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    source = models.ForeignKey(Account, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    loaded = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    stands_for = models.PositiveSmallIntegerField(default=1)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "need", "source"], name="order_line_once"),
            models.UniqueConstraint(fields=["book", "id"], name="order_line_in_book"),
            models.CheckConstraint(
                condition=Q(loaded__lte=F("quantity")), name="order_line_loaded"
            ),
            models.CheckConstraint(
                condition=Q(loaded__gte=F("received") + F("lost")),
                name="order_line_received",
            ),
            models.CheckConstraint(condition=Q(stands_for__gt=0), name="order_line_stands_for"),
            SameBook(field="order", name="order_line_order_book"),
            SameBook(field="need", name="order_line_need_book"),
            SameBook(field="source", name="order_line_source_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} on {self.order_id}"

    @property
    def document(self) -> str:
        """Name of its hold in the ledger."""
        return f"order_line:{self.id}"
