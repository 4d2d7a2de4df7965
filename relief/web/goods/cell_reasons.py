"""What the plan under work and the plan in force say of one need: what comes, what not, and why."""

from dataclasses import dataclass

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation.models import Gap, Plan, PlanLine, PlanState
from relief.incidents.models import Incident
from relief.needs.models import Need
from relief.web.goods.cures import Cure, cures
from relief.web.goods.sources import Source, sources

STANDING = (PlanState.DRAFT, PlanState.PROPOSED, PlanState.APPROVED)


@dataclass(frozen=True, slots=True)
class Said:
    """One plan about one need; `cure` only for those who see the whole plan."""

    plan: Plan
    gap: Gap | None
    lines: list[tuple[PlanLine, Source]]
    cure: Cure | None


def said(*, actor: Actor, incident: Incident, need: Need) -> list[Said]:
    """The draft or proposal first, then the plan in force, as far as they speak of this need."""
    gaps = {
        gap.plan_id: gap
        for gap in Gap.objects.visible_to(actor).filter(need=need, plan__state__in=STANDING)
    }
    by_plan: dict[int, list[PlanLine]] = {}
    for line in (
        PlanLine.objects.visible_to(actor)
        .filter(need=need, plan__state__in=STANDING)
        .select_related("source")
        .order_by("arrives_at", "position")
    ):
        by_plan.setdefault(line.plan_id, []).append(line)
    known = sources(line.source for lines in by_plan.values() for line in lines)
    whole = actor.may(Act.READ_PLANS, path=incident.area.path)
    # Only a gap's cure needs the answer of the planner.
    plans = Plan.objects.select_related("area").defer("problem", "area__boundary")
    if not (whole and gaps):
        plans = plans.defer("proposal")
    return [
        Said(
            plan=plan,
            gap=gaps.get(plan.id),
            lines=[(line, known[line.source_id]) for line in by_plan.get(plan.id, [])],
            cure=cures(actor=actor, plan=plan, items={need.id: need.item.code}).get(need.id)
            if whole and plan.id in gaps
            else None,
        )
        for plan in plans.filter(id__in=gaps.keys() | by_plan.keys()).order_by("-id")
    ]
