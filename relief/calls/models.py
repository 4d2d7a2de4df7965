"""Agreements in use: calls to suppliers and to transport, test calls, requisitions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.allocation.models import Order, OrderLine
from relief.deliveries.models import TransportAgreement, Trip
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.stock.models import SupplyAgreement


class CallState(models.TextChoices):
    """State of a call-off."""

    CALLED = "called", _("called")  # 已调用
    CONFIRMED = "confirmed", pgettext_lazy("call", "confirmed")  # 已确认
    PART = "part", _("partly delivered")  # 部分交付
    DELIVERED = "delivered", _("delivered")  # 已交付
    REFUSED = "refused", pgettext_lazy("call", "refused")  # 拒绝
    CANCELLED = "cancelled", pgettext_lazy("call", "cancelled")  # 撤销


class CallOff(models.Model):
    """Call-off (协议调用单): an order to a supplier told to the supplier, and what it answered.

    `due_at` is the call plus the agreement's lead time; `promised_at` what the supplier said.
    """

    READ_ACT = Act.READ_AGREEMENTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+")
    agreement = models.ForeignKey(SupplyAgreement, models.PROTECT, related_name="calls")
    order = models.OneToOneField(Order, models.PROTECT, related_name="call_off")
    number = models.CharField(max_length=30)
    state = models.CharField(max_length=9, choices=CallState, default=CallState.CALLED)
    called_at = models.DateTimeField()
    called_by = models.BigIntegerField(help_text=_("user id"))
    due_at = models.DateTimeField()
    spoke_with = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="call_off_number"),
            models.UniqueConstraint(fields=["book", "id"], name="call_off_in_book"),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_off_state"),
            SameBook(field="incident", name="call_off_incident_book"),
            SameBook(field="order", name="call_off_order_book"),
        ]

    def __str__(self) -> str:
        return self.number


class CallOffLine(models.Model):
    """Units of one order line that were called, and how many the supplier refused."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    call = models.ForeignKey(CallOff, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    refused = models.PositiveIntegerField(default=0)
    price_fen = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "line"], name="call_off_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, refused__lte=F("quantity")), name="call_off_line_units"
            ),
            SameBook(field="call", name="call_off_line_book"),
            SameBook(field="line", name="call_off_line_line_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} on {self.call_id}"


class TransportCall(models.Model):
    """Call for the vehicle of one trip (运力调用), and what the transport office answered."""

    READ_ACT = Act.READ_AGREEMENTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    trip = models.OneToOneField(Trip, models.CASCADE, related_name="transport_call")
    state = models.CharField(max_length=9, choices=CallState, default=CallState.CALLED)
    called_at = models.DateTimeField()
    called_by = models.BigIntegerField(help_text=_("user id"))
    spoke_with = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CallState.values), name="transport_call_state"
            ),
            SameBook(field="trip", name="transport_call_trip_book"),
        ]

    def __str__(self) -> str:
        return f"{self.trip_id} {self.state}"


class TestCall(models.Model):
    """Test call to a partner (协议试呼): who answered, how soon, and what it could do."""

    READ_ACT = Act.READ_AGREEMENTS
    __test__ = False  # not a test class

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    supply = models.ForeignKey(
        SupplyAgreement, models.CASCADE, null=True, related_name="test_calls"
    )
    transport = models.ForeignKey(
        TransportAgreement, models.CASCADE, null=True, related_name="test_calls"
    )
    called_at = models.DateTimeField()
    called_by = models.BigIntegerField(help_text=_("user id"))
    answered = models.BooleanField()
    minutes = models.PositiveSmallIntegerField(null=True)
    able = models.BooleanField(null=True)
    note = models.CharField(max_length=200, blank=True)
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(supply=None, transport__isnull=False)
                | Q(supply__isnull=False, transport=None),
                name="test_call_one_partner",
            )
        ]

    def __str__(self) -> str:
        return f"{self.called_at} {self.answered}"


class Requisition(models.Model):
    """Requisition (征用) of a thing from its owner, with its return and compensation."""

    READ_ACT = Act.READ_AGREEMENTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="requisitions")
    number = models.CharField(max_length=30)
    owner = models.CharField(max_length=120)
    phone = models.CharField(max_length=30, blank=True)
    thing = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField(default=1)
    value_fen = models.PositiveBigIntegerField(default=0)
    place = models.CharField(max_length=120, blank=True)
    taken_at = models.DateTimeField()
    taken_by = models.BigIntegerField(help_text=_("user id"))
    returned_at = models.DateTimeField(null=True)
    condition = models.CharField(max_length=200, blank=True)
    compensation_fen = models.PositiveBigIntegerField(null=True)
    compensated_at = models.DateTimeField(null=True)
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="requisition_number"),
            models.UniqueConstraint(fields=["book", "id"], name="requisition_in_book"),
            models.CheckConstraint(
                condition=Q(returned_at=None) | Q(returned_at__gte=F("taken_at")),
                name="requisition_dates",
            ),
            models.CheckConstraint(
                condition=Q(compensated_at=None) | Q(compensation_fen__isnull=False),
                name="requisition_compensated_whole",
            ),
            SameBook(field="incident", name="requisition_incident_book"),
        ]

    def __str__(self) -> str:
        return self.number


class SeasonCheck(models.Model):
    """Readiness check before a season (汛前/入冬准备检查), signed off with the figures it saw."""

    READ_ACT = Act.READ_STOCK

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    season = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    figures = models.JSONField()
    signed_at = models.DateTimeField()
    signed_by = models.BigIntegerField(help_text=_("user id"))
    note = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "area", "season", "year"], name="season_check_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.season} {self.year}"
