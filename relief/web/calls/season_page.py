"""The readiness check before a season: each point with its number, and whether it is in order."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Sum
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gis.models import Area, inside
from relief.access.gate import Actor
from relief.access.models import User
from relief.calls import queries
from relief.calls.models import SeasonCheck
from relief.calls.rules import Season, Span, season_span
from relief.deliveries.models import CheckTask, Difference, TransportAgreement
from relief.ledger.models import Account, AccountKind
from relief.norms import queries as norms
from relief.preparedness.queries import plan_drill_due_on, response_plan
from relief.stock import targets
from relief.stock.models import Depot, Holding, SupplyAgreement
from relief.stock.targets import Line
from relief.warehouse.models import Count, CountState

SEASONS = (Season.FLOOD, Season.WINTER)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the check: how many things are not in order, and where to put them right.

    `fault` is the sentence beside a number above 0; `fine` says what is in order.
    """

    key: str
    title: str
    fault: str
    fine: str
    count: int
    url: str

    @property
    def ok(self) -> bool:
        return not self.count

    def as_figures(self) -> dict[str, Any]:
        """The point as it is signed."""
        return {"key": self.key, "ok": self.ok, "count": self.count}


@dataclass(frozen=True, slots=True)
class SeasonPage:
    area: Area
    areas: list[Area]
    season: Season
    span: Span
    points: list[Point]
    signed: SeasonCheck | None
    signer: User | None
    signed_counts: dict[str, int]
    may_sign: bool
    past: list[tuple[SeasonCheck, User | None]]

    @property
    def open(self) -> int:
        return sum(not point.ok for point in self.points)


def span_of(*, area: Area, season: Season, on: dt.date) -> Span:
    """The season under way or to come, by the norms of the area. Raises NoNorm."""
    keys = [f"season.{season}_starts", f"season.{season}_ends"]
    found = norms.numbers(area=area, keys=keys, on=on)
    return season_span(starts=int(found[keys[0]]), ends=int(found[keys[1]]), today=on)


def nearest(*, area: Area, on: dt.date) -> Season:
    """The season whose end comes first: the one under way, or the next."""
    return min(SEASONS, key=lambda season: span_of(area=area, season=season, on=on).last)


def points(*, actor: Actor, area: Area, season: Season, now: dt.datetime) -> list[Point]:
    """Every point of the check as things stand. Raises NoNorm."""
    today = localdate(now)
    span = span_of(area=area, season=season, on=today)
    stored = list(
        Holding.objects.filter(
            inside(area.path, "area__path"), book_id=actor.book_id, account__balance__gt=0
        ).select_related("lot__item")
    )
    return [
        *_cover(actor, area, season, today),
        _expiring(area, span, stored),
        *_partners(actor, area, span, now),
        *_store(actor, area, stored, today),
        *_plan(area, span, today),
    ]


def _cover(actor: Actor, area: Area, season: Season, today: dt.date) -> Iterator[Point]:
    """One point per class of goods (1 keeps people alive): items short with agreements called."""
    lines = targets.lines(book_id=actor.book_id, area=area, cold=season == Season.WINTER, on=today)
    by_class: dict[int, list[Line]] = {}
    for line in lines:
        by_class.setdefault(line.norm.priority, []).append(line)
    for cls, found in sorted(by_class.items()):
        short = sum(line.missing > 0 for line in found)
        yield Point(
            key=f"cover_{cls}",
            title=_("Target for goods of class %(cls)s") % {"cls": cls},
            fault=_("items short even with agreements: %(count)s of %(all)s")
            % {"count": short, "all": len(found)},
            fine=_("all items covered: %(all)s") % {"all": len(found)},
            count=short,
            url=f"{reverse('web:targets')}?area={area.code}&season={season}",
        )


def _expiring(area: Area, span: Span, stored: list[Holding]) -> Point:
    """Lots in store that do not keep until the season is over."""
    lots = sum(
        holding.lot.good_until is not None and holding.lot.good_until < span.last
        for holding in stored
    )
    return Point(
        key="expiring",
        title=_("Lots that keep through the season"),
        fault=_("lots that expire before its end: %(count)s") % {"count": lots},
        fine=_("every lot keeps until %(day)s") % {"day": span.last.isoformat()},
        count=lots,
        url=f"{reverse('web:rotation')}?area={area.code}",
    )


def _partners(actor: Actor, area: Area, span: Span, now: dt.datetime) -> Iterator[Point]:
    """Agreements that end before the season does, and partners not tested lately."""
    here = inside(area.path, "area__path")
    found: list[SupplyAgreement | TransportAgreement] = [
        *SupplyAgreement.objects.filter(here).select_related("area").defer("area__boundary"),
        *TransportAgreement.objects.filter(here).select_related("area").defer("area__boundary"),
    ]
    today = localdate(now)
    running = [one for one in found if one.valid_from <= today <= one.valid_to]
    ending = sum(one.valid_to < span.last for one in running)
    seen = queries.partners(actor=actor, agreements=running, now=now)
    yield Point(
        key="agreements",
        title=_("Agreements in force through the season"),
        fault=_("agreements that end before it does: %(count)s") % {"count": ending}
        if running
        else _("no agreement is in force"),
        fine=_("agreements in force: %(count)s") % {"count": len(running)},
        count=ending if running else 1,
        url=reverse("web:agreements"),
    )
    overdue = sum(one.test_overdue for one in seen.values())
    yield Point(
        key="test_calls",
        title=_("Test calls to partners"),
        fault=_("partners not reached in time: %(count)s") % {"count": overdue},
        fine=_("partners reached in time: %(count)s") % {"count": len(seen)},
        count=overdue,
        url=reverse("web:agreements"),
    )


def _store(actor: Actor, area: Area, stored: list[Holding], today: dt.date) -> Iterator[Point]:
    """Counts within a year, differences answered, nothing left to repair."""
    days = int(norms.number(area=area, key="stock.count_days", on=today))
    here = inside(area.path, "area__path")
    stocked = {holding.depot_id for holding in stored}
    counted = {
        row["depot_id"]: row["last"]
        for row in Count.objects.filter(book_id=actor.book_id, state=CountState.APPROVED)
        .values("depot_id")
        .annotate(last=Max("decided_at"))
        .order_by()
    }
    old = sum(
        depot not in counted or (today - localdate(counted[depot])).days > days for depot in stocked
    )
    yield Point(
        key="counts",
        title=_("Stores counted within a year"),
        fault=_("stores not counted in time: %(count)s of %(all)s")
        % {"count": old, "all": len(stocked)},
        fine=_("stores counted: %(all)s") % {"all": len(stocked)},
        count=old,
        url=reverse("web:counts"),
    )
    open_checks = CheckTask.objects.filter(here, book_id=actor.book_id, settled_at=None).count()
    open_differences = Difference.objects.filter(
        here, book_id=actor.book_id, answered_at=None
    ).count()
    yield Point(
        key="differences",
        title=_("Differences answered"),
        fault=_("open checks: %(checks)s, open differences: %(differences)s")
        % {"checks": open_checks, "differences": open_differences},
        fine=_("none is open"),
        count=open_checks + open_differences,
        url=reverse("web:checks") if open_checks else reverse("web:differences"),
    )
    depots = Depot.objects.filter(here).values_list("id", flat=True)
    units = (
        Account.objects.filter(
            book_id=actor.book_id,
            kind=AccountKind.REPAIR,
            holder__in=[f"depot:{id_}" for id_ in depots],
        ).aggregate(units=Sum("balance"))["units"]
        or 0
    )
    yield Point(
        key="repair",
        title=_("Nothing left to repair"),
        fault=_("units waiting for repair: %(count)s") % {"count": units},
        fine=_("nothing waits for repair"),
        count=units,
        url=reverse("web:repairs"),
    )


def _plan(area: Area, span: Span, today: dt.date) -> Iterator[Point]:
    """The response plan is in force, and neither its review nor its drill falls due meanwhile."""
    plan = response_plan(area=area, on=today)
    for key, title, due, fault in (
        (
            "review",
            _("Response plan reviewed"),
            plan.next_review_on if plan else None,
            _("its review is due by %(day)s"),
        ),
        (
            "drill",
            _("Drill held"),
            plan_drill_due_on(plan=plan, on=today) if plan else None,
            _("a drill is due by %(day)s"),
        ),
    ):
        in_time = due is not None and due > span.last
        yield Point(
            key=key,
            title=title,
            fault=fault % {"day": due.isoformat()} if due else _("no response plan is in force"),
            fine=_("next by %(day)s") % {"day": due.isoformat() if due else "–"},
            count=0 if in_time else 1,
            url=reverse("web:norms"),
        )


def page(
    *, actor: Actor, area: Area, areas: list[Area], season: Season, may_sign: bool, now: dt.datetime
) -> SeasonPage:
    span = span_of(area=area, season=season, on=localdate(now))
    checks = list(
        SeasonCheck.objects.visible_to(actor).filter(area=area).order_by("-signed_at", "-id")
    )
    people = User.objects.in_bulk({one.signed_by for one in checks})
    signed = next((one for one in checks if (one.season, one.year) == (season, span.year)), None)
    return SeasonPage(
        area=area,
        areas=areas,
        season=season,
        span=span,
        points=points(actor=actor, area=area, season=season, now=now),
        signed=signed,
        signer=people.get(signed.signed_by) if signed else None,
        signed_counts={one["key"]: one["count"] for one in signed.figures} if signed else {},
        may_sign=may_sign and signed is None,
        past=[(one, people.get(one.signed_by)) for one in checks],
    )
