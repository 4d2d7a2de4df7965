"""Emergencies, and the roads they close."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.journal.constraints import SameBook
from relief.journal.models import Book


class Hazard(models.TextChoices):
    """Kind of disaster (灾种)."""

    FLOOD = "flood", _("flood")  # 洪涝
    DROUGHT = "drought", _("drought")  # 干旱
    TYPHOON = "typhoon", _("typhoon")  # 台风
    HAIL = "hail", _("wind and hail")  # 风雹
    COLD = "cold", _("low temperature")  # 低温冷冻
    SNOW = "snow", _("snow")  # 雪灾
    SANDSTORM = "sandstorm", _("sandstorm")  # 沙尘暴
    QUAKE = "quake", _("earthquake")  # 地震
    LANDSLIDE = "landslide", _("landslide")  # 崩塌滑坡泥石流
    SURGE = "surge", _("storm surge")  # 风暴潮
    FIRE = "fire", _("forest or grassland fire")  # 森林草原火灾
    PEST = "pest", _("biological")  # 生物灾害


class IncidentStatus(models.TextChoices):
    """Status of an incident."""

    OPEN = "open", _("open")
    STABLE = "stable", _("stable")  # 灾情稳定
    CLOSED = "closed", _("closed")


class Incident(models.Model):
    """Incident (灾害事件, 一次灾害过程): one disaster process in one area."""

    READ_ACT, WIDE = Act.READ_INCIDENTS, True

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    hazard = models.CharField(max_length=10, choices=Hazard)
    started_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=IncidentStatus, default=IncidentStatus.OPEN)
    cold_season = models.BooleanField(default=False)
    footprint = models.MultiPolygonField(srid=4326, null=True, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="incident_code"),
            models.UniqueConstraint(fields=["book", "id"], name="incident_in_book"),
            models.CheckConstraint(condition=Q(hazard__in=Hazard.values), name="incident_hazard"),
            models.CheckConstraint(
                condition=Q(status__in=IncidentStatus.values), name="incident_status"
            ),
        ]

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.name if chinese or not self.name_en else self.name_en


class Bars(models.TextChoices):
    """Whom a road closure holds up (禁行车型)."""

    ALL = "all", _("all vehicles")  # 禁止一切车辆通行
    HEAVY = "heavy", _("heavy trucks")  # 禁止重型货车通行


class RoadClosure(models.Model):
    """Road closure (道路中断): links closed from one moment until reopened.

    `links` are road link numbers, named one by one or found under `polygon` when it was drawn.
    `cut_off` holds the codes of the villages that no open road reaches while it lasts.
    """

    READ_ACT, WIDE = Act.READ_INCIDENTS, True

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="closures")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    links = ArrayField(models.PositiveIntegerField())
    cut_off = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    polygon = models.MultiPolygonField(srid=4326, null=True, blank=True)
    shape = models.MultiLineStringField(srid=4326)
    bars = models.CharField(max_length=6, choices=Bars, default=Bars.ALL)
    reason = models.CharField(max_length=120)
    closed_at = models.DateTimeField()
    closed_by = models.BigIntegerField()
    reopened_at = models.DateTimeField(null=True, blank=True)
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(links__len__gt=0), name="closure_links"),
            models.CheckConstraint(condition=Q(bars__in=Bars.values), name="closure_bars"),
            models.CheckConstraint(
                condition=Q(reopened_at=None) | Q(reopened_at__gte=F("closed_at")),
                name="closure_dates",
            ),
            SameBook(field="incident", name="closure_incident_book"),
        ]

    def __str__(self) -> str:
        return self.reason
