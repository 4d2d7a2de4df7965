"""Drafting a plan inside the caller's transaction: by hand, on activation, or after a refusal."""

import datetime as dt
import uuid

from relief.allocation import rows as plan_rows
from relief.allocation import steps as allocation
from relief.allocation.models import Plan, PlanRun
from relief.deliveries import fleets, runs
from relief.incidents.models import Incident
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.needs import rows as need_rows
from relief.needs import steps as needs


def draft(
    *, incident: Incident, reason: str, request_key: uuid.UUID, actor_id: int, now: dt.datetime
) -> tuple[Plan | PlanRun, list[Row]]:
    """A draft, or where that takes too long for a request, the run that will write it.

    The caller has locked the incident. Returned with it are the rows it changed, to be journaled.
    """
    require_transaction("draft")
    told = [need_rows.need(need) for need in needs.compute(incident=incident, now=now)]
    tied = allocation.tie_to_needs(incident=incident)
    told += plan_rows.order_lines([line.id for line in tied])
    if runs.too_large(incident=incident, now=now):
        run = runs.open_run(incident=incident) or runs.ask(
            incident=incident, reason=reason, actor_id=actor_id, request_key=request_key, now=now
        )
        return run, [*told, plan_rows.plan_run(run)]
    set_aside = allocation.supersede_open(incident=incident)
    vehicles, _numbers = fleets.ready(incident=incident, now=now)
    plan = allocation.draft(
        incident=incident, vehicles=vehicles, reason=reason, actor_id=actor_id, now=now
    )
    told.append(plan_rows.plan(plan))
    if set_aside is not None:
        told.append(plan_rows.plan(set_aside))
    return plan, told
