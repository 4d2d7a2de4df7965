"""Changing a drill that has not begun: its facts, its disaster, its outages and opening stock.

A drill that is prepared has no record yet: nothing of this is journaled, and what stands when it
begins is kept as its scenario.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gis.models import Area
from relief.access import gate
from relief.drills import control, known_here, opening, preparing, scenario, writing
from relief.drills.models import Drill, DrillState, Trigger
from relief.drills.scenario import BadDrill, LotPlan
from relief.preparedness.models import ResponsePlan


class BadDesign(gate.Refused):
    """What was typed does not make a drill; `faults` say what was expected and what came."""

    def __init__(self, *, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__(" ".join(self.faults[:5]))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the archive keeps of a drill, and when it takes place (`begins_at`: the event)."""

    title: str
    title_en: str
    begins_at: dt.datetime
    minutes: int
    place: str
    partners: str
    headcount: int | None
    basis_id: int | None


@transaction.atomic(durable=True)
def set_facts(*, actor: gate.Actor, drill_id: int, facts: Facts) -> Drill:
    """Name, time, place and people of a drill (演练概况). Timed injects move with the event."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    plans = ResponsePlan.objects.filter(area__path__in=_around(drill.area))
    basis = None if facts.basis_id is None else plans.filter(id=facts.basis_id).first()
    if facts.basis_id is not None and basis is None:
        raise gate.NotFound
    later = facts.begins_at - drill.begins_at
    if later:
        drill.injects.filter(trigger=Trigger.TIME).update(due_at=F("due_at") + later)
    before = timezone.localtime(drill.begins_at).hour
    drill.title, drill.title_en = facts.title, facts.title_en
    drill.begins_at, drill.basis = facts.begins_at, basis
    drill.place, drill.partners = facts.place, facts.partners
    drill.headcount = facts.headcount
    _rewrite(drill, minutes=facts.minutes)
    if timezone.localtime(drill.begins_at).hour != before:
        _strike(drill)  # another hour finds other people at home
    drill.save()
    drill.book.name = drill.title
    drill.book.save(update_fields=["name"])
    opening.begin_record(drill=drill)
    return drill


@transaction.atomic(durable=True)
def set_hazard(*, actor: gate.Actor, drill_id: int, hazard: Mapping[str, Any], seed: int) -> Drill:
    """Another footprint (灾害范围) or seed; the disaster is drawn anew at once."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    drill.seed = seed
    _rewrite(drill, hazard=dict(hazard), seed=seed)
    _strike(drill)
    drill.save(update_fields=["seed", "scenario", "truth"])
    return drill


@transaction.atomic(durable=True)
def set_outages(*, actor: gate.Actor, drill_id: int, hours: Mapping[str, float]) -> Drill:
    """Townships without telephone (通信中断), by code, for at least so many hours."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    _rewrite(drill, outages={code: value for code, value in sorted(hours.items()) if value})
    _strike(drill)
    drill.save(update_fields=["scenario", "truth"])
    return drill


@transaction.atomic(durable=True)
def set_stock(*, actor: gate.Actor, drill_id: int, lots: Sequence[LotPlan] | None) -> Drill:
    """Opening stock (期初库存) of these lots; with None a copy of the real balances."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    _rewrite(drill, opening_stock=None if lots is None else [asdict(one) for one in lots])
    drill.save(update_fields=["scenario"])
    return drill


def unbegun(*, actor: gate.Actor, drill_id: int) -> Drill:
    """The drill, locked, while it is still being prepared. An inner step."""
    drill = control.locked(actor=actor, drill_id=drill_id)
    control.require_state(drill, DrillState.PREPARED)
    if drill.trial_of_id is not None:
        raise gate.NotFound
    return drill


def _around(area: Area) -> list[str]:
    return [one.path for one in Area.objects.above(area.path)]


def _rewrite(drill: Drill, **changes: Any) -> None:
    """Put the changes into the drill's scenario if the whole of it still reads. Or BadDesign."""
    data = {**drill.scenario, **changes}
    data = {key: value for key, value in data.items() if value is not None}
    drill.scenario = data
    whole = writing.as_file(drill=drill)
    try:
        read = scenario.read(whole, file=drill.title)
    except BadDrill as wrong:
        raise BadDesign(faults=wrong.faults) from wrong
    faults = known_here.faults(scenario=read, area=drill.area)
    if faults:
        raise BadDesign(faults=faults)


def _strike(drill: Drill) -> None:
    """Draw the disaster from the scenario as it stands."""
    read = scenario.read(writing.as_file(drill=drill), file=drill.title)
    drill.truth = preparing.disaster(scenario=read, area=drill.area, seed=drill.seed)
