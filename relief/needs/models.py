"""Needs: reported people × norms, in whole units."""

from django.db import models
from django.db.models import Q

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.catalog.models import Item
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.norms.models import GoodsNorm
from relief.reports.models import Report


class Need(models.Model):
    """Need (需求) of one township for one item: computed from its report and a norm.

    What already arrived or is on the road stays counted in `quantity`; it is met by order lines.
    """

    READ_ACT = Act.READ_PLANS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="needs")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, models.PROTECT, related_name="+")
    norm = models.ForeignKey(GoodsNorm, models.PROTECT, related_name="+")
    people = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    priority = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "area", "item"], name="need_once"),
            models.UniqueConstraint(fields=["book", "id"], name="need_in_book"),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=4), name="need_priority"
            ),
            SameBook(field="incident", name="need_incident_book"),
            SameBook(field="report", name="need_report_book"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.item_id}: {self.quantity}"
