"""One scenario against tonight's stock, agreements, vehicles and open roads (备灾能力推演).

A scenario becomes what a real disaster would: figures of people per township, needs by the norms
in force, closed roads, and the planner's problem. Nothing of it is written.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q, QuerySet, Sum
from django.utils.timezone import localdate

from gis import roads
from gis.models import Area, Level, RoadLink, inside
from gis.roads import LonLat
from relief.allocation.problem import Question, build
from relief.catalog import queries as catalog
from relief.deliveries import fleets
from relief.households.models import Household
from relief.incidents.models import Incident
from relief.journal.models import Book
from relief.needs.models import Need
from relief.needs.rules import people_to_supply
from relief.norms import queries as norms
from relief.norms.rules import required
from relief.outlook import figures, names
from relief.outlook.figures import Figures, Worst
from relief.outlook.scenarios import Scenario, is_cut
from relief.planner import Problem, Proposal, parse, solve
from relief.planner.explain import reasons
from relief.planner.proposal import Unmet
from relief.planner.score import ratios


@dataclass(frozen=True, slots=True)
class Supposed:
    """A scenario put on the map: the people each township would report, and the roads cut."""

    scenario: Scenario
    incident: Incident
    people: dict[int, int]
    towns: dict[int, Area]
    cut: list[int]
    needs: list[Need]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario solved, with what later questions about it need."""

    supposed: Supposed
    question: Question
    problem: Problem
    proposal: Proposal
    figures: Figures
    covers: dict[str, dict[int, float]] = field(default_factory=dict)

    @property
    def badness(self) -> tuple[int, float, float, int]:
        """Sorts the worst case first: its class, its cover there, the county's, the people."""
        worst = self.figures.worst
        people = -sum(self.supposed.people.values())
        if worst is None:
            return (9, 1.0, 1.0, people)
        return (worst.cls, round(worst.cover, 6), self.figures.cover[worst.cls], people)


def suppose(*, scenario: Scenario, area: Area, book: Book, now: dt.datetime) -> Supposed:
    """People, roads and needs of a scenario in an area; reads only."""
    incident = Incident(
        book=book,
        area=area,
        name=scenario.name,
        name_en=scenario.name_en,
        hazard=scenario.hazard,
        cold_season=scenario.cold,
        started_at=now,
    )
    towns = {
        town.id: town
        for town in Area.objects.within(area.path)
        .filter(level=Level.TOWNSHIP)
        .defer("boundary")
        .order_by("code")
    }
    people = _people(scenario, area, towns)
    return Supposed(
        scenario=scenario,
        incident=incident,
        people=people,
        towns={id_: town for id_, town in towns.items() if people.get(id_)},
        cut=_cut(scenario),
        needs=_needs(incident, people, towns, now=now),
    )


def solved(
    supposed: Supposed, *, now: dt.datetime, more_stores: dict[str, LonLat] | None = None
) -> Outcome:
    """The planner's answer to a scenario, as if it were asked at `now`."""
    question = ask(supposed, now=now, more_stores=more_stores)
    problem = parse(question.data)
    proposal = solve(problem)
    return Outcome(
        supposed=supposed,
        question=question,
        problem=problem,
        proposal=proposal,
        figures=figures.measure(problem, proposal, cut_off=question.cut_off),
        covers=figures.town_covers(problem, ratios(problem, lines=list(proposal.lines)).tolist()),
    )


def ask(
    supposed: Supposed, *, now: dt.datetime, more_stores: dict[str, LonLat] | None = None
) -> Question:
    vehicles, _numbers = fleets.ready(incident=supposed.incident, now=now)
    return build(
        incident=supposed.incident,
        vehicles=vehicles,
        now=now,
        also_closed=supposed.cut,
        needs=supposed.needs,
        more_stores=more_stores,
    )


def told(outcome: Outcome) -> dict[str, Any]:
    """The outcome as it is stored: numbers and, in both languages, names and the worst's reason."""
    scenario, found = outcome.supposed.scenario, outcome.figures
    towns = {town.code: town for town in outcome.supposed.towns.values()}
    return {
        "id": scenario.id,
        "name": scenario.name,
        "name_en": scenario.name_en,
        "hazard": scenario.hazard,
        "cold": scenario.cold,
        "magnitude": scenario.magnitude,
        "story": scenario.story,
        "story_en": scenario.story_en,
        "basis": scenario.basis,
        "basis_en": scenario.basis_en,
        "people": sum(outcome.supposed.people.values()),
        "roads_cut": len(outcome.supposed.cut),
        "due_h": min((d.due_h for d in outcome.problem.demands), default=None),
        "horizon_h": outcome.problem.horizon_h,
        "by_air": outcome.question.by_air,
        "by_water": outcome.question.by_water,
        **found.to_dict(),
        "worst": _worst_told(outcome, found.worst),
        "towns": [
            {
                "code": code,
                "name": towns[code].name,
                "name_en": towns[code].name_en,
                "people": outcome.supposed.people[towns[code].id],
                "cover": {str(cls): round(share, 4) for cls, share in cover.items()},
            }
            for code, cover in sorted(
                outcome.covers.items(), key=lambda row: (min(row[1].values()), row[0])
            )
        ],
    }


def _worst_told(outcome: Outcome, worst: Worst | None) -> dict[str, Any] | None:
    if worst is None:
        return None
    town = next(t for t in outcome.supposed.towns.values() if t.code == worst.code)
    short = _worst_gap(outcome, worst)
    said = {
        lang: reasons(
            outcome.problem,
            short,
            lang=lang,
            names=names.of(outcome.question, lang=lang, places={}),
        )
        for lang in ("zh", "en")
    }
    item = catalog.by_code()[outcome.problem.demands[_index(outcome.problem, short)].item]
    return {
        "code": worst.code,
        "name": town.name,
        "name_en": town.name_en,
        "class": worst.cls,
        "cover": round(worst.cover, 4),
        "item": item.name,
        "item_en": item.name_en,
        "why": "".join(said["zh"]),
        "why_en": " ".join(said["en"]),
    }


def _worst_gap(outcome: Outcome, worst: Worst) -> Unmet:
    """Of what the worst-off township lacks in that class, the item it gets the least part of."""
    problem = outcome.problem

    def part(short: Unmet) -> tuple[float, int]:
        n = _index(problem, short)
        return (-short.qty / problem.demands[n].qty, n)

    mine = [
        short
        for short in outcome.proposal.unmet
        if (demand := problem.demands[_index(problem, short)]).cls == worst.cls
        and figures.code_of(demand.place) == worst.code
    ]
    return min(mine, key=part)


def _index(problem: Problem, short: Unmet) -> int:
    return problem.demand_index[short.demand]


def _people(scenario: Scenario, area: Area, towns: dict[int, Area]) -> dict[int, int]:
    """People to supply by township id: those of its zones, by the zones' shares."""
    relocated: dict[int, float] = {}
    aid: dict[int, float] = {}
    taken: shapely.Geometry = shapely.Polygon()
    for zone in scenario.zones:
        for town, residents in _residents(area, towns, zone.shape, without=taken).items():
            relocated[town] = relocated.get(town, 0.0) + residents * zone.relocated
            aid[town] = aid.get(town, 0.0) + residents * zone.aid
        if zone.shape is not None:
            taken = taken.union(zone.shape)
    return {
        town: people_to_supply(
            {"relocated_now": round(relocated[town]), "emergency_aid_now": round(aid[town])}
        )
        for town in relocated
    }


def _residents(
    area: Area, towns: dict[int, Area], shape: shapely.Geometry | None, *, without: shapely.Geometry
) -> dict[int, int]:
    """Residents by township id inside a shape and outside another.

    By the household register; where an area has none, a village stands at its centre with all
    its people.
    """
    inside_shape: dict[str, Any] = {}
    outside = Q(pk__in=[])
    homes = Household.objects.filter(inside(area.path, "area__path"))
    registered = homes.exists()
    field_ = "point" if registered else "centre"
    if shape is not None:
        inside_shape[f"{field_}__intersects"] = _geos(shape)
    if not without.is_empty:
        outside = Q(**{f"{field_}__intersects": _geos(without)})
    rows: QuerySet[Any, tuple[str, int]]
    if registered:
        found_homes = homes.filter(**inside_shape).exclude(outside)
        rows = found_homes.values_list("area__path").annotate(Sum("people")).order_by()
    else:
        villages = Area.objects.within(area.path).filter(level=Level.VILLAGE, **inside_shape)
        rows = villages.exclude(outside).values_list("path", "population")
    by_path = {town.path: id_ for id_, town in towns.items()}
    depth = area.path.count("/") + 2
    found: dict[int, int] = {}
    for path, people in rows:
        town = by_path.get("/".join(path.split("/")[:depth]))
        if town is not None:
            found[town] = found.get(town, 0) + people
    return found


def _geos(shape: shapely.Geometry) -> GEOSGeometry:
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)


def _cut(scenario: Scenario) -> list[int]:
    """Numbers of the road links the scenario cuts; a road is judged by the first zone it meets."""
    network = roads.Network.current()
    classes = dict(RoadLink.objects.values_list("number", "road_class"))
    seen: set[int] = set()
    cut: list[int] = []
    for zone in scenario.zones:
        shape = zone.shape
        met = classes.keys() if shape is None else roads.links_in(network, polygon=shape)
        for link in sorted(set(met) - seen):
            if is_cut(scenario, link=link, share=zone.cuts.get(classes[link], 0.0)):
                cut.append(link)
        seen |= set(met)
    return sorted(cut)


def _needs(
    incident: Incident, people: dict[int, int], towns: dict[int, Area], *, now: dt.datetime
) -> list[Need]:
    """What the townships would need by the norms in force; unsaved rows numbered from 1."""
    goods = norms.goods(
        area=incident.area, hazard=incident.hazard, cold=incident.cold_season, on=localdate(now)
    )
    items = catalog.by_code()
    needs = [
        Need(
            book_id=incident.book_id,
            area=towns[town],
            item=items[norm.item_code],
            norm=norm,
            people=count,
            quantity=required(people=count, norm=norm),
            priority=norm.priority,
            computed_at=now,
        )
        for town, count in sorted(people.items(), key=lambda row: towns[row[0]].code)
        if count
        for norm in goods
    ]
    needs.sort(key=lambda need: (need.priority, need.area.code, need.item.code))
    for number, need in enumerate(needs, start=1):
        need.id = number
    return needs
