"""Response plans for tests: one of Harbour County, as typed, and its first version."""

import datetime as dt

from relief.drills import revising
from relief.preparedness.models import PlanPart, ResponsePlan
from relief.preparedness.rules import Version
from tests.world import NOW

APPROVED = dt.date(2022, 3, 1)


def version(edition: str = "1", **changes) -> Version:
    given = {
        "title": "港县自然灾害救助应急预案",
        "title_en": "Harbour relief plan",
        "number": "港府办发〔2022〕3号",
        "version": edition,
        "approved_on": APPROVED,
        "effective_from": APPROVED,
        "next_review_on": dt.date(2027, 3, 1),
        "parts": PlanPart.values,
    }
    return Version(**(given | changes))


def following(edition: str = "2", **changes) -> Version:
    """The version that comes after: in force from 1 July 2026."""
    start = dt.date(2026, 7, 1)
    given = {"approved_on": start, "effective_from": start, "change_note": "the drill of May"}
    return version(edition, **(given | {"next_review_on": dt.date(2029, 7, 1)} | changes))


def add(world, *, by="asha", area=None, old=None, given=None, settles=(), now=NOW) -> ResponsePlan:
    return revising.add_version(
        actor=world.actor(by),
        area_id=(area or world.county).id,
        replaces_id=old.id if old else None,
        given=given or (following() if old else version()),
        settles=settles,
        file=None,
        now=now,
    )
