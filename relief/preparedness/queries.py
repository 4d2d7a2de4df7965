"""Reading shelters, response plans, and when their drills are due."""

import datetime as dt

from django.db.models import Q

from gis.models import Area, ancestors
from relief.access.gate import Actor
from relief.norms import queries as norms
from relief.preparedness import rules
from relief.preparedness.models import ResponsePlan, ShelterCount


def shelters(*, actor: Actor) -> list[ShelterCount]:
    """The shelters the person may see, as the book counts them, by area and code."""
    found = ShelterCount.objects.visible_to(actor).select_related("shelter", "area__parent")
    return list(found.order_by("area__code", "shelter__code"))


def response_plans(*, actor: Actor, on: dt.date) -> list[ResponsePlan]:
    """The response plans (应急预案) in force that the person may see, by area."""
    found = ResponsePlan.objects.visible_to(actor).filter(effective_from__lte=on)
    found = found.filter(Q(effective_to=None) | Q(effective_to__gt=on))
    return list(found.select_related("area").order_by("area__code", "-effective_from"))


def response_plan(*, area: Area, on: dt.date) -> ResponsePlan | None:
    """The plan in force for an area: its own, or that of the nearest area above."""
    found = ResponsePlan.objects.filter(
        area__path__in=ancestors(area.path), effective_from__lte=on
    ).filter(Q(effective_to=None) | Q(effective_to__gt=on))
    return found.select_related("area").order_by("-area__level", "-effective_from").first()


def plan_versions(*, plan: ResponsePlan) -> list[ResponsePlan]:
    """Every version of a plan, the newest first, whichever of them is given."""
    found = list(ResponsePlan.objects.filter(area_id=plan.area_id))
    after = {one.replaces_id: one for one in found if one.replaces_id}
    newest = next(one for one in found if one.id == plan.id)
    while newest.id in after:
        newest = after[newest.id]
    by_id = {one.id: one for one in found}
    chain = [newest]
    while chain[-1].replaces_id:
        chain.append(by_id[chain[-1].replaces_id])
    return chain


def plan_drill_due_on(*, plan: ResponsePlan, on: dt.date) -> dt.date:
    """The last day on which the plan's next drill is in time; a new plan counts from approval."""
    years = int(norms.number(area=plan.area, key="drill.plan_years", on=on))
    return rules.drill_due_on(last=plan.last_drill_on or plan.approved_on, years=years)
