"""The damage ledger (房屋损坏台账) of one incident: cards by village, totals beside the reports.

A household counts once, by the worst grade of its house; rooms count by kind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Count, IntegerField, Sum, Value, When

from gis.models import Area
from relief.access.gate import Actor, PlacedQuerySet
from relief.households.models import DamagedHouse, Grade
from relief.incidents.models import Incident
from relief.reports.indicators import INDICATORS, Indicator
from relief.web.desk import rollup

PAGE = 60  # cards on a page
GRADES = {grade.value: grade for grade in Grade}
WORST_FIRST = Case(
    *(When(grade=grade, then=Value(place)) for place, grade in enumerate(Grade.values)),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of the ledger beside what the reports say; `difference` is ledger − reports."""

    indicator: Indicator
    ledger: int
    reports: int | None

    @property
    def difference(self) -> int | None:
        return None if self.reports is None else self.ledger - self.reports


@dataclass
class Village:
    """The cards of one village on this page."""

    area: Area
    cards: list[DamagedHouse] = field(default_factory=list)


def cards(*, actor: Actor, incident: Incident) -> PlacedQuerySet[DamagedHouse]:
    """The cards that hold: a corrected one is replaced by the card after it."""
    return DamagedHouse.objects.visible_to(actor).filter(incident=incident, replaced_by=None)


def listed(
    found: PlacedQuerySet[DamagedHouse], *, grade: str, place: str
) -> PlacedQuerySet[DamagedHouse]:
    """The cards asked for, by village, the worst first."""
    if grade in GRADES:
        found = found.filter(grade=grade)
    if place:
        found = found.filter(area__code__startswith=place.rstrip("0") if len(place) == 12 else "")
    return (
        found.select_related("area__parent", "household", "item")
        .defer("area__boundary", "area__parent__boundary")
        .order_by("area__code", WORST_FIRST, "id")
    )


def by_village(shown: Iterable[DamagedHouse]) -> list[Village]:
    """The cards of one page grouped as the ledger is kept."""
    found: dict[int, Village] = {}
    for card in shown:
        found.setdefault(card.area_id, Village(card.area)).cards.append(card)
    return list(found.values())


def beside(
    *, actor: Actor, incident: Incident, found: PlacedQuerySet[DamagedHouse]
) -> list[tuple[Grade, list[Beside]]]:
    """By grade: households, rooms and dwelling rooms of the ledger and of the reports."""
    rolled = rollup.of_incident(actor=actor, incident=incident)
    homes = dict(
        found.filter(dwelling=True).values_list("grade").annotate(n=Count("id")).order_by()
    )
    kinds = [f"rooms_{grade}" for grade in Grade.values]
    rooms = found.aggregate(**{kind: Sum(kind) for kind in kinds})
    dwelling = found.filter(dwelling=True).aggregate(**{kind: Sum(kind) for kind in kinds})
    lines = []
    for grade in Grade:
        counted = {
            f"dwelling_hh_{grade}": homes.get(grade, 0),
            f"rooms_{grade}": rooms[f"rooms_{grade}"] or 0,
            f"dwelling_rooms_{grade}": dwelling[f"rooms_{grade}"] or 0,
        }
        lines.append((grade, [_beside(key, number, rolled) for key, number in counted.items()]))
    return lines


def villages(found: PlacedQuerySet[DamagedHouse]) -> list[tuple[str, str, int]]:
    """The villages with cards, to choose from: code, name, how many."""
    counted = found.values_list("area_id").annotate(n=Count("id")).order_by("area_id")
    numbers = dict(counted)
    areas = Area.objects.filter(id__in=numbers).defer("boundary").order_by("code")
    return [(area.code, str(area), numbers[area.id]) for area in areas]


def history(card: DamagedHouse, *, actor: Actor) -> Sequence[DamagedHouse]:
    """All cards of that house, the newest first."""
    found = DamagedHouse.objects.visible_to(actor).filter(
        incident=card.incident_id, chain=card.chain
    )
    return list(found.order_by("-recorded_at", "-id"))


def _beside(key: str, number: int, rolled: rollup.Rollup) -> Beside:
    reported = rolled.total(key)
    return Beside(INDICATORS[key], number, None if reported is None else int(reported))
