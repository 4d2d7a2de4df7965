"""Transport agreements, trips, what was loaded and what arrived."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.allocation.models import OrderLine, Plan
from relief.field.models import Item
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.stock.models import Bin, Depot, Lot, Named


class TransportAgreement(Named):
    """Transport agreement (应急物资运输协议): vehicles a partner sends on call from its yard."""

    READ_ACT, BOOK = Act.READ_AGREEMENTS, None

    number = models.CharField(max_length=40, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    point = models.PointField(srid=4326, geography=True)
    valid_from = models.DateField()
    valid_to = models.DateField()
    contact = models.CharField(max_length=60)
    phone = models.CharField(max_length=30)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")),
                name="transport_agreement_dates",
            )
        ]


class Means(models.TextChoices):
    """How a fleet moves (运输方式); helicopters and boats take no road."""

    HEAVY_TRUCK = "heavy", _("heavy truck")  # 重型货车
    LIGHT_TRUCK = "light", _("light truck")  # 轻型货车
    HELICOPTER = "air", _("helicopter")  # 直升机
    BOAT = "water", _("boat")  # 冲锋舟、船艇


class Fleet(Named):
    """Vehicles of one type under an agreement (运力): capacity, readiness and cost of each.

    A truck drives `speed_percent` of the usual speed of its road. A helicopter or boat goes
    straight at `speed_kmh`, to places within `range_km` of its base. With working hours (作业时段)
    a vehicle is out only between `works_from` and `works_to`, local time.
    """

    agreement = models.ForeignKey(TransportAgreement, models.CASCADE, related_name="fleets")
    means = models.CharField(max_length=6, choices=Means, default=Means.HEAVY_TRUCK)
    count = models.PositiveSmallIntegerField()
    kg = models.PositiveIntegerField()
    litres = models.PositiveIntegerField()
    speed_percent = models.PositiveSmallIntegerField(default=100)
    speed_kmh = models.PositiveSmallIntegerField(null=True, blank=True)
    range_km = models.PositiveSmallIntegerField(null=True, blank=True)
    works_from = models.TimeField(null=True, blank=True)
    works_to = models.TimeField(null=True, blank=True)
    mobilisation_minutes = models.PositiveIntegerField()
    cost_km_fen = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gt=0, kg__gt=0, litres__gt=0, speed_percent__gt=0),
                name="fleet_positive",
            ),
            models.CheckConstraint(condition=Q(means__in=Means.values), name="fleet_means"),
            models.CheckConstraint(
                condition=Q(
                    means__in=[Means.HEAVY_TRUCK, Means.LIGHT_TRUCK],
                    speed_kmh=None,
                    range_km=None,
                )
                | Q(
                    means__in=[Means.HELICOPTER, Means.BOAT],
                    speed_kmh__gt=0,
                    range_km__gt=0,
                ),
                name="fleet_straight",
            ),
            models.CheckConstraint(
                condition=Q(works_from=None, works_to=None) | Q(works_to__gt=F("works_from")),
                name="fleet_hours",
            ),
        ]


class TripState(models.TextChoices):
    """State of a trip."""

    PLANNED = "planned", _("planned")  # 待发
    ON_THE_ROAD = "on_the_road", _("on the road")  # 在途
    FINISHED = "finished", _("finished")  # 完成
    CANCELLED = "cancelled", _("cancelled")  # 取消


class Trip(models.Model):
    """Trip (车次): one vehicle from one origin past one or more stops.

    Without a plan it carries a telephone order. It leaves with an issue slip (出库单) of the number
    `slip_number`, which is its waybill (运单) too. `checked_by` is the second person who counted
    what was loaded (复核). At `refused_at` the partner refused the vehicle; the trip is cancelled
    and plans leave that vehicle out for a while (`fleets.ready`).
    """

    READ_ACT, AREA_PATH = Act.READ_ORDERS, "area__path"

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="trips")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="trips")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    fleet = models.ForeignKey(Fleet, models.PROTECT, related_name="+")
    vehicle = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=30)
    origin = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=TripState, default=TripState.PLANNED)
    leaves_at = models.DateTimeField()
    back_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    dispatched_by = models.BigIntegerField(null=True)
    plate = models.CharField(max_length=20, blank=True)
    slip_number = models.CharField(max_length=30, blank=True)
    driver = models.CharField(max_length=40, blank=True)
    driver_phone = models.CharField(max_length=30, blank=True)
    seal = models.CharField(max_length=40, blank=True)
    checked_by = models.BigIntegerField(null=True, help_text=_("user id"))
    checked_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    item = models.OneToOneField(Item, models.PROTECT, null=True, related_name="trip")

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="trip_number"),
            models.UniqueConstraint(fields=["book", "id"], name="trip_in_book"),
            models.UniqueConstraint(
                fields=["book", "slip_number"], condition=~Q(slip_number=""), name="trip_slip"
            ),
            models.CheckConstraint(condition=Q(state__in=TripState.values), name="trip_state"),
            models.CheckConstraint(
                condition=Q(dispatched_at=None)
                | Q(state__in=[TripState.ON_THE_ROAD, TripState.FINISHED]),
                name="trip_dispatched_once",
            ),
            SameBook(field="incident", name="trip_incident_book"),
            SameBook(field="plan", name="trip_plan_book"),
            SameBook(field="item", name="trip_item_book"),
        ]

    def __str__(self) -> str:
        return self.number


class Stop(models.Model):
    """Stop (卸货点) of a trip in one township, with its receipt (签收)."""

    READ_ACT, WIDE = Act.READ_ORDERS, True

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    trip = models.ForeignKey(Trip, models.CASCADE, related_name="stops")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    arrives_at = models.DateTimeField()
    due_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trip", "position"], name="stop_position"),
            models.UniqueConstraint(fields=["book", "id"], name="stop_in_book"),
            SameBook(field="trip", name="stop_trip_book"),
        ]

    def __str__(self) -> str:
        return f"{self.trip_id}/{self.position}"


class Load(models.Model):
    """Load (装载): units of one order line for one stop: planned, loaded, and how they arrived.

    Loaded, it is of one lot; further lots picked for it are loads of their own beside it, which
    take their share of `planned`. Once received, `loaded` = `good` + `damaged` + `short`;
    `surplus` came beyond what was loaded.
    """

    READ_ACT = Act.READ_ORDERS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    stop = models.ForeignKey(Stop, models.CASCADE, related_name="loads")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="loads")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    commodity = models.CharField(max_length=40, blank=True, help_text=_("lot loaded"))
    planned = models.PositiveIntegerField()
    loaded = models.PositiveIntegerField(null=True)
    good = models.PositiveIntegerField(null=True)
    damaged = models.PositiveIntegerField(null=True)
    short = models.PositiveIntegerField(null=True)
    surplus = models.PositiveIntegerField(default=0)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stop", "line", "commodity"], name="load_once"),
            models.UniqueConstraint(fields=["book", "id"], name="load_in_book"),
            models.CheckConstraint(
                condition=Q(loaded=None) | Q(loaded__lte=F("planned")),
                name="load_within_plan",
            ),
            models.CheckConstraint(
                condition=Q(good=None, damaged=None, short=None)
                | Q(loaded=F("good") + F("damaged") + F("short")),
                name="load_accounted_for",
            ),
            SameBook(field="stop", name="load_stop_book"),
            SameBook(field="line", name="load_line_book"),
        ]

    def __str__(self) -> str:
        return f"{self.planned} on {self.stop_id}"


class PickReason(models.TextChoices):
    """Why another lot was picked than the one proposed (改批原因)."""

    BLOCKED = "blocked", _("the lot lies behind others")  # 堆压
    DAMAGED = "damaged", _("the lot is damaged")  # 破损
    NAMED = "named", _("another lot was asked for")  # 指定
    OTHER = "other", _("other")  # 其他


class Pick(models.Model):
    """Pick (拣货): units of one lot taken from a bin for a load.

    A lot that is not the proposed one needs a `reason`. Taken back before the trip leaves, a pick
    is deleted. Once it has left, a load with picks is of their lot and their sum; goods sent off
    without picking have none.
    """

    READ_ACT = Act.READ_ORDERS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    load = models.ForeignKey(Load, models.CASCADE, related_name="picks")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    bin = models.ForeignKey(Bin, models.SET_NULL, null=True, related_name="+")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=8, choices=PickReason, blank=True)
    note = models.CharField(max_length=120, blank=True)
    picked_by = models.BigIntegerField()
    picked_at = models.DateTimeField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["load", "lot"], name="pick_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="pick_quantity"),
            SameBook(field="load", name="pick_load_book"),
            SameBook(field="lot", name="pick_lot_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for {self.load_id}"


class DifferenceKind(models.TextChoices):
    """What a store's book and the facts disagree on (差异类型)."""

    BELOW_ZERO = "below_zero", _("more left than the book had")  # 账面不足
    BEYOND_ORDER = "beyond", _("more left than was ordered")  # 超单发出
    NOT_USABLE = "unusable", _("a lot out of use left")  # 发出封存或过期批次
    RECEIVED_TWICE = "received", _("a slip was received twice")  # 重复签收
    COUNTED_TWICE = "counted", _("a bin was counted twice")  # 重复盘点
    NOT_ORDERED = "no_order", _("a trip left that was no longer ordered")  # 已取消车次发出
    RETURNED_MORE = "returned", _("more came back than was out")  # 超量退库


class Answer(models.TextChoices):
    """What a person answers to a difference (处理意见)."""

    ACCEPT = "accept", _("accept as it is")  # 认可
    CORRECT = "correct", _("correct")  # 更正
    HAND_ON = "hand_on", _("hand to a superior")  # 转主管


class Difference(models.Model):
    """Difference between a store's book and the facts (账实差异), for a person to answer.

    The fact is booked: `quantity` units of `lot` stand on the disputed account of the depot until
    it is answered: above zero what left beyond the order, below zero what the book did not have
    (0: nothing stands there). Handed on, it stays open for an approver.
    """

    READ_ACT = Act.READ_STOCK

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    depot = models.ForeignKey(Depot, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=DifferenceKind)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+")
    quantity = models.IntegerField(default=0)
    document = models.CharField(max_length=60)
    said = models.JSONField(default=dict)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    handed_on_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DifferenceKind.values), name="difference_kind"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False),
                name="difference_answered_whole",
            ),
            SameBook(field="lot", name="difference_lot_book"),
            SameBook(field="item", name="difference_item_book"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document}"


class CheckTask(models.Model):
    """Check task (核对任务): a receipt that differs from its load, to be settled by a person."""

    READ_ACT = Act.READ_ORDERS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    load = models.OneToOneField(Load, models.CASCADE, related_name="check_task")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    short = models.PositiveIntegerField()
    damaged = models.PositiveIntegerField()
    surplus = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    finding = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [SameBook(field="load", name="check_task_load_book")]

    def __str__(self) -> str:
        return f"check of {self.load_id}"
