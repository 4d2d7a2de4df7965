"""What boards show of plans, gaps and orders."""

from collections.abc import Iterable

from relief.allocation.models import Gap, OrderLine, Plan, PlanRun, PlanState
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience

_PLAN = audience(Audience.COMMAND)
_GAP = audience(Audience.COMMAND, Audience.TOWNSHIP)
_LINE = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.WAREHOUSE)


def plan(made: Plan) -> Row:
    return Row(
        table="plan",
        id=made.id,
        area=made.area.path,
        audience=_PLAN,
        values={
            "incident": made.incident_id,
            "number": made.number,
            "state": made.state,
            "reason": made.reason,
            "summary": made.summary,
            "drafted_at": made.drafted_at,
            "proposed_at": made.proposed_at,
            "decided_at": made.decided_at,
        },
    )


def plan_run(run: PlanRun) -> Row:
    """A run without its progress, which only its own page follows."""
    return Row(
        table="plan_run",
        id=run.id,
        area=run.area.path,
        audience=_PLAN,
        values={
            "incident": run.incident_id,
            "state": run.state,
            "reason": run.reason,
            "requested_at": run.requested_at,
            "ended_at": run.ended_at,
            "plan": run.plan_id,
            "fault": run.fault,
        },
    )


def gap(short: Gap) -> Row:
    return Row(
        table="gap",
        id=short.id,
        area=short.area.path,
        audience=_GAP,
        values={
            "incident": short.plan.incident_id,
            "need": short.need_id,
            "item": short.need.item_id,
            "quantity": short.quantity,
            "why": short.why,
            "reason": short.reason,
            "reason_en": short.reason_en,
        },
    )


def no_gap(short: Gap) -> Row:
    """Tombstone of a gap whose plan no longer stands."""
    return Row(table="gap", id=short.id, area=short.area.path, audience=_GAP, values=None)


def order_line(line: OrderLine) -> Row:
    return Row(
        table="order_line",
        id=line.id,
        area=line.area.path,
        audience=_LINE,
        values={
            "incident": line.order.incident_id,
            "order": line.order.number,
            "order_id": line.order_id,
            "item": line.item_id,
            "need": line.need_id,
            "origin": line.order.origin,
            "quantity": line.quantity,
            "loaded": line.loaded,
            "received": line.received,
            "lost": line.lost,
            "stands_for": line.stands_for,
            "first_batch_due": line.order.first_batch_due,
            "said_at": line.order.said_at,
            "paper_due": line.order.paper_due if line.order.paper_at is None else None,
        },
    )


def _lines():
    return OrderLine.objects.select_related("area", "order").order_by("id")


def _gaps():
    return Gap.objects.select_related("area", "plan", "need").order_by("id")


def order_lines(ids: Iterable[int]) -> list[Row]:
    return [order_line(line) for line in _lines().filter(id__in=set(ids))]


def standing_gaps(incident_id: int) -> list[Gap]:
    """Gaps of the incident's plan in force: boards show what was approved, not drafts."""
    return list(_gaps().filter(plan__incident_id=incident_id, plan__state=PlanState.APPROVED))


TABLES = [
    Table(
        "plan",
        _PLAN,
        lambda book: (
            Plan.objects.filter(book_id=book)
            .select_related("area")
            .defer("problem", "proposal")
            .order_by("id")
        ),
        plan,
    ),
    Table(
        "plan_run",
        _PLAN,
        lambda book: PlanRun.objects.filter(book_id=book).select_related("area").order_by("id"),
        plan_run,
    ),
    Table(
        "gap",
        _GAP,
        lambda book: _gaps().filter(book_id=book, plan__state=PlanState.APPROVED),
        gap,
    ),
    Table("order_line", _LINE, lambda book: _lines().filter(book_id=book), order_line),
]
