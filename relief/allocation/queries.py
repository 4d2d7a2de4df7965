"""Reads on plans and orders."""

from dataclasses import dataclass

from relief.access.gate import Actor, PlacedQuerySet
from relief.allocation import rules
from relief.allocation.models import Gap, OrderLine, Plan, PlanLine, PlanState
from relief.allocation.problem import open_lines
from relief.incidents.models import Incident
from relief.ledger.models import Account
from relief.needs.models import Need
from relief.stock.models import Depot, SupplyAgreement


def open_plan(*, actor: Actor, incident: Incident) -> Plan | None:
    """The incident's draft or proposed plan, if there is one."""
    return (
        Plan.objects.visible_to(actor)
        .filter(incident=incident, state__in=[PlanState.DRAFT, PlanState.PROPOSED])
        .first()
    )


def lines(*, actor: Actor, plan: Plan) -> PlacedQuerySet[PlanLine]:
    return (
        PlanLine.objects.visible_to(actor)
        .filter(plan=plan)
        .select_related("area", "need__item", "source")
        .order_by("need__priority", "area__code", "need__item__order", "position")
    )


def gaps(*, actor: Actor, plan: Plan) -> PlacedQuerySet[Gap]:
    return (
        Gap.objects.visible_to(actor)
        .filter(plan=plan)
        .select_related("area", "need__item")
        .order_by("need__priority", "area__code", "need__item__order")
    )


@dataclass(frozen=True, slots=True)
class Against:
    """A new plan beside what is still to go out; goods on the road are in neither.

    One entry of `differences` per changed (source, need): area, item, source account, before and
    after in whole units sent. `waiting` are the order lines not yet loaded; `kept` is the share of
    their units that stay as they were, 0 to 1.
    """

    differences: list[dict]
    waiting: list[OrderLine]
    kept: float
    units_before: int
    units_after: int


def against_orders(*, plan: Plan) -> Against:
    """What a plan would change in the orders in force, by township and item."""
    before: dict[tuple[int, int], int] = {}
    waiting = open_lines(plan.incident)
    for line in waiting:
        assert line.need_id is not None, "a line that rests on a plan has its need"
        key = (line.source_id, line.need_id)
        before[key] = before.get(key, 0) + line.quantity - line.loaded
    after: dict[tuple[int, int], int] = {}
    for planned in PlanLine.objects.filter(plan=plan):
        key = (planned.source_id, planned.need_id)
        after[key] = after.get(key, 0) + planned.quantity
    changes = rules.differences(before=before, after=after)
    sources = Account.objects.in_bulk([change.key[0] for change in changes])
    needs = (
        Need.objects.select_related("area", "item")
        .defer("area__boundary")
        .in_bulk([change.key[1] for change in changes])
    )
    found = [
        {
            "area": needs[change.key[1]].area,
            "item": needs[change.key[1]].item,
            "source": sources[change.key[0]],
            "before": change.before,
            "after": change.after,
        }
        for change in changes
    ]
    return Against(
        differences=sorted(found, key=lambda entry: (entry["area"].code, entry["item"].order)),
        waiting=waiting,
        kept=rules.kept_share(before=before, changes=changes),
        units_before=sum(before.values()),
        units_after=sum(after.values()),
    )


def order_lines(*, actor: Actor, incident: Incident | None = None) -> PlacedQuerySet[OrderLine]:
    found = OrderLine.objects.visible_to(actor)
    if incident is not None:
        found = found.filter(order__incident=incident)
    return found.select_related("order", "area", "item", "source").order_by("-order_id", "id")


def places(*, holders: list[str]) -> dict[str, Depot | SupplyAgreement]:
    """The depots and suppliers behind ledger holders such as `depot:3` and `agreement:5`."""
    wanted: dict[str, list[int]] = {"depot": [], "agreement": []}
    for holder in holders:
        kind, _, number = holder.partition(":")
        if kind in wanted:
            wanted[kind].append(int(number))
    found: dict[str, Depot | SupplyAgreement] = {
        f"depot:{row.id}": row for row in Depot.objects.filter(id__in=wanted["depot"])
    }
    for agreement in SupplyAgreement.objects.filter(id__in=wanted["agreement"]):
        found[f"agreement:{agreement.id}"] = agreement
    return found
