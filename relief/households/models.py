"""The household register, and which households a disaster presumably touched."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.field.models import Item
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


class Grade(models.TextChoices):
    """Grade of a house, judged on the whole building (住房损坏等级)."""

    COLLAPSED = "collapsed", _("collapsed")  # 倒塌
    SEVERE = "severe", _("severely damaged")  # 严重损坏
    GENERAL = "general", _("damaged")  # 一般损坏


class DamagedHouse(models.Model):
    """Household with a damaged house (因灾倒塌损坏住房户), one card of the damage ledger.

    Rooms are natural rooms (自然间); sheds and kitchens apart are no `dwelling`. `grade` is the
    worst its rooms show, for the whole building. A correction is a new card; `replaced_by` leads to
    it. `head` is personal data: it leaves this table only to people who may see household lists.
    """

    READ_ACT = Act.READ_HOUSEHOLDS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="damaged_houses")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    item = models.OneToOneField(Item, models.PROTECT, null=True, related_name="damaged_house")
    chain = models.UUIDField()
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaces")
    head = models.CharField(max_length=60, blank=True)
    people = models.PositiveSmallIntegerField(default=0)
    building = models.CharField(max_length=16, choices=Building, blank=True)
    rooms_total = models.PositiveSmallIntegerField()
    rooms_collapsed = models.PositiveSmallIntegerField(default=0)
    rooms_severe = models.PositiveSmallIntegerField(default=0)
    rooms_general = models.PositiveSmallIntegerField(default=0)
    dwelling = models.BooleanField()
    sole_dwelling = models.BooleanField(default=False)
    grade = models.CharField(max_length=10, choices=Grade)
    point = models.PointField(srid=4326, null=True)
    accuracy_m = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(help_text=_("user id"))
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="damaged_house_in_book"),
            models.UniqueConstraint(
                fields=["incident", "chain"],
                condition=Q(replaced_by=None),
                name="damaged_house_one_card",
            ),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="damaged_house_grade"),
            models.CheckConstraint(
                condition=Q(
                    rooms_total__gte=F("rooms_collapsed") + F("rooms_severe") + F("rooms_general")
                ),
                name="damaged_house_rooms",
            ),
            models.CheckConstraint(
                condition=Q(rooms_collapsed__gt=0) | Q(rooms_severe__gt=0) | Q(rooms_general__gt=0),
                name="damaged_house_some_room",
            ),
            models.CheckConstraint(
                condition=Q(sole_dwelling=False) | Q(dwelling=True),
                name="damaged_house_sole_dwelling",
            ),
            SameBook(field="incident", name="damaged_house_incident_book"),
            SameBook(field="replaced_by", name="damaged_house_replaced_book"),
            SameBook(field="item", name="damaged_house_item_book"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.grade}"
