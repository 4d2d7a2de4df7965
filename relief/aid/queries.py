"""Reads on goods handed to households."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum

from gis.models import inside
from relief.access.gate import Actor
from relief.aid.models import HandOut, HandOutLine, Reached
from relief.catalog.models import Item
from relief.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Had:
    """Units of an item a household had in the same incident before, and when last."""

    item: Item
    units: int
    last_at: dt.datetime


def had_before(*, hand_out: HandOut) -> list[Had]:
    """What the household had of these items already: a warning to whoever hands out, no more."""
    if hand_out.household_id is None:
        return []
    items = HandOutLine.objects.filter(hand_out=hand_out).values("lot__item")
    found: dict[int, Had] = {}
    for line in (
        HandOutLine.objects.filter(
            hand_out__incident=hand_out.incident_id,
            hand_out__household=hand_out.household_id,
            lot__item__in=items,
        )
        .exclude(hand_out=hand_out)
        .select_related("lot__item", "hand_out")
        .order_by("lot__item__order", "hand_out__handed_at", "id")
    ):
        item = line.lot.item
        before = found.get(item.id)
        found[item.id] = Had(
            item=item,
            units=line.quantity + (before.units if before else 0),
            last_at=line.hand_out.handed_at,
        )
    return list(found.values())


def reached(*, actor: Actor, incident: Incident, path: str | None = None) -> dict[str, int]:
    """Hand-outs, households, people and person-times (人次) the person may see, summed."""
    found = Reached.objects.visible_to(actor).filter(incident=incident)
    if path is not None:
        found = found.filter(inside(path, "area__path"))
    names = ("hand_outs", "households", "people", "person_times")
    sums = found.aggregate(**{name: Sum(name) for name in names})
    return {name: sums[name] or 0 for name in names}
