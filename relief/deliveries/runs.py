"""Plans too large for a request (后台测算): asked for, solved in the worker, stopped by a person.

A run is queued in the transaction that asks for it. The worker takes it, reads the problem, solves
it outside any transaction, and writes the plan in one, so that nothing is ever half written.
"""

import datetime as dt
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.models import Level
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation import rows
from relief.allocation import steps as allocation
from relief.allocation.models import Plan, PlanRun, PlanState, RunState
from relief.allocation.problem import Question, build
from relief.deliveries import fleets
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.needs import rows as need_rows
from relief.needs import steps as needs
from relief.needs.models import Need
from relief.planner import Problem, Proposal, parse, solve
from relief.stock import queries as stock

logger = logging.getLogger(__name__)

TASK = "solve_plan"
# Pairs of a supply and a demand of one item. A county of ten stores and 180 villages has some
# 13,000 and takes about a second with its trips; a person waits for three of them, not for more.
PAIRS_IN_A_REQUEST = 40_000
OPEN = (RunState.QUEUED, RunState.RUNNING)
BEAT = dt.timedelta(seconds=60)  # a worker silent for so long is gone; it reports every 10 s
TOLD_EVERY = 0.5  # seconds between two looks at the run's row

CLOSED = gettext_noop("The incident was closed while the plan was being worked out.")
NEWER = gettext_noop("Another plan was drafted or approved meanwhile. Open it, or ask again.")
LOST = gettext_noop("The worker was stopped in the middle. Nothing was written; ask again.")
BROKEN = gettext_noop("The planner failed on these figures. Nothing was written; the log says why.")


class RunOpen(gate.Refused):
    """A plan of the incident is being worked out already."""

    def __init__(self, *, run: PlanRun) -> None:
        self.run = run
        super().__init__(
            _("A plan of this incident is being worked out already. Wait for it, or cancel it.")
        )


class RunEnded(gate.Refused):
    """The run to be cancelled has ended."""

    def __init__(self, *, run: PlanRun) -> None:
        self.run = run
        super().__init__(
            _("Only a waiting or running plan run can be cancelled; this one is: %(state)s.")
            % {"state": RunState(run.state).label}
        )


class Cancelled(Exception):
    """Somebody asked to stop the run."""


class Taken(Exception):
    """The run is no longer this worker's: it was ended while the worker was away."""


def too_large(*, incident: Incident, now: dt.datetime) -> bool:
    """Whether the incident's plan is solved in the worker: above a county, or very many pairs."""
    if incident.area.level < Level.COUNTY:
        return True
    found = stock.supplies(book_id=incident.book_id, path=incident.area.path, on=localdate(now))
    supplies = Counter(supply.item_code for supply in found)
    wanted = Counter(
        Need.objects.filter(incident=incident, quantity__gt=0).values_list("item__code", flat=True)
    )
    pairs = sum(count * supplies[item] for item, count in wanted.items())
    return pairs > PAIRS_IN_A_REQUEST


def open_run(*, incident: Incident) -> PlanRun | None:
    """The incident's run that waits for the worker or is in its hands."""
    return PlanRun.objects.filter(incident=incident, state__in=OPEN).select_related("area").first()


def end_lost(*, incident: Incident, now: dt.datetime) -> list[Row]:
    """End the incident's run whose worker is gone, so that it keeps no plan from being made."""
    require_transaction("end_lost")
    run = (
        PlanRun.objects.select_for_update(of=("self",))
        .select_related("area")
        .filter(incident=incident, state=RunState.RUNNING)
        .first()
    )
    if run is None or _alive(run):
        return []
    run.state, run.fault, run.ended_at = RunState.FAILED, LOST, now
    run.save(update_fields=["state", "fault", "ended_at"])
    return [rows.plan_run(run)]


def ask(
    *,
    incident: Incident,
    reason: str,
    actor_id: int,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> PlanRun:
    """Queue a run for the worker, which sees it once the caller's transaction is committed."""
    require_transaction("ask")
    run = PlanRun.objects.create(
        book_id=incident.book_id,
        incident=incident,
        area=incident.area,
        reason=reason[:120],
        request_key=request_key,
        requested_by=actor_id,
        requested_at=now,
    )
    # One lock for all runs: the worker's other threads stay free for the clock.
    app.configure_task(TASK, lock=TASK).defer(run_id=run.id)
    return run


@transaction.atomic(durable=True)
def cancel_run(*, actor: Actor, run_id: int, now: dt.datetime) -> PlanRun:
    """Stop a run (取消测算): at once while it waits, else at the planner's next step."""
    run = PlanRun.objects.visible_to(actor).select_related("area").locked(id=run_id)
    gate.require(actor=actor, act=Act.DRAFT_PLAN, area=run.area, book_id=run.book_id)
    if run.state not in OPEN:
        raise RunEnded(run=run)
    run.cancel_asked = True
    if run.state == RunState.QUEUED or not _alive(run):
        run.state, run.ended_at = RunState.CANCELLED, now
    run.save(update_fields=["cancel_asked", "state", "ended_at"])
    log.record(
        book=run.book_id,
        kind="plan_run_cancelled",
        rows=[rows.plan_run(run)],
        actor=actor.user_id,
        now=now,
        facts={"reason": run.reason},
    )
    return run


def work(*, run_id: int, clock: Callable[[], dt.datetime], again: bool = False) -> None:
    """What the worker does with one run, from taking it to writing its plan.

    `again` says that an earlier worker had its job and is gone: a run found running then ends with
    that sentence. Otherwise it is in another's hands and left there.
    """
    run = _take(run_id, again=again, now=clock())
    if run is None:
        return
    try:
        question = _read(run)
        problem = parse(question.data)
        proposal = solve(problem, progress=_Telling(run))
        _write(run, question, problem, proposal, now=clock())
    except Cancelled:
        _end(run, state=RunState.CANCELLED, fault="", now=clock())
    except Taken:
        logger.warning("plan run %s was ended elsewhere; its answer is dropped", run.id)
    except Exception:
        _end(run, state=RunState.FAILED, fault=BROKEN, now=clock())
        raise


def _alive(run: PlanRun) -> bool:
    """Whether a worker that still reports itself has the run in hand."""
    return ProcrastinateJob.objects.filter(
        task_name=TASK,
        args__run_id=run.id,
        status="doing",
        worker__last_heartbeat__gt=Now() - BEAT,
    ).exists()


@transaction.atomic(durable=True)
def _take(run_id: int, *, again: bool, now: dt.datetime) -> PlanRun | None:
    """Make a waiting run this worker's own, with the needs of this moment."""
    seen = PlanRun.objects.get(id=run_id)
    incident = _locked_incident(seen.incident_id)
    run = PlanRun.objects.select_related("area").select_for_update(of=("self",)).get(id=run_id)
    if run.state == RunState.RUNNING and again:
        _ended(run, state=RunState.FAILED, fault=LOST, now=now)
        return None
    if run.state != RunState.QUEUED:
        return None
    if incident.status == IncidentStatus.CLOSED:
        _ended(run, state=RunState.FAILED, fault=CLOSED, now=now)
        return None
    changed = needs.compute(incident=incident, now=now)
    tied = allocation.tie_to_needs(incident=incident)
    run.state, run.started_at, run.stage = RunState.RUNNING, now, "figures"
    run.save(update_fields=["state", "started_at", "stage"])
    log.record(
        book=run.book_id,
        kind="plan_run_started",
        rows=[
            *(need_rows.need(need) for need in changed),
            *rows.order_lines([line.id for line in tied]),
            rows.plan_run(run),
        ],
        actor=None,
        now=now,
        facts={"reason": run.reason},
    )
    return run


@transaction.atomic
def _read(run: PlanRun) -> Question:
    assert run.started_at is not None, "a run is read after it was taken"
    incident = Incident.objects.select_related("area", "book").get(id=run.incident_id)
    vehicles, _numbers = fleets.ready(incident=incident, now=run.started_at)
    return build(incident=incident, vehicles=vehicles, now=run.started_at)


@transaction.atomic(durable=True)
def _write(
    run: PlanRun, question: Question, problem: Problem, proposal: Proposal, *, now: dt.datetime
) -> None:
    """The plan as a draft, or the sentence that says why it is no longer wanted."""
    as_of = run.started_at
    assert as_of is not None, "a run is written after it was taken"
    incident = _locked_incident(run.incident_id)
    run = _still_mine(run)
    if run.cancel_asked:
        raise Cancelled
    if incident.status == IncidentStatus.CLOSED:
        return _ended(run, state=RunState.FAILED, fault=CLOSED, now=now)
    meanwhile = Q(drafted_at__gt=as_of) | Q(decided_at__gt=as_of, state=PlanState.APPROVED)
    if Plan.objects.filter(meanwhile, incident=incident).exists():
        return _ended(run, state=RunState.FAILED, fault=NEWER, now=now)
    set_aside = allocation.supersede_open(incident=incident)
    plan = allocation.write_draft(
        incident=incident,
        question=question,
        problem=problem,
        proposal=proposal,
        reason=run.reason,
        actor_id=run.requested_by,
        now=as_of,
    )
    run.state, run.plan, run.ended_at = RunState.DONE, plan, now
    run.save(update_fields=["state", "plan", "ended_at"])
    log.record(
        book=run.book_id,
        kind="plan_drafted",
        rows=[
            rows.plan(plan),
            *([rows.plan(set_aside)] if set_aside is not None else []),
            rows.plan_run(run),
        ],
        actor=run.requested_by,
        now=now,
        facts={"number": plan.number, "reason": plan.reason},
    )


def _locked_incident(incident_id: int) -> Incident:
    return (
        Incident.objects.select_related("area", "book")
        .select_for_update(of=("self",))
        .get(id=incident_id)
    )


def _still_mine(run: PlanRun) -> PlanRun:
    """The run, locked, as long as nobody ended it since this worker took it."""
    found = (
        PlanRun.objects.select_related("area")
        .select_for_update(of=("self",))
        .filter(id=run.id, state=RunState.RUNNING, started_at=run.started_at)
        .first()
    )
    if found is None:
        raise Taken
    return found


@transaction.atomic(durable=True)
def _end(run: PlanRun, *, state: RunState, fault: str, now: dt.datetime) -> None:
    try:
        _ended(_still_mine(run), state=state, fault=fault, now=now)
    except Taken:
        logger.warning("plan run %s was ended elsewhere", run.id)


def _ended(run: PlanRun, *, state: RunState, fault: str, now: dt.datetime) -> None:
    run.state, run.fault, run.ended_at = state, fault, now
    run.save(update_fields=["state", "fault", "ended_at"])
    log.record(
        book=run.book_id,
        kind="plan_run_ended",
        rows=[rows.plan_run(run)],
        actor=None,
        now=now,
        facts={"reason": run.reason},
    )


class _Telling:
    """Writes the planner's progress on the run's row and stops it where somebody asked to."""

    def __init__(self, run: PlanRun) -> None:
        self.mine = PlanRun.objects.filter(
            id=run.id, state=RunState.RUNNING, started_at=run.started_at
        )
        self.told_at = float("-inf")
        self.stage = ""

    def __call__(self, stage: str, done: int, of: int) -> None:
        moment = time.monotonic()
        if stage == self.stage and moment - self.told_at < TOLD_EVERY:
            return
        self.stage, self.told_at = stage, moment
        if not self.mine.update(stage=stage, done=min(done, of), of=of):
            raise Taken
        if self.mine.filter(cancel_asked=True).exists():
            raise Cancelled
