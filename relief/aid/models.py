"""Goods in people's hands: what a township hands to its households."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.field.models import Item as FieldItem
from relief.households.models import Household
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.stock.models import Lot


class HandOut(models.Model):
    """Hand-out of goods to one household (发放登记), signed for on the phone or on paper.

    `household` is of the register; without one `receiver` names who took the goods, which is
    personal data. `people` is how many persons the goods are for (人次).
    """

    READ_ACT = Act.READ_HOUSEHOLDS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="hand_outs")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    receiver = models.CharField(max_length=60, blank=True)
    people = models.PositiveSmallIntegerField(default=0)
    signature = models.CharField(max_length=64, blank=True)
    photos = ArrayField(models.CharField(max_length=64), default=list)
    handed_at = models.DateTimeField()
    handed_by = models.BigIntegerField()
    item = models.OneToOneField(FieldItem, models.PROTECT, null=True, related_name="hand_out")
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="hand_out_in_book"),
            models.CheckConstraint(
                condition=Q(household__isnull=False) | ~Q(receiver=""), name="hand_out_to_somebody"
            ),
            SameBook(field="incident", name="hand_out_incident_book"),
            SameBook(field="item", name="hand_out_item_book"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id or self.receiver} {self.handed_at}"


class HandOutLine(models.Model):
    """Units of one lot handed out; the township's received account falls by them."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    hand_out = models.ForeignKey(HandOut, models.CASCADE, related_name="lines")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="hand_outs")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_out", "lot"], name="hand_out_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hand_out_line_quantity"),
            SameBook(field="hand_out", name="hand_out_line_book"),
            SameBook(field="lot", name="hand_out_line_lot_book"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.lot_id}"


class Reached(models.Model):
    """People goods were handed to in one place and incident (救助人数、人次), one row per place.

    `households` and `people` count each household of the register once, however often it was
    given something, and everybody else at each hand-out; `person_times` counts every hand-out.
    """

    READ_ACT = Act.READ_HOUSEHOLDS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="reached")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    hand_outs = models.PositiveIntegerField(default=0)
    households = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    person_times = models.PositiveIntegerField(default=0)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "area"], name="reached_once"),
            models.CheckConstraint(
                condition=Q(people__lte=models.F("person_times")), name="reached_people"
            ),
            SameBook(field="incident", name="reached_incident_book"),
        ]

    def __str__(self) -> str:
        return f"{self.people} in {self.area_id}"
