"""The township officer's robot: reports what is seen, confirms, receives goods, hands them out."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from gis.models import inside
from relief.access.acts import Role
from relief.deliveries import actions as deliveries
from relief.deliveries.models import Stop, TripState
from relief.deliveries.rules import Count
from relief.drills.models import Seat
from relief.drills.robots import hands, village
from relief.drills.robots.player import Deed, Deeds, Player
from relief.households.models import AffectedVillage
from relief.reports.models import ChangeReason, Report, ReportKind
from relief.response import actions as response

UNLOADS = dt.timedelta(minutes=12)  # after the time of arrival
VERIFIES = dt.timedelta(minutes=40)  # from the end of the response to the verified report
DAMAGED = 0.1  # share of stops where something arrives damaged


def deeds(player: Player) -> Deeds:
    yield from _reports(player)
    yield from _coming(player)
    seated = Seat.objects.filter(drill=player.drill, role=Role.VILLAGE_OFFICER).values("area_id")
    mine = (
        AffectedVillage.objects.filter(
            inside(player.seat.area.path, "area__path"), incident=player.incident
        )
        .exclude(area__in=seated)
        .order_by("id")
    )
    yield from village.confirmations(player, mine)
    if player.ended_at is not None:
        return
    villages = list(mine.values_list("area_id", flat=True))
    yield from hands.deeds(player, township=player.seat.area, villages=villages)


def _reports(player: Player) -> Deeds:
    """What would be told by now, each version in its turn.

    Once the response has ended, the verified report (核报) comes instead of what was still to come.
    """
    due = [
        (player.key("report", number), seen, at)
        for number, seen in enumerate(player.drill.truth.get("reports", []))
        if seen["township"] == player.seat.area.code
        and seen["fault"] != "wrong_place"
        and (at := _told_at(player, seen)) is not None
        and player.now >= at
    ]
    keys = [key for key, _seen, _at in due]
    told = set(Report.objects.filter(request_key__in=keys).values_list("request_key", flat=True))
    for key, seen, at in due:
        if key not in told:
            yield Deed(f"report {key}", partial(_report, player, seen, key, at))


def _told_at(player: Player, seen: dict[str, Any]) -> dt.datetime | None:
    """When a report of the made-up disaster is told: as drawn, unless the response ended before."""
    drawn = player.drill.begins_at + dt.timedelta(minutes=seen["minutes"])
    ended = player.ended_at
    if ended is None or drawn <= ended:
        return drawn
    return ended + VERIFIES if seen["kind"] == ReportKind.VERIFIED else None


def _report(player: Player, seen: dict[str, Any], key: uuid.UUID, at: dt.datetime) -> str:
    fault, drill = seen["fault"], player.drill
    response.file_report(
        actor=player.actor,
        incident_id=player.incident.pk,
        area_id=player.seat.area_id,
        kind=seen["kind"],
        figures=seen["figures"],
        as_of=max(at - dt.timedelta(minutes=2), drill.begins_at),
        change_reason="" if seen["kind"] == ReportKind.INITIAL else ChangeReason.NEW_CHECK.value,
        change_note="",
        narrative="",
        request_key=key,
        # Who reports the same again begins a new chain, as somebody does who did not know.
        chain=key if fault == "twice" else None,
        now=player.now,
    )
    words = f"{player.seat.key} filed its {seen['kind']} report"
    return f"{words} ({fault})" if fault else words


def _coming(player: Player) -> Deeds:
    coming = Stop.objects.filter(
        area=player.seat.area,
        trip__incident=player.incident,
        trip__state=TripState.ON_THE_ROAD,
        received_at=None,
        loads__loaded__gt=0,
    ).select_related("trip")
    for stop in coming.distinct().order_by("arrives_at", "id"):
        gone = stop.trip.dispatched_at or stop.trip.leaves_at
        if player.since(gone + (stop.arrives_at - stop.trip.leaves_at), UNLOADS):
            yield Deed(f"receive {stop.pk}", partial(_receive, player, stop))


def _receive(player: Player, stop: Stop) -> str:
    counts = {}
    wrong = player.lot("stop", stop.trip.number, stop.position) < DAMAGED
    for load in stop.loads.filter(loaded__gt=0).order_by("id"):
        loaded = load.loaded or 0
        damaged = 1 if wrong and loaded > 1 else 0
        counts[load.pk] = Count(good=loaded - damaged, damaged=damaged)
        wrong = wrong and not damaged
    deliveries.receive_stop(
        actor=player.actor,
        stop_id=stop.pk,
        counts=counts,
        note="包装破损(演练)" if any(count.damaged for count in counts.values()) else "",
        now=player.now,
    )
    return f"{player.seat.key} received {stop.trip.number}"
