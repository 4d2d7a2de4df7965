"""What if (假设推演): today's plan beside the one that a supposed change would bring.

Nothing is stored and nothing is locked: two problems are built from the same moment and solved.
"""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.utils.timezone import localdate
from django.utils.translation import get_language

from gis.models import Area, Level, RoadLink, inside
from gis.roads import LonLat
from relief.access.gate import Actor
from relief.allocation.problem import Question, build
from relief.catalog import queries as catalog
from relief.deliveries import fleets
from relief.deliveries.models import Fleet
from relief.incidents.models import Incident, RoadClosure
from relief.journal.models import Book
from relief.outlook import changes as supposed
from relief.outlook import figures, prices
from relief.outlook.changes import Change, Goods, Known, MoreAgreed, MoreStock, Terms
from relief.outlook.figures import Figures
from relief.planner import Problem, Proposal, parse, solve
from relief.stock.models import Depot, SupplyAgreement

KEPT = 4  # answers of the problem as it stands, in this process
FRESH = dt.timedelta(minutes=5)  # then vehicles are nearer, and hours are counted anew


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two plans, with the moment its hours count from."""

    now: dt.datetime
    question: Question
    problem: Problem
    proposal: Proposal
    figures: Figures


@dataclass(frozen=True, slots=True)
class There:
    """What there is to suppose something about, and where goods would lie.

    `roads` are the stretches of road by township: (township, stretches).
    """

    known: Known
    points: dict[str, LonLat]
    roads: list[tuple[str, list[RoadLink]]]


def there(*, actor: Actor, incident: Incident, question: Question, now: dt.datetime) -> There:
    """Stores, suppliers, townships in need, items, fleets, roads and closures of the incident."""
    path, today = incident.area.path, localdate(now)
    chinese = (get_language() or "").startswith("zh")
    points: dict[str, LonLat] = {}
    places: dict[str, str] = {}
    for depot in Depot.objects.filter(inside(path, "area__path")).order_by("-kind", "code"):
        # Warehouses come before township points in a list of choices.
        places[f"depot:{depot.id}"] = str(depot)
        points[f"depot:{depot.id}"] = (depot.point.x, depot.point.y)
    agreements: dict[int, str] = {}
    in_force = Q(valid_from__lte=today, valid_to__gte=today)
    for party in SupplyAgreement.objects.filter(in_force, inside(path, "area__path")).order_by(
        "number"
    ):
        agreements[party.id] = str(party)
        places[f"agreement:{party.id}"] = str(party)
        points[f"agreement:{party.id}"] = (party.point.x, party.point.y)
    for need in question.needs.values():
        if need.quantity > 0:
            places[f"area:{need.area.code}"] = str(need.area)
    running = RoadClosure.objects.visible_to(actor).filter(reopened_at=None).order_by("-id")
    valid = Q(agreement__valid_from__lte=today, agreement__valid_to__gte=today)
    fleets_ = Fleet.objects.filter(valid, inside(path, "agreement__area__path")).order_by("id")
    roads = _roads(incident)
    links = {link.number: str(link) for _town, stretches in roads for link in stretches}
    known = Known(
        places=places,
        goods={
            item.code: Goods(
                name=str(item),
                unit=item.unit if chinese else item.unit_en or item.unit,
                kg=float(item.kg),
                m3=float(item.m3),
            )
            for item in catalog.items()
        },
        fleets={fleet.id: str(fleet) for fleet in fleets_},
        agreements=agreements,
        links=links,
        closures={closure.id: closure.reason for closure in running},
    )
    return There(known, points, roads)


def before(*, incident: Incident, now: dt.datetime) -> Side:
    """The plan of today's figures, stock, roads and vehicles; kept until the book changes."""
    number = Book.objects.values_list("last_number", flat=True).get(id=incident.book_id)
    key = (str(connection.settings_dict["NAME"]), incident.id, number)
    with _lock:
        side = _kept.get(key)
    if side is None or not dt.timedelta(0) <= now - side.now <= FRESH:
        vehicles, _numbers = fleets.ready(incident=incident, now=now)
        side = _side(build(incident=incident, vehicles=vehicles, now=now), now)
        with _lock:
            _kept[key] = side
            _kept.move_to_end(key)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return side


def after(*, incident: Incident, standing: Side, changes: Sequence[Change], there: There) -> Side:
    """The plan with the changes, from the same moment as the one beside it."""
    question = standing.question
    stores = {place: there.points[place] for place in _stores(changes) if place in there.points}
    moved = supposed.closed_links(changes) or supposed.reopened(changes)
    if moved or stores.keys() - set(question.data["travel"]["from"]):
        vehicles, _numbers = fleets.ready(incident=incident, now=standing.now)
        question = build(
            incident=incident,
            vehicles=vehicles,
            now=standing.now,
            also_closed=supposed.closed_links(changes),
            reopened=supposed.reopened(changes),
            more_stores=stores,
        )
    terms = _terms(incident, question, now=standing.now) if _stores(changes) else Terms()
    data = supposed.apply(question.data, changes, known=there.known, terms=terms)
    return _side(question, standing.now, data=data)


def _terms(incident: Incident, question: Question, *, now: dt.datetime) -> Terms:
    wanted = {need.item.code for need in question.needs.values()}
    return Terms(
        yuan=prices.known(book_id=incident.book_id, path=incident.area.path, on=localdate(now)),
        replaces=tuple(
            (pair.use.code, pair.instead_of.code, pair.ratio)
            for pair in catalog.substitutes(instead_of=wanted)
        ),
    )


def _roads(incident: Incident) -> list[tuple[str, list[RoadLink]]]:
    """Stretches of road by the township they start in, in code order, then by name."""
    chinese = (get_language() or "").startswith("zh")
    first = (
        Area.objects.within(incident.area.path)
        .filter(level=Level.TOWNSHIP, boundary__intersects=OuterRef("line"))
        .order_by("code")
    )
    links = (
        RoadLink.objects.annotate(
            town=Subquery(first.values("name" if chinese else "name_en")[:1]),
            town_code=Subquery(first.values("code")[:1]),
        )
        .filter(town_code__isnull=False)
        .defer("line")
        .order_by("town_code", "name", "number")
    )
    found: dict[str, list[RoadLink]] = {}
    for link in links:
        found.setdefault(link.town, []).append(link)
    return list(found.items())


def _stores(changes: Sequence[Change]) -> set[str]:
    """Places at which the changes lay goods."""
    found = {change.place for change in changes if isinstance(change, MoreStock)}
    promised = {c.agreement for c in changes if isinstance(c, MoreAgreed)}
    return found | {f"agreement:{number}" for number in promised}


def _side(question: Question, now: dt.datetime, *, data: dict | None = None) -> Side:
    problem = parse(question.data if data is None else data)
    proposal = solve(problem)
    measured = figures.measure(problem, proposal, cut_off=question.cut_off)
    return Side(now, question, problem, proposal, measured)


_kept: OrderedDict[tuple[str, int, int], Side] = OrderedDict()
_lock = threading.Lock()
