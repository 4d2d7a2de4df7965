"""Areas by official code, and the road network."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Level of an administrative area (行政区划级别); the value is the count of code digits."""

    PROVINCE = 2, _("province")
    PREFECTURE = 4, _("prefecture")
    COUNTY = 6, _("county")
    TOWNSHIP = 9, _("township")
    VILLAGE = 12, _("village")

    @property
    def above(self) -> "Level | None":
        order = list(Level)
        position = order.index(self)
        return order[position - 1] if position else None


def inside(path: str, field: str = "path") -> Q:
    """Condition: the area of that path and all below it; whole segments, c/t1 is not in c/t10."""
    return Q(**{field: path}) | Q(**{f"{field}__startswith": f"{path}/"})


class AreaQuerySet(models.QuerySet):
    def within(self, path: str) -> "AreaQuerySet":
        """The area of that path and all below it."""
        return self.filter(inside(path))

    def above(self, path: str) -> "AreaQuerySet":
        """The areas that contain the area of that path, itself included."""
        return self.filter(path__in=ancestors(path))


def ancestors(path: str) -> list[str]:
    """`22/2224/222426` → [`22`, `22/2224`, `22/2224/222426`]."""
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def contains(outer: str, inner: str) -> bool:
    """Whether the area of path `inner` is `outer` or below it."""
    return inner == outer or inner.startswith(f"{outer}/")


class Area(models.Model):
    """Administrative area (行政区划) of the statistical division codes (统计用区划代码).

    `code` is the 12-digit text; `path` joins the significant prefixes of its ancestors and itself.
    `boundary` may be missing, or schematic (示意) where no real boundary is known. WGS-84.
    """

    code = models.CharField(max_length=12, unique=True)
    level = models.PositiveSmallIntegerField(choices=Level)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    path = models.CharField(max_length=80, unique=True)
    boundary = models.MultiPolygonField(null=True, blank=True, srid=4326)
    schematic = models.BooleanField(default=False)
    centre = models.PointField(srid=4326, geography=True)
    population = models.PositiveIntegerField(default=0)
    households = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = [F("code").asc()]
        indexes = [
            models.Index(fields=["path"], name="area_path_prefix", opclasses=["text_pattern_ops"])
        ]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="area_level"),
            models.CheckConstraint(condition=Q(code__regex=r"^\d{12}$"), name="area_code"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent=None)
                | (~Q(level=Level.PROVINCE) & Q(parent__isnull=False)),
                name="area_parent",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gt=F("valid_from")),
                name="area_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name if (get_language() or "").startswith("zh") else self.name_en or self.name


class RoadNode(models.Model):
    """Junction or end of a road. `number` is its position in the planner's arrays."""

    number = models.PositiveIntegerField(unique=True)
    point = models.PointField(srid=4326, geography=True)

    def __str__(self) -> str:
        return f"node {self.number}"


class RoadClass(models.TextChoices):
    """Road class (公路技术等级, simplified)."""

    NATIONAL = "national", _("national or provincial road")
    COUNTY = "county", _("county road")
    VILLAGE = "village", _("village road")


class RoadLink(models.Model):
    """A stretch of road (路段) between two nodes, usable both ways; `metres` along the road."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    start = models.ForeignKey(RoadNode, models.CASCADE, related_name="links_out")
    end = models.ForeignKey(RoadNode, models.CASCADE, related_name="links_in")
    road_class = models.CharField(max_length=8, choices=RoadClass)
    metres = models.PositiveIntegerField()
    speed_kmh = models.PositiveSmallIntegerField()
    line = models.LineStringField(srid=4326)

    class Meta:
        ordering = [F("number").asc()]
        constraints = [
            models.CheckConstraint(
                condition=Q(road_class__in=RoadClass.values), name="link_road_class"
            ),
            models.CheckConstraint(condition=Q(metres__gt=0, speed_kmh__gt=0), name="link_lengths"),
            models.CheckConstraint(condition=~Q(start=F("end")), name="link_two_ends"),
        ]

    def __str__(self) -> str:
        return self.name or f"link {self.number}"
