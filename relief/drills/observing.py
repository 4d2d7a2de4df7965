"""What evaluators see of a drill (评估记录): written down once, and read beside what was watched.

An evaluator's phone keeps real time and shows drill time by the clock it last heard of. What counts
is the drill time which the clock showed at that real moment, worked out on arrival: a pause or jump
that the phone had not heard of changes the time, and `Seen.shown_at` says so.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.drills import rows
from relief.drills.models import Drill, DrillState, Inject, Objective, Observation, Rating
from relief.field.models import Item
from relief.field.steps import Sent, take
from relief.journal import clock, log

# A phone's clock is known to a few seconds, which are minutes of a fast drill.
CLOCK_ERROR, LEAST = dt.timedelta(seconds=6), dt.timedelta(minutes=1)


class NotBegun(gate.Refused):
    """Nothing can be seen of a drill that has not begun."""


class NothingSeen(gate.Refused):
    """The observation says nothing, or does not say of what."""


@dataclass(frozen=True, slots=True)
class GivenObservation:
    """An observation as the evaluator made it: of one inject or of one objective.

    `seen_at` is the drill time of the real moment at which it was seen.
    """

    inject_id: int | None
    objective_id: int | None
    seen: bool | None
    rating: str
    note: str
    seen_at: dt.datetime
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation, with the drill time its phone showed where the clock said another."""

    observation: Observation
    shown_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Observations:
    """All observations of a drill, the oldest first, and those that count.

    `of_inject` and `of_objective` hold by id the newest of each evaluator about that thing.
    """

    every: list[Seen]
    of_inject: dict[int, list[Seen]]
    of_objective: dict[int, list[Seen]]


@transaction.atomic(durable=True)
def observe(
    *,
    actor: gate.Actor,
    given: GivenObservation,
    request_key: uuid.UUID,
    now: dt.datetime,
    item: Sent | None = None,
) -> Observation:
    """Write down what an evaluator saw (评估记录). The same again is the same observation.

    `actor` acts in the drill's book and `now` is its drill time. It is taken after the drill's end
    as well: phones may have been without a network. Raises NotFound, NotBegun and NothingSeen.
    """
    drill = Drill.objects.select_related("area", "book").filter(book_id=actor.book_id).first()
    if drill is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.OBSERVE_DRILL, area=drill.area, book_id=drill.book_id)
    # It changes no row that stands: only the item is locked, which two processes may bring.
    receipt = ""
    if item is not None:
        stored, _known = take(
            sent=item, book_id=drill.book_id, area=drill.area, author_id=actor.user_id, now=now
        )
        receipt = stored.receipt
    made = Observation.objects.filter(request_key=request_key, drill=drill).first()
    if made is not None:
        return made
    inject, objective = _watched(drill, given)
    _check(drill, given)
    made = Observation.objects.create(
        drill=drill,
        book_id=drill.book_id,
        inject=inject,
        objective=objective,
        seen=given.seen,
        rating=given.rating,
        note=given.note.strip(),
        photos=list(given.photos),
        seen_at=min(given.seen_at, now),
        noted_at=now,
        noted_by_id=actor.user_id,
        request_key=request_key,
    )
    log.record(
        book=drill.book_id,
        kind="observed",
        rows=[rows.observation(made, path=drill.area.path)],
        actor=actor.user_id,
        now=now,
        facts={
            "inject": inject.number if inject else None,
            "objective": objective.key if objective else None,
            "receipt": receipt,
        },
    )
    return made


def watched_by(*, drill: Drill, user_id: int) -> list[Inject]:
    """Injects that the evaluator watches: their own, their objectives', and those nobody has."""
    found = drill.injects.filter(enabled=True).select_related("objective", "seat")
    return [one for one in found.order_by("number") if evaluator_of(one) in (user_id, None)]


def evaluator_of(inject: Inject) -> int | None:
    """Who watches the inject: its own evaluator, or else its objective's."""
    if inject.evaluator_id is not None:
        return inject.evaluator_id
    return inject.objective.evaluator_id if inject.objective is not None else None


def observations_of(drill: Drill) -> Observations:
    """What evaluators saw, for the control room and the report."""
    found = list(
        Observation.objects.filter(drill=drill)
        .select_related("noted_by", "inject", "objective")
        .order_by("noted_at", "id")
    )
    otherwise = shown_otherwise(observations=found)
    every = [Seen(one, shown_at=otherwise.get(one.request_key)) for one in found]
    newest: dict[tuple[int, int | None, int | None], Seen] = {}
    for seen in every:
        one = seen.observation
        key = (one.noted_by_id, one.inject_id, one.objective_id)
        # A change of order keeps those who saw it last at the end.
        newest.pop(key, None)
        newest[key] = seen
    of_inject: dict[int, list[Seen]] = {}
    of_objective: dict[int, list[Seen]] = {}
    for seen in newest.values():
        one = seen.observation
        if one.inject_id is not None:
            of_inject.setdefault(one.inject_id, []).append(seen)
        elif one.objective_id is not None:
            of_objective.setdefault(one.objective_id, []).append(seen)
    return Observations(every, of_inject, of_objective)


def shown_otherwise(*, observations: Sequence[Observation]) -> dict[uuid.UUID, dt.datetime]:
    """Drill times that phones showed where the clock gave another, by the observations' keys."""
    bodies = Item.objects.filter(id__in=[one.request_key for one in observations])
    said = {key: body.get("shown_at") for key, body in bodies.values_list("id", "body")}
    alike: dict[int, dt.timedelta] = {}
    found = {}
    for one in observations:
        shown_at = parse_datetime(said.get(one.request_key) or "")
        if shown_at is None:
            continue
        if one.book_id not in alike:
            rates = [stretch.rate for stretch in clock.segments_of(one.book_id)]
            alike[one.book_id] = max(LEAST, max(rates, default=0) * CLOCK_ERROR)
        if abs(shown_at - one.seen_at) > alike[one.book_id]:
            found[one.request_key] = shown_at
    return found


def _watched(drill: Drill, given: GivenObservation) -> tuple[Inject | None, Objective | None]:
    """The one thing that was watched. Raises NotFound for what is another drill's."""
    if given.inject_id is not None and given.objective_id is None:
        inject = drill.injects.filter(id=given.inject_id).first()
        if inject is None:
            raise gate.NotFound
        return inject, None
    if given.objective_id is not None and given.inject_id is None:
        objective = drill.objectives.filter(id=given.objective_id).first()
        if objective is None:
            raise gate.NotFound
        return None, objective
    raise NothingSeen(_("Either an inject or an objective is expected."))


def _check(drill: Drill, given: GivenObservation) -> None:
    if drill.state == DrillState.PREPARED:
        raise NotBegun(_("The drill has not begun; what is seen of it is written down then."))
    if given.rating and given.rating not in Rating.values:
        raise NothingSeen(
            _("A rating is one of %(ratings)s; “%(got)s” came.")
            % {"ratings": ", ".join(Rating.values), "got": given.rating[:10]}
        )
    if given.seen is None and not (given.rating or given.note.strip() or given.photos):
        raise NothingSeen(_("Whether it was seen, a rating, a note or a photo is expected."))
