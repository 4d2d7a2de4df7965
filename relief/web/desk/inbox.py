"""What waits at the county's desk (灾情核对): read once, oldest first, with what may be doubled."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from gis.models import Area, contains, inside
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound, PlacedQuerySet
from relief.field.models import Alert, Item, ItemKind
from relief.incidents.models import Incident, IncidentStatus
from relief.norms import queries as norms
from relief.reports import chains
from relief.reports.duties import local_day
from relief.reports.models import Report, ReportState
from relief.web.desk import cards, likeness, photos
from relief.web.desk.cards import Card

MOST = 60  # cards of one group; older ones go first, so the rest comes up as these are done
SECOND_LOOK = dt.timedelta(days=2)  # how far back adopted reports are looked at for doubles


@dataclass
class Inbox:
    """The groups of the desk, each oldest first. `more` counts what did not fit."""

    alerts: list[Alert]
    to_gather: list[Card]
    waiting: list[Card]
    to_merge: list[Card]
    returned: list[Card]
    incidents: list[Incident]
    more: int = 0

    @property
    def empty(self) -> bool:
        return not (self.to_gather or self.waiting or self.to_merge or self.returned)


def of_person(*, actor: Actor, now: dt.datetime) -> Inbox:
    """Everything of the person's areas that waits."""
    incidents = list(
        Incident.objects.visible_to(actor)
        .exclude(status=IncidentStatus.CLOSED)
        .select_related("area")
        .defer("footprint", "area__boundary")
        .order_by("-started_at", "-id")
    )
    items, reports = _items(actor), _reports(actor)
    more = sum(max(0, found.count() - MOST) for found in (items, reports))
    made = _cards(list(items[:MOST]), list(reports[:MOST]))
    _pictures(made, actor=actor)
    for card in made:
        card.may = actor.may(Act.VERIFY_REPORT, path=card.area.path)
        card.incidents = [one for one in incidents if contains(one.area.path, card.area.path)]
    _rivals(actor, made)
    _doubles(actor, made, now=now)
    groups: dict[str, list[Card]] = {}
    for card in sorted(made, key=lambda one: one.received_at):
        groups.setdefault(card.report.state if card.report else "item", []).append(card)
    return Inbox(
        alerts=_alerts(actor),
        to_gather=groups.get("item", []),
        waiting=groups.get(ReportState.WAITING, []),
        to_merge=groups.get(ReportState.TO_MERGE, []),
        returned=groups.get(ReportState.RETURNED, []),
        incidents=incidents,
        more=more,
    )


def waiting_count(*, actor: Actor) -> int:
    """How many items and reports somebody has to decide upon."""
    return _loose(actor).count() + _pending(actor).count()


def _loose(actor: Actor) -> PlacedQuerySet[Item]:
    """Reports from phones that belong to no incident yet (未汇拢)."""
    found = Item.objects.visible_to(actor).filter(kind=ItemKind.REPORT, report=None)
    return found.filter(returned_at=None)


def _pending(actor: Actor) -> PlacedQuerySet[Report]:
    found = Report.objects.visible_to(actor).filter(state__in=chains.PENDING)
    return found.exclude(incident__status=IncidentStatus.CLOSED)


def _items(actor: Actor) -> PlacedQuerySet[Item]:
    found = _loose(actor).select_related("area__parent")
    found = found.defer("area__boundary", "area__parent__boundary")
    return found.order_by("received_at", "id")


def _reports(actor: Actor) -> PlacedQuerySet[Report]:
    """Reports to decide upon, and returned ones that nothing has followed yet."""
    later = Report.objects.filter(
        incident=OuterRef("incident"), chain=OuterRef("chain"), seq__gt=OuterRef("seq")
    )
    found = (
        Report.objects.visible_to(actor)
        .exclude(incident__status=IncidentStatus.CLOSED)
        .filter(
            Q(state__in=chains.PENDING) | (Q(state=ReportState.RETURNED) & ~Exists(later)),
        )
        .select_related("area", "village", "item", "base", "incident")
        .defer("area__boundary", "village__boundary", "incident__footprint")
    )
    return found.order_by("filed_at", "id")


def _cards(items: Sequence[Item], reports: Sequence[Report]) -> list[Card]:
    people = cards.authors([*items, *reports])
    codes = {str(item.body.get(key) or "") for item in items for key in ("area", "village")}
    areas = {
        area.code: area
        for area in Area.objects.filter(code__in=codes - {""})
        .select_related("parent")
        .defer("boundary", "parent__boundary")
    }
    return [
        *(cards.of_item(one, areas=areas, author=people.get(one.author_id)) for one in items),
        *(cards.of_report(one, author=people.get(one.filed_by)) for one in reports),
    ]


def _pictures(made: Iterable[Card], *, actor: Actor) -> None:
    made = list(made)
    shown = photos.of_items((card.item for card in made), book_id=actor.book_id)
    for card in made:
        if card.item is not None:
            card.photos = shown.get(card.item.id, photos.NONE)


def _rivals(actor: Actor, made: Iterable[Card]) -> None:
    """For each report to be merged, the ones it stands beside."""
    asked = [
        (card, card.report)
        for card in made
        if card.report is not None and card.report.state == ReportState.TO_MERGE
    ]
    if not asked:
        return
    places = Q(pk__in=[])
    for _card, merging in asked:
        places |= Q(incident=merging.incident_id, area=merging.area_id)
    found = (
        Report.objects.visible_to(actor).filter(places).select_related("area", "village", "item")
    )
    townships: dict[tuple[int, int], list[Report]] = {}
    for report in found.defer("area__boundary", "village__boundary").order_by("seq"):
        townships.setdefault((report.incident_id, report.area_id), []).append(report)
    for card, merging in asked:
        card.rivals = rivals(merging, townships[merging.incident_id, merging.area_id])


def rivals(report: Report, versions: Sequence[Report]) -> list[Report]:
    """Reports of the same place to merge this one with: those that wait, and the newest adopted."""
    known = {one.id: one for one in versions}
    others = chains.beside(known[report.id], versions=versions, known=known)
    waiting = [one for one in others if one.state in chains.PENDING]
    adopted = [one for one in others if one.state in chains.LIVE]
    return [*adopted[-1:], *waiting]


def _doubles(actor: Actor, made: Sequence[Card], *, now: dt.datetime) -> None:
    """Mark cards that may tell of what another card or an adopted report tells already."""
    asked = [card for card in made if not card.report or card.report.state in chains.PENDING]
    if not asked:
        return
    limits = _limits(asked[0].area, now)
    known: dict[str, Card | Report] = {card.key: card for card in asked}
    toward = [card.told for card in asked]
    places = Q(pk__in=[])
    for path in {card.area.path for card in asked}:
        places |= inside(path, "area__path")
    recent = (
        Report.objects.visible_to(actor)
        .filter(places, state__in=chains.LIVE, as_of__gte=now - SECOND_LOOK)
        .select_related("area", "village")
        .defer("area__boundary", "village__boundary")
    )
    for report in recent.order_by("-as_of", "-id")[: 4 * MOST]:
        one = cards.told(report)
        known[one.key] = report
        toward.append(one)
    for card in asked:
        found = likeness.find(told=card.told, among=toward, limits=limits)
        rivals = {f"report-{one.id}" for one in card.rivals}
        card.alike = [(one, known[one.other.key]) for one in found if one.other.key not in rivals]


def _limits(area: Area, now: dt.datetime) -> likeness.Limits:
    keys = ["report.alike_metres", "report.alike_minutes", "report.alike_share"]
    found = norms.numbers(area=area, keys=keys, on=local_day(now))
    return likeness.Limits(int(found[keys[0]]), int(found[keys[1]]), found[keys[2]])


def _alerts(actor: Actor) -> list[Alert]:
    """Alerts nobody has seen yet, the oldest first: they have waited longest."""
    found = Alert.objects.visible_to(actor).filter(seen_at=None)
    found = found.select_related("area", "item__area", "item__author", "item__report")
    alerts = list(found.defer("area__boundary", "item__area__boundary").order_by("raised_at"))
    for alert in alerts:
        alert.may = actor.may(Act.SEE_ALERT, path=alert.area.path)  # type: ignore[attr-defined]
    return alerts


def item_ids(texts: Iterable[str]) -> list[uuid.UUID]:
    """The ids that a form named. Raises NotFound for what is none."""
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as wrong:
        raise NotFound from wrong
