"""One card per thing that waits at the county's desk: what came, from where, and what it may be."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level
from relief.access.models import User
from relief.field.models import Item
from relief.incidents.models import Incident
from relief.reports.indicators import INDICATORS, NEEDED, SHORT
from relief.reports.models import Report, ReportKind
from relief.web.desk.likeness import Likeness, Told
from relief.web.desk.photos import NONE, Shown

MOST_FIGURES = 8
WHAT = {
    "houses": _("houses"),  # 房屋
    "trapped": _("people trapped"),  # 人员被困
    "road": _("road cut"),  # 道路中断
    "power": _("power or water out"),  # 停电停水
    "farmland": _("farmland"),  # 农田
    "dike": _("dike"),  # 堤坝
    "other": _("other damage"),  # 其他
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure worth a glance; `before` is the version it rests on."""

    label: str
    value: object
    before: object = None


@dataclass
class Card:
    """An item that nobody has gathered yet, or a report that waits to be decided upon.

    `rivals` are reports to merge it with, `alike` others that may tell of the same thing.
    """

    area: Area
    village: Area | None
    kind: str
    made_at: dt.datetime
    received_at: dt.datetime
    figures: list[Figure]
    told: Told
    scene: Mapping[str, Any]
    narrative: str = ""
    item: Item | None = None
    report: Report | None = None
    author: User | None = None
    photos: Shown = NONE
    may: bool = False
    incidents: list[Incident] = field(default_factory=list)
    rivals: list[Report] = field(default_factory=list)
    alike: list[tuple[Likeness, "Card | Report"]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.told.key

    @property
    def place(self) -> Area:
        return self.village or self.area

    @property
    def kind_label(self) -> str:
        known = self.kind in ReportKind.values
        return str(ReportKind(self.kind).label) if known else self.kind

    @property
    def late(self) -> bool:
        due = self.report.due_at if self.report else None
        return due is not None and self.received_at > due

    @property
    def minutes_under_way(self) -> int:
        """Minutes between saving on the phone and arriving; 0 for what was typed at a desk."""
        return max(0, int((self.received_at - self.made_at).total_seconds()) // 60)

    @property
    def what(self) -> list[str]:
        return [str(WHAT.get(code, code)) for code in self.scene.get("what") or []]

    @property
    def trapped(self) -> int:
        return int(self.scene.get("trapped") or 0)

    @property
    def wanted(self) -> list[str]:
        return [str(code) for code in self.scene.get("wanted") or []]


def of_item(item: Item, *, areas: Mapping[str, Area], author: User | None) -> Card:
    """A card for an item as its phone sent it; nothing in its body is trusted to be there."""
    body = item.body
    village = areas.get(str(body.get("village") or ""))
    area = areas.get(str(body.get("area") or "")) or item.area
    if area.level == Level.VILLAGE:
        village, area = village or area, area.parent or area
    figures = body.get("figures")
    figures = figures if isinstance(figures, dict) else {}
    scene = body.get("scene")
    return Card(
        area=area,
        village=village,
        kind=str(body.get("kind") or ""),
        made_at=item.made_at,
        received_at=item.received_at,
        figures=telling(figures, before=None),
        told=Told(
            key=f"item-{item.id}",
            chain=str(body.get("chain") or item.id),
            township=area.code,
            village=village.code if village else "",
            point=_lonlat(body.get("point")),
            at=_moment(body.get("as_of")) or item.made_at,
            figures={k: v for k, v in figures.items() if isinstance(v, int | float | str)},
        ),
        scene=scene if isinstance(scene, dict) else {},
        narrative=str(body.get("narrative") or ""),
        item=item,
        author=author,
    )


def of_report(report: Report, *, author: User | None) -> Card:
    """A card for a report of an incident."""
    base = report.base.figures if report.base else None
    return Card(
        area=report.area,
        village=report.village,
        kind=report.kind,
        made_at=report.item.made_at if report.item else report.filed_at,
        received_at=report.item.received_at if report.item else report.filed_at,
        figures=telling(report.figures, before=base),
        told=told(report),
        scene=report.scene,
        narrative=report.narrative,
        item=report.item,
        report=report,
        author=author,
    )


def told(report: Report) -> Told:
    """Where, when and how much a report says, to compare it with others."""
    return Told(
        key=f"report-{report.id}",
        chain=str(report.chain),
        township=report.area.code,
        village=report.village.code if report.village else "",
        point=(report.point.x, report.point.y) if report.point else None,
        at=report.as_of,
        figures=report.figures,
    )


def telling(figures: Mapping[str, object], *, before: Mapping[str, object] | None) -> list[Figure]:
    """The figures that matter on a card: what changed, else what is more than none."""
    order = [*NEEDED, *(key for key in INDICATORS if key not in NEEDED)]
    found = []
    for key in order:
        if key not in figures:
            continue
        value, old = figures[key], before.get(key) if before is not None else None
        if before is None and str(value) in ("0", ""):
            continue
        if before is not None and str(old) == str(value):
            continue
        # 累计 beside 实时 only where the short form asks for both.
        if key.endswith("_cum") and key not in SHORT:
            continue
        found.append(Figure(INDICATORS[key].label, value, old))
    return found[:MOST_FIGURES]


def authors(cards: Sequence[Item | Report]) -> dict[int, User]:
    """Who made them, in one read."""
    wanted = {one.author_id if isinstance(one, Item) else one.filed_by for one in cards}
    return User.objects.in_bulk(wanted)


def _lonlat(value: object) -> tuple[float, float] | None:
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(one, int | float) for one in value)
    ):
        return float(value[0]), float(value[1])
    return None


def _moment(value: object) -> dt.datetime | None:
    try:
        found = parse_datetime(str(value)) if value else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
