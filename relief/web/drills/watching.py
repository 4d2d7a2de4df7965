"""What an evaluator's start page shows: what there is to watch, and what was written down."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.drills.models import Drill, DrillState, Inject, InjectState, Objective, Observation
from relief.drills.observing import observations_of, watched_by
from relief.web.drills.timeline import worded
from relief.web.waiting import LATER, SOON, Step

ON_PHONE = "#/watch"  # behind the address of the field app


@dataclass(frozen=True, slots=True)
class Watched:
    """An inject or an objective, what is expected by when, and the person's newest record of it."""

    thing: Inject | Objective
    expected: str
    begins_at: dt.datetime | None
    ends_at: dt.datetime | None
    mine: Observation | None


@dataclass(frozen=True, slots=True)
class Watching:
    """A drill that the person evaluates, at a drill time."""

    drill: Drill
    injects: Sequence[Watched]
    objectives: Sequence[Watched]

    @property
    def open(self) -> list[Watched]:
        """Injects that went off and about which the person wrote nothing yet."""
        return [one for one in self.injects if one.mine is None and _went_off(one.thing)]


def watching(*, actor: Actor) -> Watching | None:
    """The drill whose book is on screen, for who evaluates it; None for everybody else."""
    if not actor.paths(Act.OBSERVE_DRILL):
        return None
    drill = Drill.objects.filter(book_id=actor.book_id).defer("truth", "scenario").first()
    if drill is None:
        return None
    found = observations_of(drill)

    def mine(seen_of: dict, key: int) -> Observation | None:
        own = [one.observation for one in seen_of.get(key, ())]
        return next((one for one in own if one.noted_by_id == actor.user_id), None)

    return Watching(
        drill=drill,
        injects=[
            _inject(one, mine=mine(found.of_inject, one.pk))
            for one in watched_by(drill=drill, user_id=actor.user_id)
        ],
        objectives=[
            Watched(one, "", None, None, mine(found.of_objective, one.pk))
            for one in drill.objectives.order_by("id")
        ],
    )


def step(actor: Actor, now: dt.datetime) -> Iterator[Step]:
    """What the start page says of it: how much waits to be written down, and where that is done."""
    found = watching(actor=actor)
    if found is None or found.drill.state not in (DrillState.PREPARED, DrillState.RUNNING):
        return
    yield Step(
        icon="phone",
        title=_("You evaluate: %(drill)s") % {"drill": found.drill},
        text=_("To be written down now: %(count)s. It works on your phone without a network.")
        % {"count": len(found.open)},
        url=reverse("web:field") + ON_PHONE,
        button=_("Open the evaluation"),
        when=SOON if found.open else LATER,
    )


def _inject(one: Inject, *, mine: Observation | None) -> Watched:
    begins = one.sent_at or one.due_at
    ends = None
    if begins is not None and one.deadline_minutes is not None:
        ends = begins + dt.timedelta(minutes=one.deadline_minutes)
    return Watched(one, worded(one.expected, one.expected_en), begins, ends, mine)


def _went_off(thing: Inject | Objective) -> bool:
    return isinstance(thing, Inject) and thing.state not in (
        InjectState.WAITING,
        InjectState.SKIPPED,
    )
