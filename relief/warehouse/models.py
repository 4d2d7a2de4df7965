"""What keepers do in a store: goods arrive, come back, are counted and scrapped; slips on paper."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.catalog.models import Item
from relief.deliveries.models import Stop, Trip
from relief.field.models import Device
from relief.field.models import Item as FieldItem
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.stock.models import Bin, Depot, Lot


class Document(models.Model):
    """A numbered paper of one depot (凭证). The same form, or the same item, is one document."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class Season(models.TextChoices):
    """What a purchase is for (采购时节)."""

    FLOOD = "flood", _("before the flood season")  # 汛前采购
    WINTER = "winter", _("before winter")  # 冬令采购
    REFILL = "refill", _("refilling the stock")  # 补库


class Purchase(Document):
    """Purchase order (采购单) of a store; arrivals are counted against its lines."""

    READ_ACT = Act.READ_STOCK

    supplier = models.CharField(max_length=120)
    season = models.CharField(max_length=6, choices=Season, default=Season.REFILL)
    ordered_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    ordered_by = models.BigIntegerField(help_text=_("user id"))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="purchase_number"),
            models.UniqueConstraint(fields=["book", "id"], name="purchase_in_book"),
        ]


class PurchaseLine(models.Model):
    """Units of one item on a purchase order, and how many of them came."""

    purchase = models.ForeignKey(Purchase, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    price_fen = models.PositiveIntegerField()
    arrived = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purchase", "item"], name="purchase_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} on {self.purchase_id}"


class Origin(models.TextChoices):
    """Where arriving goods come from (来源)."""

    PURCHASE = "purchase", _("purchase")  # 采购
    DONATION = "donation", _("donation")  # 捐赠
    ALLOCATED = "allocated", _("allocated by a higher level")  # 上级调入


class Arrival(Document):
    """Acceptance of goods that arrived (到货验收单). Partial, short and damaged are normal.

    `report_due` is the day by which the acceptance is reported on (5 working days).
    """

    READ_ACT = Act.READ_STOCK

    origin = models.CharField(max_length=10, choices=Origin)
    source = models.CharField(max_length=120, help_text=_("supplier, donor or paper it came with"))
    purchase = models.ForeignKey(Purchase, models.PROTECT, null=True, related_name="arrivals")
    arrived_at = models.DateTimeField()
    accepted_by = models.BigIntegerField(help_text=_("user id"))
    counted_with = models.CharField(max_length=60, blank=True)
    report_due = models.DateField()
    reported_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    photos = ArrayField(models.CharField(max_length=64), default=list)
    item = models.OneToOneField(FieldItem, models.PROTECT, null=True, related_name="arrival")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="arrival_number"),
            models.UniqueConstraint(fields=["book", "id"], name="arrival_in_book"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="arrival_origin"),
            SameBook(field="purchase", name="arrival_purchase_book"),
            SameBook(field="item", name="arrival_item_book"),
        ]


class ArrivalLine(models.Model):
    """One lot of an arrival: units expected, accepted and damaged; what is missing is the rest."""

    READ_ACT = Act.READ_STOCK

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    arrival = models.ForeignKey(Arrival, models.CASCADE, related_name="lines")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="arrivals")
    bin = models.ForeignKey(Bin, models.SET_NULL, null=True, related_name="+")
    expected = models.PositiveIntegerField()
    good = models.PositiveIntegerField()
    damaged = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arrival", "lot"], name="arrival_line_once"),
            SameBook(field="arrival", name="arrival_line_book"),
            SameBook(field="lot", name="arrival_line_lot_book"),
        ]

    def __str__(self) -> str:
        return f"{self.good} of {self.lot_id}"

    @property
    def short(self) -> int:
        return max(0, self.expected - self.good - self.damaged)


class ReturnNote(Document):
    """Return of reusable goods (退库单) from a township to a store, each line by its condition."""

    READ_ACT = Act.READ_STOCK

    stop = models.ForeignKey(Stop, models.PROTECT, null=True, related_name="returns")
    source = models.ForeignKey(Area, models.PROTECT, related_name="+")
    returned_at = models.DateTimeField()
    taken_by = models.BigIntegerField(help_text=_("user id"))
    note = models.CharField(max_length=200, blank=True)
    photos = ArrayField(models.CharField(max_length=64), default=list)
    item = models.OneToOneField(FieldItem, models.PROTECT, null=True, related_name="return_note")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="return_number"),
            models.UniqueConstraint(fields=["book", "id"], name="return_in_book"),
            SameBook(field="stop", name="return_stop_book"),
            SameBook(field="item", name="return_item_book"),
        ]


class ReturnLine(models.Model):
    """Units of one lot that came back: sound (完好), to be repaired (待修), past use (报废)."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    note = models.ForeignKey(ReturnNote, models.CASCADE, related_name="lines")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    sound = models.PositiveIntegerField(default=0)
    repair = models.PositiveIntegerField(default=0)
    scrap = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "lot"], name="return_line_once"),
            models.CheckConstraint(
                condition=Q(sound__gt=0) | Q(repair__gt=0) | Q(scrap__gt=0),
                name="return_line_some",
            ),
            SameBook(field="note", name="return_line_book"),
            SameBook(field="lot", name="return_line_lot_book"),
        ]

    def __str__(self) -> str:
        return f"{self.sound}+{self.repair}+{self.scrap} of {self.lot_id}"


class CountState(models.TextChoices):
    """State of a stocktake."""

    OPEN = "open", _("being counted")  # 盘点中
    RECOUNT = "recount", _("to be counted again")  # 复盘
    COUNTED = "counted", _("waiting for approval")  # 待审批
    APPROVED = "approved", _("approved")  # 已审批
    CANCELLED = "cancelled", _("cancelled")  # 作废


class Count(Document):
    """Stocktake of a depot (盘点单): blind, lot by lot, twice where it differs, then approved.

    With `frozen` nothing leaves or enters meanwhile; otherwise movements since a lot was counted
    are added to its count (动态盘点).
    """

    READ_ACT = Act.READ_STOCK

    state = models.CharField(max_length=9, choices=CountState, default=CountState.OPEN)
    frozen = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField(help_text=_("user id"))
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="count_number"),
            models.UniqueConstraint(fields=["book", "id"], name="count_in_book"),
            models.UniqueConstraint(
                fields=["book", "depot"],
                condition=Q(state__in=["open", "recount", "counted"]),
                name="count_one_open",
            ),
            models.CheckConstraint(condition=Q(state__in=CountState.values), name="count_state"),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("opened_by")),
                name="count_two_people",
            ),
        ]


class CountLine(models.Model):
    """What one person counted of one lot in one bin, in one round (1, then 2 where it differed).

    `on_book` is what the account said at `counted_at`. Counted again in the same round by another
    device, a line is kept beside the first and opens a difference.
    """

    READ_ACT = Act.READ_STOCK

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    count = models.ForeignKey(Count, models.CASCADE, related_name="lines")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    bin = models.ForeignKey(Bin, models.SET_NULL, null=True, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    quantity = models.PositiveIntegerField()
    on_book = models.IntegerField()
    counted_at = models.DateTimeField()
    counted_by = models.BigIntegerField(help_text=_("user id"))
    item = models.ForeignKey(FieldItem, models.PROTECT, null=True, related_name="+")
    stands = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["count", "lot", "bin", "round"],
                condition=Q(stands=True),
                nulls_distinct=False,
                name="count_line_once",
            ),
            SameBook(field="count", name="count_line_book"),
            SameBook(field="item", name="count_line_item_book"),
            SameBook(field="lot", name="count_line_lot_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.lot_id}"


class ScrapReason(models.TextChoices):
    """Why goods are scrapped."""

    EXPIRED = "expired", _("expired")  # 过期
    DAMAGED = "damaged", _("damaged")  # 损坏
    LOST = "lost", _("lost")  # 遗失


class Place(models.TextChoices):
    """Where goods lie that are to be scrapped."""

    STORE = "store", _("in the store")  # 在库
    REPAIR = "repair", _("under repair")  # 待修
    SPOILED = "spoiled", _("among the damaged")  # 损毁


class Scrap(Document):
    """Scrapping of units of a lot (报废单): asked for by the keeper, approved by another person."""

    READ_ACT = Act.READ_STOCK

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    taken_from = models.CharField(max_length=8, choices=Place, default=Place.STORE)
    reason = models.CharField(max_length=8, choices=ScrapReason)
    note = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(help_text=_("user id"))
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    approved = models.BooleanField(null=True)
    proceeds_fen = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="scrap_number"),
            models.UniqueConstraint(fields=["book", "id"], name="scrap_in_book"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="scrap_quantity"),
            models.CheckConstraint(condition=Q(taken_from__in=Place.values), name="scrap_place"),
            models.CheckConstraint(
                condition=~Q(approved=True) | ~Q(decided_by=F("asked_by")), name="scrap_two_people"
            ),
            SameBook(field="lot", name="scrap_lot_book"),
        ]


class BlankSlip(Document):
    """Pre-numbered blank slip (应急空白单) for the hour without power; used once or voided."""

    READ_ACT = Act.READ_STOCK

    printed_at = models.DateTimeField()
    printed_by = models.BigIntegerField(help_text=_("user id"))
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=120, blank=True)
    trip = models.OneToOneField(Trip, models.PROTECT, null=True, related_name="blank_slip")
    photos = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="blank_slip_number"),
            models.UniqueConstraint(fields=["book", "id"], name="blank_slip_in_book"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | Q(trip=None), name="blank_slip_used_or_void"
            ),
            SameBook(field="trip", name="blank_slip_trip_book"),
        ]


class NumberBlock(models.Model):
    """Numbers of issue slips that one device may give away while offline (离线号段)."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    device = models.ForeignKey(Device, models.CASCADE, related_name="number_blocks")
    prefix = models.CharField(max_length=8)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "prefix", "first"], name="number_block_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="number_block_order"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.first}–{self.last}"
