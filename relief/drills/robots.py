"""Robot players: they take the seats nobody sits in and act through the same actions, with delay.

A robot reads what stands in the drill's book and does what its role would do next. What it did is
in the book, so nothing is done twice, whoever asks for a turn how often.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator
from functools import partial

from relief.access.acts import Role
from relief.access.gate import Actor, Refused, actor_for
from relief.allocation import actions as allocation
from relief.allocation.models import Plan, PlanState
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing, planning
from relief.deliveries.models import Stop, Trip, TripState
from relief.deliveries.rules import Count
from relief.drills.models import Drill, Seat
from relief.drills.outline import INCIDENT_HAZARD, footprint
from relief.households import actions as households
from relief.households.models import AffectedVillage
from relief.incidents import actions as roads
from relief.incidents.models import Incident, RoadClosure
from relief.reports.models import Report, ReportState
from relief.response import actions as response
from relief.response import desk
from relief.response.models import Activation, LevelAssessment

log = logging.getLogger(__name__)

OPENS = dt.timedelta(minutes=8)  # from the event until somebody opens the incident
DECIDES = dt.timedelta(minutes=10)  # from a suggestion to a decision
CHECKS = dt.timedelta(minutes=6)  # from a report or draft to its check
REPLANS = dt.timedelta(minutes=45)  # between two plans at least
LOADS = dt.timedelta(minutes=3)
UNLOADS = dt.timedelta(minutes=12)
VISITS = dt.timedelta(minutes=70)  # until a village's households are confirmed
MOST = 6  # things one seat does in a turn

Deed = Callable[[], str]


def act(*, drill: Drill, now: dt.datetime) -> list[str]:
    """What every empty seat does now, in words; a refusal is told and tried again later."""
    done = []
    incident = Incident.objects.filter(book=drill.book_id).select_related("area").first()
    for seat in drill.seats.filter(user=None, robot__isnull=False).order_by("id"):
        player = _Player(drill=drill, seat=seat, incident=incident, now=now)
        for _turn, deed in zip(range(MOST), player.deeds(), strict=False):
            try:
                done.append(deed())
            except Refused as refused:
                log.info("drill %s, seat %s: %s", drill.pk, seat.key, refused.sentence)
        incident = incident or Incident.objects.filter(book=drill.book_id).first()
    return done


class _Player:
    """One seat at one moment."""

    def __init__(
        self, *, drill: Drill, seat: Seat, incident: Incident | None, now: dt.datetime
    ) -> None:
        self.drill, self.seat, self.incident, self.now = drill, seat, incident, now
        assert seat.robot is not None, "an empty seat has its robot"
        self.user = seat.robot

    @property
    def actor(self) -> Actor:
        return actor_for(user=self.user, book_id=self.drill.book_id, now=self.now)

    def deeds(self) -> Iterator[Deed]:
        """What the seat would do now, one after the other."""
        if self.incident is None:
            if self.seat.role == Role.DUTY_OFFICER and self._since(self.drill.begins_at, OPENS):
                yield self._open
            return
        yield from {
            Role.DUTY_OFFICER.value: self._duty_officer,
            Role.COMMANDER.value: self._commander,
            Role.TOWNSHIP_OFFICER.value: self._township,
            Role.VILLAGE_OFFICER.value: self._village,
            Role.KEEPER.value: self._keeper,
        }.get(self.seat.role, self._nobody)()

    def _nobody(self) -> Iterator[Deed]:
        return iter(())

    def _since(self, moment: dt.datetime, delay: dt.timedelta) -> bool:
        return self.now >= moment + delay

    def _key(self, *parts: object) -> uuid.UUID:
        """One form for one deed of this drill, so that the deed is done once."""
        return uuid.uuid5(uuid.NAMESPACE_OID, ":".join(map(str, (self.drill.pk, *parts))))

    # --- the duty officer ---

    def _open(self) -> str:
        scenario = self.drill.scenario
        self.incident = response.open_incident(
            actor=self.actor,
            area_id=self.drill.area_id,
            name=f"【演练】{self.drill.title}"[:80],
            name_en=f"[DRILL] {self.drill.title_en}"[:120],
            hazard=INCIDENT_HAZARD[scenario["hazard"]["kind"]],
            started_at=self.drill.begins_at,
            cold_season=scenario.get("cold", False),
            footprint=footprint(scenario["hazard"]),
            request_code=str(self._key("incident")),
            now=self.now,
        )
        return "opened the incident"

    def _duty_officer(self) -> Iterator[Deed]:
        yield from self._roads()
        waiting = Report.objects.filter(
            incident=self.incident,
            state__in=[ReportState.WAITING, ReportState.TO_MERGE],
            filed_at__lte=self.now - CHECKS,
        ).order_by("id")
        for report in list(waiting):
            yield partial(self._check, report)
        draft = Plan.objects.filter(incident=self.incident, state=PlanState.DRAFT).first()
        if draft is not None and self._since(draft.drafted_at, CHECKS):
            yield partial(self._propose, draft)
        elif draft is None:
            yield from self._again()

    def _roads(self) -> Iterator[Deed]:
        """What the transport office tells: roads cut at the event, open again when cleared."""
        assert self.incident is not None
        closed = RoadClosure.objects.filter(incident=self.incident)
        cuts = self.drill.truth.get("cuts", [])
        if cuts and not closed.exists() and self._since(self.drill.begins_at, 2 * OPENS):
            yield self._close_roads
        for closure in closed.filter(reopened_at=None).order_by("id"):
            hours = min(one["hours"] for one in cuts if one["number"] in closure.links)
            if self._since(self.drill.begins_at, dt.timedelta(hours=hours)):
                yield partial(self._reopen, closure)

    def _close_roads(self) -> str:
        assert self.incident is not None
        cuts = self.drill.truth["cuts"]
        for cut in cuts:
            roads.close_road(
                actor=self.actor,
                incident_id=self.incident.pk,
                links=[cut["number"]],
                polygon=None,
                reason="灾害阻断(演练)",
                request_key=self._key("road", cut["number"]),
                now=self.now,
            )
        return f"closed {len(cuts)} roads"

    def _reopen(self, closure: RoadClosure) -> str:
        roads.reopen_road(actor=self.actor, closure_id=closure.pk, now=self.now)
        return f"reopened a road of {len(closure.links)} links"

    def _check(self, report: Report) -> str:
        if report.state == ReportState.WAITING:
            desk.adopt_report(actor=self.actor, report_id=report.pk, now=self.now)
            return f"adopted report {report.seq} of {report.area_id}"
        response.return_report(
            actor=self.actor, report_id=report.pk, note="与已采纳的报告重复(演练)", now=self.now
        )
        return f"returned report {report.seq} of {report.area_id}"

    def _propose(self, draft: Plan) -> str:
        allocation.propose_plan(actor=self.actor, plan_id=draft.pk, now=self.now)
        return f"proposed plan {draft.number}"

    def _again(self) -> Iterator[Deed]:
        """A plan drafted before the last adopted report is drafted again, not too often."""
        last = Plan.objects.filter(incident=self.incident).order_by("-drafted_at").first()
        if last is None or not self._since(last.drafted_at, REPLANS):
            return
        newer = Report.objects.filter(
            incident=self.incident, counts=True, filed_at__gt=last.drafted_at
        )
        proposed = Plan.objects.filter(incident=self.incident, state=PlanState.PROPOSED)
        if newer.exists() and not proposed.exists():
            yield self._draft

    def _draft(self) -> str:
        assert self.incident is not None
        planning.draft_plan(
            actor=self.actor, incident_id=self.incident.pk, reason="续报更新(演练)", now=self.now
        )
        return "drafted the plan again"

    # --- the commander ---

    def _commander(self) -> Iterator[Deed]:
        newest = LevelAssessment.objects.filter(incident=self.incident).order_by("-id").first()
        running = Activation.objects.filter(
            incident=self.incident, area=self.drill.area_id, ended_at=None
        ).first()
        level = newest.suggested_level if newest else None
        if newest and level and self._since(newest.computed_at, DECIDES):
            if running is None or level < running.level:
                yield partial(self._activate, level)
        for plan in Plan.objects.filter(incident=self.incident, state=PlanState.PROPOSED):
            if plan.proposed_at and self._since(plan.proposed_at, DECIDES):
                yield partial(self._approve, plan)

    def _activate(self, level: int) -> str:
        assert self.incident is not None
        planning.activate_response(
            actor=self.actor, incident_id=self.incident.pk, level=level, now=self.now
        )
        return f"activated level {level}"

    def _approve(self, plan: Plan) -> str:
        planning.approve_plan(actor=self.actor, plan_id=plan.pk, note="", now=self.now)
        return f"approved plan {plan.number}"

    # --- the township and its villages ---

    def _township(self) -> Iterator[Deed]:
        for number, seen in enumerate(self.drill.truth.get("reports", [])):
            if seen["township"] != self.seat.area.code or seen["fault"] == "wrong_place":
                continue
            due = self.drill.begins_at + dt.timedelta(minutes=seen["minutes"])
            key = self._key("report", number)
            if self.now >= due and not Report.objects.filter(request_key=key).exists():
                yield partial(self._report, seen, key, due)
        coming = Stop.objects.filter(
            area=self.seat.area,
            trip__incident=self.incident,
            trip__state=TripState.ON_THE_ROAD,
            received_at=None,
            loads__loaded__gt=0,
        ).select_related("trip")
        for stop in coming.distinct().order_by("arrives_at", "id"):
            gone = stop.trip.dispatched_at or stop.trip.leaves_at
            if self._since(gone + (stop.arrives_at - stop.trip.leaves_at), UNLOADS):
                yield partial(self._receive, stop)

    def _report(self, seen: dict, key: uuid.UUID, due: dt.datetime) -> str:
        assert self.incident is not None
        fault = seen["fault"]
        response.file_report(
            actor=self.actor,
            incident_id=self.incident.pk,
            area_id=self.seat.area_id,
            kind=seen["kind"],
            figures=seen["figures"],
            as_of=max(due - dt.timedelta(minutes=2), self.drill.begins_at),
            change_reason="recheck" if seen["kind"] != "initial" else "",
            change_note="",
            narrative="",
            request_key=key,
            # Who reports the same again begins a new chain, as somebody does who did not know.
            chain=key if fault == "twice" else None,
            now=self.now,
        )
        return f"{self.seat.key} filed its {seen['kind']} report{f' ({fault})' if fault else ''}"

    def _receive(self, stop: Stop) -> str:
        loaded = stop.loads.filter(loaded__gt=0)
        counts = {load.pk: Count(good=load.loaded or 0) for load in loaded}
        deliveries.receive_stop(
            actor=self.actor, stop_id=stop.pk, counts=counts, note="", now=self.now
        )
        return f"{self.seat.key} received {stop.trip.number}"

    def _village(self) -> Iterator[Deed]:
        if not self._since(self.drill.begins_at, VISITS):
            return
        for village in AffectedVillage.objects.filter(
            incident=self.incident, area=self.seat.area, confirmed_at=None
        ):
            yield partial(self._confirm, village)

    def _confirm(self, village: AffectedVillage) -> str:
        households.confirm_village(
            actor=self.actor,
            affected_id=village.pk,
            households=village.presumed_households,
            people=village.presumed_people,
            now=self.now,
        )
        return f"{self.seat.key} confirmed its households"

    # --- the keeper ---

    def _keeper(self) -> Iterator[Deed]:
        trips = Trip.objects.filter(
            incident=self.incident, state=TripState.PLANNED, leaves_at__lte=self.now - LOADS
        )
        for trip in trips.prefetch_related("stops__loads").order_by("leaves_at", "id"):
            yield partial(self._dispatch, trip)

    def _dispatch(self, trip: Trip) -> str:
        loads = {load.pk: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
        issuing.dispatch_trip(
            actor=self.actor, trip_id=trip.pk, loads=loads, plate=f"演练{trip.pk}", now=self.now
        )
        return f"dispatched {trip.number}"
