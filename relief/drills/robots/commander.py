"""The commander's robot: starts responses and decides on plans."""

import datetime as dt
from functools import partial

from relief.allocation import actions as allocation
from relief.allocation.models import Plan, PlanState
from relief.deliveries import planning
from relief.drills.robots.player import Deed, Deeds, Player
from relief.response.models import Activation, LevelAssessment

DECIDES = dt.timedelta(minutes=10)  # from a suggestion to a decision


def deeds(player: Player) -> Deeds:
    newest = LevelAssessment.objects.filter(incident=player.incident).order_by("-id").first()
    running = Activation.objects.filter(
        incident=player.incident, area=player.drill.area_id, ended_at=None
    ).first()
    level = newest.suggested_level if newest else None
    if newest and level and player.since(newest.computed_at, DECIDES):
        if running is None or level < running.level:
            yield Deed(f"activate {level}", partial(_activate, player, level))
    for plan in Plan.objects.filter(incident=player.incident, state=PlanState.PROPOSED):
        if plan.proposed_at and player.since(plan.proposed_at, DECIDES):
            yield Deed(f"decide {plan.number}", partial(_decide, player, plan))


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
