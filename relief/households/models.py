"""The household register, and which households a disaster presumably touched."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.incidents.models import Incident
from relief.journal.constraints import SameBook
from relief.journal.models import Book


class Building(models.TextChoices):
    """Building type (房屋结构)."""

    ADOBE = "adobe", _("adobe")  # 土木
    BRICK_WOOD = "brick_wood", _("brick and wood")  # 砖木
    BRICK_CONCRETE = "brick_concrete", _("brick and concrete")  # 砖混
    FRAME = "frame", _("frame")  # 框架


class Household(models.Model):
    """Household (家庭) at a point; shared by all books. The demo's are synthetic."""

    READ_ACT, BOOK = Act.READ_HOUSEHOLDS, None

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    point = models.PointField(srid=4326)
    people = models.PositiveSmallIntegerField()
    building = models.CharField(max_length=16, choices=Building)
    elderly = models.BooleanField(default=False)
    children = models.BooleanField(default=False)
    disabled = models.BooleanField(default=False)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(building__in=Building.values), name="household_building"
            ),
            models.CheckConstraint(condition=Q(people__gt=0), name="household_people"),
        ]

    def __str__(self) -> str:
        return self.number


class HouseholdCell(models.Model):
    """Households counted by map cell, for zoom levels at which single points say nothing."""

    zoom = models.PositiveSmallIntegerField()
    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    households = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    point = models.PointField(srid=4326)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zoom", "x", "y", "area"], name="household_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.zoom}/{self.x}/{self.y}"


class AffectedVillage(models.Model):
    """Village with households inside the footprint (疑似受灾村), for the township to confirm.

    `presumed_*` come from the map, `confirmed_*` from people; empty until confirmed.
    """

    READ_ACT = Act.READ_HOUSEHOLDS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="affected_villages")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    presumed_households = models.PositiveIntegerField()
    presumed_people = models.PositiveIntegerField()
    confirmed_households = models.PositiveIntegerField(null=True)
    confirmed_people = models.PositiveIntegerField(null=True)
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "area"], name="affected_village_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_households=None, confirmed_people=None)
                | Q(
                    confirmed_at__isnull=False,
                    confirmed_households__isnull=False,
                    confirmed_people__isnull=False,
                ),
                name="affected_village_confirmed_whole",
            ),
            SameBook(field="incident", name="affected_village_incident_book"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} in {self.incident_id}"
