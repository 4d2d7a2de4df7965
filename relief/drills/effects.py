"""What an inject does to the drill's world besides telling (情景影响).

What is true in the drill changes as the inject is sent. Everything else comes about in the turns
after that, through the same actions as people use, done by an account that is nobody's. An effect
that lasts is kept up until its minutes are over: a road that somebody opens before that is closed
again, a vehicle that is planned again is refused again. What an effect did stands in the book, so
that nothing is done twice, whoever asks for a turn how often. All but spoiled goods wait until
the players have opened an incident: before that there is nothing to close a road for.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import F

from relief.access.acts import Role
from relief.access.gate import Actor, HeldDuty, NotFound, Refused
from relief.access.models import User
from relief.calls import actions as calls
from relief.calls import transport
from relief.calls.models import CallOff, CallState
from relief.deliveries.models import Trip, TripState
from relief.drills import effect_places
from relief.drills.models import Drill, Inject
from relief.incidents import actions as roads
from relief.incidents.models import Bars, Incident, RoadClosure
from relief.journal.log import require_transaction
from relief.stock import actions as stock
from relief.stock.models import Holding, Lot, LotState

log = logging.getLogger(__name__)

REPORTED = ("affected_population", "emergency_aid_now", "emergency_aid_cum")
OPEN_CALLS = (CallState.CALLED, CallState.CONFIRMED, CallState.PART)


def upon_sending(*, inject: Inject, now: dt.datetime) -> None:
    """More people of a township are hit and need aid: in truth, and in reports still to come."""
    require_transaction("upon_sending")
    said = inject.effect
    if not said or said["kind"] != "more_people":
        return
    drill = Drill.objects.get(id=inject.drill_id)
    truth, code, people = drill.truth, said["area"], said["people"]
    _add(truth.setdefault("townships", {}).setdefault(code, {}), people)
    since = (now - drill.begins_at).total_seconds() / 60
    for report in truth.get("reports", []):
        if report["township"] == code and report["minutes"] > since:
            _add(report["figures"], people)
    drill.truth = truth
    drill.save(update_fields=["truth"])


def _add(figures: dict[str, Any], people: int) -> None:
    for key in REPORTED:
        figures[key] = figures.get(key, 0) + people


def come_about(*, drill: Drill, now: dt.datetime) -> list[str]:
    """Let effects of injects that were sent come about, last and end; what was done, in words.

    One process at a time does this. What is refused is tried again at the next turn.
    """
    sent = drill.injects.filter(effect__isnull=False, sent_at__isnull=False)
    struck = [one for one in sent.order_by("sent_at", "number") if _kind(one) in _KINDS]
    if not struck:
        return []
    incident = Incident.objects.filter(book=drill.book_id).first()
    actor = _nobody(drill)
    done: list[str] = []
    for inject in struck:
        if incident is None and _kind(inject) not in _WITHOUT_INCIDENT:
            continue
        blow = Blow(drill=drill, incident=incident, inject=inject, actor=actor, now=now)
        for deed in _KINDS[_kind(inject)](blow):
            try:
                done.append(deed())
            except (Refused, NotFound) as refused:
                log.info("drill %s, effect of inject %s: %s", drill.pk, inject.number, refused)
            except Exception:
                log.exception("drill %s: effect of inject %s failed", drill.pk, inject.number)
    return done


def _kind(inject: Inject) -> str:
    return str((inject.effect or {}).get("kind", ""))


def ends_at(inject: Inject) -> dt.datetime | None:
    """Until when the effect of an inject that was sent lasts; None for what stays so."""
    minutes = (inject.effect or {}).get("minutes")
    if minutes is None or inject.sent_at is None:
        return None
    return inject.sent_at + dt.timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Blow:
    """The effect of one inject at one moment."""

    drill: Drill
    incident: Incident | None
    inject: Inject
    actor: Actor
    now: dt.datetime

    @property
    def said(self) -> Mapping[str, Any]:
        assert self.inject.effect is not None, "only injects with an effect strike"
        return self.inject.effect

    @property
    def reason(self) -> str:
        """What the rows say of why; by it the effect knows its own again."""
        return f"情景事件 {self.inject.number}"

    @property
    def lasts(self) -> bool:
        end = ends_at(self.inject)
        return end is None or self.now < end

    def key(self, part: int) -> uuid.UUID:
        words = f"{self.drill.pk}:effect:{self.inject.number}:{part}"
        return uuid.uuid5(uuid.NAMESPACE_OID, words)


Deeds = Iterator[Callable[[], str]]


def _nobody(drill: Drill) -> Actor:
    """Whose doing it is: an account without a duty, whom nobody can be."""
    user, _made = User.objects.get_or_create(
        username=f"robot-{drill.pk}-.world",
        defaults={
            "shown_name": "情景(导调)",
            "shown_name_en": "Scenario (control)",
            "password": make_password(None),
            "is_active": False,
        },
    )
    roles = (Role.DUTY_OFFICER, Role.KEEPER)
    return Actor(user.pk, drill.book_id, tuple(HeldDuty(role, drill.area.path) for role in roles))


def _spoil_lot(blow: Blow) -> Deeds:
    """The largest lot of the item that can still leave is set aside (封存)."""
    if Lot.objects.filter(book=blow.drill.book_id, state_reason=blow.reason).exists():
        return
    held = (
        Holding.objects.filter(
            book=blow.drill.book_id,
            lot__item__code=blow.said["item"],
            lot__state=LotState.GOOD,
            account__balance__gt=0,
        )
        .order_by("-account__balance", "id")
        .first()
    )
    if held is None:
        return  # none is left to spoil: what the inject tells stands all the same

    def spoil() -> str:
        lot = stock.condemn_lot(
            actor=blow.actor,
            lot_id=held.lot_id,
            state=LotState.QUARANTINED,
            reason=blow.reason,
            now=blow.now,
        )
        return f"lot {lot.batch} spoiled"

    yield spoil


def _cut(blow: Blow) -> Deeds:
    """Roads are closed to all vehicles (道路中断) until they are cleared."""
    mine: list[RoadClosure] = []
    while closure := _closure(blow.key(len(mine))):
        mine.append(closure)
    last = mine[-1] if mine else None
    if not blow.lasts:
        if last is not None and last.reopened_at is None:
            yield lambda: _reopen(blow, last)
        return
    if last is not None and last.reopened_at is None:
        return
    links = effect_places.links_of(blow.said, path=blow.drill.area.path)
    running = RoadClosure.objects.filter(
        incident=blow.incident, reopened_at=None, bars=Bars.ALL, links__contains=links
    )
    if links and not running.exists():
        yield lambda: _close(blow, links, blow.key(len(mine)))


def _closure(key: uuid.UUID) -> RoadClosure | None:
    found = RoadClosure.objects.filter(request_key=key).defer("shape", "polygon")
    return found.first()


def _close(blow: Blow, links: list[int], key: uuid.UUID) -> str:
    assert blow.incident is not None, "roads are closed in an incident"
    roads.close_road(
        actor=blow.actor,
        incident_id=blow.incident.pk,
        links=links,
        polygon=None,
        reason=blow.reason,
        request_key=key,
        now=blow.now,
    )
    return f"{len(links)} roads were cut"


def _reopen(blow: Blow, closure: RoadClosure) -> str:
    roads.reopen_road(actor=blow.actor, closure_id=closure.pk, now=blow.now)
    return f"{len(closure.links)} roads were cleared"


def _refuse(blow: Blow) -> Deeds:
    """Suppliers who are called have no more of the item (拒供)."""
    if not blow.lasts:
        return
    called = CallOff.objects.filter(
        incident=blow.incident,
        state__in=OPEN_CALLS,
        lines__line__item__code=blow.said["item"],
        lines__line__quantity__gt=F("lines__line__loaded"),
    )
    for call in called.distinct().order_by("id"):
        yield lambda call=call: _answer(blow, call)  # type: ignore[misc]


def _answer(blow: Blow, call: CallOff) -> str:
    told = call.lines.filter(line__item__code=blow.said["item"]).select_related("line")
    left = {one.line_id: one.line.quantity - one.line.loaded for one in told}
    calls.answer_call(
        actor=blow.actor,
        call_id=call.pk,
        refused={line: units for line, units in left.items() if units > 0},
        promised_at=None,
        spoke_with="",
        reason=blow.reason,
        nothing_more=True,
        now=blow.now,
    )
    return f"{call.number} was refused"


def _lose(blow: Blow) -> Deeds:
    """The next vehicles of that means to be planned are out of order, and stay so (车辆损失)."""
    if not blow.lasts:
        return
    trips = Trip.objects.filter(incident=blow.incident, fleet__means=blow.said["means"])
    lost = set(
        trips.filter(transport_call__reason=blow.reason, refused_at__isnull=False)
        .order_by("id")
        .values_list("fleet_id", "vehicle")
    )
    for trip in trips.filter(state=TripState.PLANNED).order_by("leaves_at", "id"):
        vehicle = (trip.fleet_id, trip.vehicle)
        if vehicle in lost or len(lost) < blow.said["count"]:
            lost.add(vehicle)
            yield lambda trip=trip: _break_down(blow, trip)  # type: ignore[misc]


def _break_down(blow: Blow, trip: Trip) -> str:
    transport.answer_transport(
        actor=blow.actor,
        trip_id=trip.pk,
        refused=True,
        reason=blow.reason,
        spoke_with="",
        now=blow.now,
    )
    return f"the vehicle of {trip.number} broke down"


_WITHOUT_INCIDENT = {"spoil_lot"}
_KINDS: dict[str, Callable[[Blow], Deeds]] = {
    "spoil_lot": _spoil_lot,
    "cut_road": _cut,
    "cut_off": _cut,
    "block_store": _cut,
    "refuse_supplier": _refuse,
    "lose_vehicles": _lose,
}
