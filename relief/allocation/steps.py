"""Drafting a plan and turning an approved one into orders; both inside the caller's transaction."""

import datetime as dt
from collections.abc import Sequence

from relief.allocation.models import Gap, Order, OrderLine, Plan, PlanLine, PlanState
from relief.allocation.problem import Question, build, open_lines
from relief.allocation.vehicles import Vehicles
from relief.catalog.models import Item
from relief.incidents.models import Incident
from relief.journal.log import require_transaction
from relief.journal.numbers import next_number
from relief.ledger import steps as ledger
from relief.needs.models import Need
from relief.planner import Problem, Proposal, parse, solve
from relief.planner.explain import reasons
from relief.stock import queries as stock


def supersede_open(*, incident: Incident) -> Plan | None:
    """Set aside the incident's draft or proposed plan, which a new one replaces."""
    require_transaction("supersede_open")
    plan = (
        Plan.objects.select_for_update()
        .filter(incident=incident, state__in=[PlanState.DRAFT, PlanState.PROPOSED])
        .first()
    )
    if plan is not None:
        plan.state = PlanState.SUPERSEDED
        plan.save(update_fields=["state"])
    return plan


def draft(
    *,
    incident: Incident,
    vehicles: Sequence[Vehicles],
    reason: str,
    actor_id: int,
    now: dt.datetime,
) -> Plan:
    """Solve today's problem and write the answer down as a draft, with reasons for every gap."""
    require_transaction("draft")
    question = build(incident=incident, vehicles=vehicles, now=now)
    problem = parse(question.data)
    return write_draft(
        incident=incident,
        question=question,
        problem=problem,
        proposal=solve(problem),
        reason=reason,
        actor_id=actor_id,
        now=now,
    )


def write_draft(
    *,
    incident: Incident,
    question: Question,
    problem: Problem,
    proposal: Proposal,
    reason: str,
    actor_id: int,
    now: dt.datetime,
) -> Plan:
    """Write an answer of the planner down as a draft; `now` is the moment of its question."""
    require_transaction("write_draft")
    earlier = (
        Plan.objects.filter(incident=incident, state=PlanState.APPROVED).order_by("-id").first()
    )
    plan = Plan.objects.create(
        book_id=incident.book_id,
        incident=incident,
        area=incident.area,
        number=next_number(book=incident.book, prefix="FA"),
        reason=reason[:120],
        problem=question.data,
        proposal=proposal.to_dict(),
        summary=_summary(question, proposal, earlier),
        replaces=earlier,
        drafted_by=actor_id,
        drafted_at=now,
    )
    PlanLine.objects.bulk_create(
        PlanLine(
            book_id=plan.book_id,
            plan=plan,
            area_id=question.needs[line.demand].area_id,
            need=question.needs[line.demand],
            source=question.supplies[line.supply].account,
            position=position,
            quantity=line.qty,
            stands_for=problem.ratio_of[
                question.supplies[line.supply].item_code, question.needs[line.demand].item.code
            ],
            arrives_at=now + dt.timedelta(hours=line.arrival_h),
        )
        for position, line in enumerate(proposal.lines)
    )
    names = {lang: _names(question, lang) for lang in ("zh", "en")}
    Gap.objects.bulk_create(
        Gap(
            book_id=plan.book_id,
            plan=plan,
            area_id=question.needs[short.demand].area_id,
            need=question.needs[short.demand],
            quantity=short.qty,
            why=short.why,
            reason="".join(reasons(problem, short, lang="zh", names=names["zh"])),
            reason_en=" ".join(reasons(problem, short, lang="en", names=names["en"])),
        )
        for short in proposal.unmet
    )
    return plan


def _summary(question: Question, proposal: Proposal, earlier: Plan | None) -> dict:
    late = [line for line in proposal.lines if line.arrival_h > _due(question.data, line.demand)]
    return {
        "lines": len(proposal.lines),
        "units": sum(line.qty for line in proposal.lines),
        "trips": len(proposal.trips),
        "gaps": len(proposal.unmet),
        "late": len(late),
        "cover": proposal.score.get("cover", {}),
        "makespan_h": proposal.score.get("makespan_h"),
        "cost": proposal.score.get("cost"),
        "cut_off": question.cut_off,
        "by_air": question.by_air,
        "by_water": question.by_water,
        "replan": earlier is not None,
    }


def _due(data: dict, demand_id: str) -> float:
    return next(entry["due_h"] for entry in data["demands"] if entry["id"] == demand_id)


def _names(question: Question, lang: str) -> dict[str, str]:
    """What the planner's ids are called in sentences."""
    chinese = lang == "zh"
    names: dict[str, str] = {}
    for item in Item.objects.all():
        names[item.code] = item.name if chinese else item.name_en
    for key, supply in question.supplies.items():
        place = supply.place.name if chinese else supply.place.name_en
        names[supply.holder] = place
        names[key] = f"{place} {supply.mark}"
    for key, need in question.needs.items():
        place = need.area.name if chinese else need.area.name_en
        names[f"area:{need.area.code}"] = place
        names[key] = place
    for key, group in question.fleets.items():
        names[key] = group.name if chinese else group.name_en
    return names


def tie_to_needs(*, incident: Incident) -> list[OrderLine]:
    """Tie order lines that came before their need to it, once it is known; returns those tied.

    A telephone order may name goods before any figure is reported. The need is the one of the
    same incident, township and item.
    """
    require_transaction("tie_to_needs")
    loose = list(
        OrderLine.objects.filter(order__incident=incident, need=None)
        .order_by("id")
        .select_for_update(of=("self",))
    )
    if not loose:
        return []
    needs = {(need.area_id, need.item_id): need for need in Need.objects.filter(incident=incident)}
    tied = [line for line in loose if (line.area_id, line.item_id) in needs]
    for line in tied:
        line.need = needs[line.area_id, line.item_id]
    OrderLine.objects.bulk_update(tied, ["need"])
    return tied


def lock_open(*, incident: Incident, plan: Plan) -> list[OrderLine]:
    """Lock the incident's lines with units not yet loaded, then every account they or a plan name.

    Trips are locked before lines, lines before accounts, everywhere: so two actions never wait
    for each other in a circle.
    """
    require_transaction("lock_open")
    ids = [line.id for line in open_lines(incident)]
    list(OrderLine.objects.filter(id__in=ids).order_by("id").select_for_update())
    lines = open_lines(incident)
    planned = PlanLine.objects.filter(plan=plan).values_list("source_id", flat=True)
    ledger.lock(account_ids=[*(line.source_id for line in lines), *planned])
    return lines


def cancel_unloaded(*, lines: Sequence[OrderLine]) -> None:
    """Let go of what these locked lines hold but have not loaded.

    Goods on the road stay as they are: a line never falls below what is loaded.
    """
    require_transaction("cancel_unloaded")
    for line in lines:
        ledger.release(account=line.source, document=line.document)
        line.quantity = line.loaded
        line.save(update_fields=["quantity"])


def order(*, plan: Plan, actor_id: int, due_minutes: int, now: dt.datetime) -> list[OrderLine]:
    """Order what the plan says: one order per origin and township, every unit held.

    Raises NotFree when a source no longer has what a line takes.
    """
    require_transaction("order")
    plan_lines = list(
        PlanLine.objects.filter(plan=plan)
        .select_related("source", "need", "area")
        .order_by("source__holder", "area__code", "position")
    )
    ledger.lock(account_ids=[line.source_id for line in plan_lines])
    sent = stock.items_of(account_ids={line.source_id for line in plan_lines})
    orders: dict[tuple[str, int], Order] = {}
    written: dict[tuple[int, int], OrderLine] = {}
    for line in plan_lines:
        key = (line.source.holder, line.area_id)
        if key not in orders:
            orders[key] = Order.objects.create(
                book_id=plan.book_id,
                incident_id=plan.incident_id,
                plan=plan,
                area_id=line.area_id,
                number=next_number(book=plan.book, prefix="DB"),
                origin=line.source.holder,
                issued_by=actor_id,
                issued_at=now,
                first_batch_due=now + dt.timedelta(minutes=due_minutes),
            )
        pair = (line.source_id, line.need_id)
        if pair in written:
            written[pair].quantity += line.quantity
            written[pair].save(update_fields=["quantity"])
        else:
            written[pair] = OrderLine.objects.create(
                book_id=plan.book_id,
                order=orders[key],
                area_id=line.area_id,
                need=line.need,
                item=sent[line.source_id],
                source=line.source,
                quantity=line.quantity,
                stands_for=line.stands_for,
            )
        ledger.hold(account=line.source, document=written[pair].document, quantity=line.quantity)
    return list(written.values())
