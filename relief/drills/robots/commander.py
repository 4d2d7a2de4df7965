"""The commander's robot: starts responses, decides on plans, and ends what is over."""

import datetime as dt
from functools import partial

from relief.allocation import actions as allocation
from relief.allocation.models import Plan, PlanState
from relief.deliveries import planning
from relief.deliveries.models import CheckTask, Difference, Trip, TripState
from relief.drills import outages
from relief.drills.robots.player import Deed, Deeds, Player
from relief.reports.models import Report, ReportState
from relief.response import actions as response
from relief.response.models import Activation, LevelAssessment

DECIDES = dt.timedelta(minutes=10)  # from a suggestion to a decision
CALM = dt.timedelta(hours=2)  # without news, until a response is held to be over


def deeds(player: Player) -> Deeds:
    newest = LevelAssessment.objects.filter(incident=player.incident).order_by("-id").first()
    responses = Activation.objects.filter(incident=player.incident, area=player.drill.area_id)
    last = responses.order_by("-id").first()
    level = newest.suggested_level if newest else None
    if newest and level and player.since(newest.computed_at, DECIDES):
        # Of one that has ended too: what was over begins again only when it becomes worse.
        if last is None or level < last.level:
            yield Deed(f"activate {level}", partial(_activate, player, level))
    for plan in Plan.objects.filter(incident=player.incident, state=PlanState.PROPOSED):
        if plan.proposed_at and player.since(plan.proposed_at, DECIDES):
            yield Deed(f"decide {plan.number}", partial(_decide, player, plan))
    if last is not None and last.ended_at is None and player.since(last.started_at, CALM):
        if _nothing_is_open(player):
            yield Deed(f"end {last.number}", partial(_end, player))


def _nothing_is_open(player: Player) -> bool:
    """Whether figures are calm and known, the last plan stands, and all its goods have come."""
    incident, book = player.incident, player.drill.book_id
    reports = Report.objects.filter(incident=incident)
    last = Plan.objects.filter(incident=incident).order_by("-drafted_at", "-id").first()
    if last is not None and last.state != PlanState.APPROVED:
        return False
    drafted = last.drafted_at if last is not None else player.drill.begins_at
    open_rows = (
        reports.filter(state__in=[ReportState.WAITING, ReportState.TO_MERGE]),
        reports.filter(filed_at__gt=player.now - CALM),
        reports.filter(counts=True, filed_at__gt=drafted),
        Trip.objects.filter(
            incident=incident, state__in=[TripState.PLANNED, TripState.ON_THE_ROAD]
        ),
        CheckTask.objects.filter(book=book, settled_at=None),
        Difference.objects.filter(book=book, answered_at=None, handed_on_at=None),
    )
    if any(rows.exists() for rows in open_rows):
        return False
    return not outages.silent_townships(drill=player.drill, now=player.now)


def _activate(player: Player, level: int) -> str:
    planning.activate_response(
        actor=player.actor, incident_id=player.incident.pk, level=level, now=player.now
    )
    return f"activated level {level}"


def _decide(player: Player, plan: Plan) -> str:
    """Approve the plan; one that no longer fits goes back, to be drafted again."""
    try:
        planning.approve_plan(actor=player.actor, plan_id=plan.pk, note="", now=player.now)
    except planning.StalePlan as stale:
        note = str(stale.sentence)[:200]
        allocation.refuse_plan(actor=player.actor, plan_id=plan.pk, note=note, now=player.now)
        return f"sent plan {plan.number} back"
    return f"approved plan {plan.number}"


def _end(player: Player) -> str:
    response.end_response(actor=player.actor, incident_id=player.incident.pk, now=player.now)
    return "ended the response"
