"""Calls on supply agreements (协议调用): calling, the supplier's answer, taking a call back."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.allocation import rows as order_rows
from relief.allocation.models import Order, OrderLine, Plan, PlanRun
from relief.calls import rows, rules, steps
from relief.calls.models import CallOff, CallOffLine, CallState
from relief.deliveries import drafting
from relief.deliveries import rows as trip_rows
from relief.deliveries.models import Trip
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.numbers import next_number
from relief.journal.rows import Row
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock import rows as stock_rows
from relief.stock.models import AgreedItem, SupplyAgreement
from relief.stock.rules import in_force

REFUSED_REASON = gettext_noop("a supplier refused a call")
CANCELLED_REASON = gettext_noop("a call was cancelled")


class NothingToCall(gate.Refused):
    """The order does not rest on an agreement, or nothing of it is left to deliver."""


class AgreementNotInForce(gate.Refused):
    """The agreement has not begun or has ended; it cannot be called."""

    def __init__(self, *, agreement: SupplyAgreement, on: dt.date) -> None:
        self.agreement = agreement
        super().__init__(
            _(
                "Agreement %(number)s is in force from %(first)s to %(last)s, not on %(day)s. "
                "Draft the plan again to take other goods."
            )
            % {
                "number": agreement.number,
                "first": agreement.valid_from.isoformat(),
                "last": agreement.valid_to.isoformat(),
                "day": on.isoformat(),
            }
        )


class CallMovedOn(gate.Refused):
    """The call is over: it was refused or cancelled."""

    def __init__(self, *, call: CallOff) -> None:
        self.call = call
        super().__init__(
            _("Call %(number)s is %(state)s by now; nothing was changed. Open it afresh.")
            % {"number": call.number, "state": CallState(call.state).label}
        )


class AnswerIncomplete(gate.Refused):
    """An answer says neither when goods come nor which are refused and why."""


def _agreement_of(order: Order) -> SupplyAgreement:
    kind, _sep, number = order.origin.partition(":")
    if kind != "agreement":
        raise NothingToCall(
            _("Order %(number)s leaves a store; only orders on an agreement are called.")
            % {"number": order.number}
        )
    return SupplyAgreement.objects.select_related("area").get(id=int(number))


@transaction.atomic(durable=True)
def call_off(
    *,
    actor: Actor,
    order_ids: Collection[int],
    spoke_with: str,
    now: dt.datetime,
    promised_at: dt.datetime | None = None,
) -> list[CallOff]:
    """Tell suppliers what orders take (协议调用), each a call. The same order is the same call.

    Goods are due after the agreement's lead time; `promised_at` is what was said at once.
    """
    orders = list(
        Order.objects.filter(book_id=actor.book_id, id__in=order_ids)
        .select_related("book")
        .order_by("id")
    )
    if not orders or len(orders) < len(set(order_ids)):
        raise NotFound
    agreements = {order.id: _agreement_of(order) for order in orders}
    for order in orders:
        area = agreements[order.id].area
        gate.require(actor=actor, act=Act.CALL_AGREEMENT, area=area, book_id=order.book_id)
    list(
        Incident.objects.filter(id__in={order.incident_id for order in orders})
        .order_by("id")
        .select_for_update(of=("self",))
    )
    found = {call.order_id: call for call in CallOff.objects.filter(order__in=orders)}
    fresh = [order for order in orders if order.id not in found]
    _trips, lines = steps.lock_orders(orders=fresh)
    for order in fresh:
        own = [line for line in lines.values() if line.order_id == order.id]
        found[order.id] = _call(
            order,
            agreements[order.id],
            own,
            spoke_with=spoke_with,
            promised_at=promised_at,
            actor=actor,
            now=now,
        )
    calls = [found[order.id] for order in orders]
    if fresh:
        log.record(
            book=actor.book_id,
            kind="call_made",
            rows=rows.call_offs(found[order.id].id for order in fresh),
            actor=actor.user_id,
            now=now,
            facts={"numbers": [found[order.id].number for order in fresh]},
        )
    return calls


def _call(
    order: Order,
    agreement: SupplyAgreement,
    lines: Sequence[OrderLine],
    *,
    spoke_with: str,
    promised_at: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
) -> CallOff:
    """Write one call down, with the price of each line as agreed today."""
    if not any(line.quantity > line.loaded for line in lines):
        raise NothingToCall(
            _("Nothing of order %(number)s is left to deliver; there is nothing to call.")
            % {"number": order.number}
        )
    today = localdate(now)
    if not in_force(valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=today):
        raise AgreementNotInForce(agreement=agreement, on=today)
    call = CallOff.objects.create(
        book_id=order.book_id,
        area=agreement.area,
        incident_id=order.incident_id,
        agreement=agreement,
        order=order,
        number=next_number(book=order.book, prefix="DY"),
        state=CallState.CONFIRMED if promised_at else CallState.CALLED,
        called_at=now,
        called_by=actor.user_id,
        due_at=now + dt.timedelta(minutes=agreement.lead_minutes),
        spoke_with=spoke_with.strip()[:60],
        answered_at=now if promised_at else None,
        promised_at=promised_at,
    )
    prices = dict(
        AgreedItem.objects.filter(agreement=agreement).values_list("item_id", "price_fen")
    )
    CallOffLine.objects.bulk_create(
        CallOffLine(
            book_id=call.book_id,
            call=call,
            line=line,
            quantity=line.quantity,
            price_fen=prices[line.item_id],
        )
        for line in lines
        if line.quantity
    )
    return call


def _locked(
    actor: Actor, call_id: int
) -> tuple[Incident, CallOff, list[Trip], dict[int, OrderLine]]:
    """The call with everything an answer may change, locked from the incident down."""
    seen = CallOff.objects.visible_to(actor).select_related("area").one(id=call_id)
    gate.require(actor=actor, act=Act.CALL_AGREEMENT, area=seen.area, book_id=seen.book_id)
    incident = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("area", "book")
        .get(id=seen.incident_id)
    )
    call = CallOff.objects.select_related("area", "order", "agreement").locked(id=call_id)
    if call.state in rules.OVER:
        raise CallMovedOn(call=call)
    trips, lines = steps.lock_orders(orders=[call.order])
    return incident, call, trips, lines


@transaction.atomic(durable=True)
def answer_call(
    *,
    actor: Actor,
    call_id: int,
    refused: Mapping[int, int],
    promised_at: dt.datetime | None,
    spoke_with: str,
    reason: str,
    now: dt.datetime,
    nothing_more: bool = False,
) -> tuple[CallOff, Plan | PlanRun | None]:
    """Write down what the supplier said: when it delivers, and what it refuses (拒供) and why.

    `refused` maps order lines to units not yet loaded. They leave the order and its trips and the
    committed quantity, so that no plan counts on them again, and a plan is drafted at once (the
    second value; None where nothing was refused or the incident is closed). With `nothing_more`
    the supplier has no more of these goods: what else was free of them can no longer be called.
    """
    incident, call, trips, lines = _locked(actor, call_id)
    units = {line_id: quantity for line_id, quantity in refused.items() if quantity}
    _check_answer(call, lines, units=units, promised_at=promised_at, reason=reason)
    steps.let_go(units=units, lines=lines, trips=trips)
    for told in call.lines.filter(line_id__in=units):
        told.refused += units[told.line_id]
        told.quantity = max(told.quantity, told.refused)
        told.save(update_fields=["quantity", "refused"])
    _book_refusal(call, lines, units=units, nothing_more=nothing_more, actor=actor, now=now)
    if units and not any(line.quantity for line in lines.values()):
        call.state = CallState.REFUSED
    elif promised_at is not None:
        call.state = CallState.CONFIRMED
    call.answered_at, call.promised_at = now, promised_at or call.promised_at
    call.spoke_with = spoke_with.strip()[:60] or call.spoke_with
    call.reason = reason.strip()[:200] or call.reason
    call.save()
    drafted, told_rows = _replan(incident, bool(units), REFUSED_REASON, actor=actor, now=now)
    log.record(
        book=call.book_id,
        kind="call_refused" if units else "call_confirmed",
        rows=[*_changed(call, lines=lines, trips=trips), *told_rows],
        actor=actor.user_id,
        now=now,
        facts={"number": call.number, "refused": sum(units.values()), "reason": call.reason},
    )
    return call, drafted


def _check_answer(
    call: CallOff,
    lines: Mapping[int, OrderLine],
    *,
    units: Mapping[int, int],
    promised_at: dt.datetime | None,
    reason: str,
) -> None:
    """Raise unless the answer is whole and refuses only what is still to be delivered."""
    called = set(call.lines.values_list("line_id", flat=True))
    if set(units) - called:
        raise NotFound
    for line_id, quantity in units.items():
        line = lines[line_id]
        most = line.quantity - line.loaded
        if not 0 < quantity <= most:
            raise AnswerIncomplete(
                _("%(item)s: between 0 and %(most)d units can be refused, not %(got)d.")
                % {"item": line.item, "most": most, "got": quantity}
            )
    if units and not reason.strip():
        raise AnswerIncomplete(_("Say why the supplier refuses; the reason was empty."))
    if not units and promised_at is None:
        raise AnswerIncomplete(
            _("Give the time the supplier promised, or the units it refuses; both were empty.")
        )


def _book_refusal(
    call: CallOff,
    lines: Mapping[int, OrderLine],
    *,
    units: Mapping[int, int],
    nothing_more: bool,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Take what was refused off the committed quantity."""
    gone: dict[int, int] = {}
    for line_id, quantity in units.items():
        gone[lines[line_id].source_id] = gone.get(lines[line_id].source_id, 0) + quantity
    postings: dict[Account, int] = {}
    for source in Account.objects.filter(id__in=gone).order_by("id"):
        quantity = source.free if nothing_more else gone[source.id]
        postings[source] = -quantity
        refused = ledger.account(
            book_id=call.book_id,
            kind=AccountKind.REFUSED,
            holder=source.holder,
            commodity=source.commodity,
        )
        postings[refused] = quantity
    if postings:
        ledger.post(
            book_id=call.book_id,
            kind=MovementKind.REFUSAL,
            document=call.number,
            postings=postings,
            actor=actor.user_id,
            now=now,
            note=call.reason,
        )


def _replan(
    incident: Incident, changed: bool, reason: str, *, actor: Actor, now: dt.datetime
) -> tuple[Plan | PlanRun | None, list[Row]]:
    """A plan in place of what no longer comes, unless the incident is closed."""
    if not changed or incident.status == IncidentStatus.CLOSED:
        return None, []
    return drafting.draft(
        incident=incident,
        reason=reason,
        request_key=uuid.uuid4(),
        actor_id=actor.user_id,
        now=now,
    )


def _changed(call: CallOff, *, lines: Mapping[int, OrderLine], trips: Iterable[Trip]) -> list[Row]:
    """Fresh rows of everything an answer may have touched."""
    return [
        *rows.call_offs([call.id]),
        *order_rows.order_lines(lines),
        *trip_rows.deliveries_of([trip.id for trip in trips]),
        *stock_rows.of_accounts(line.source_id for line in lines.values()),
    ]


@transaction.atomic(durable=True)
def cancel_call(
    *, actor: Actor, call_id: int, reason: str, now: dt.datetime
) -> tuple[CallOff, Plan | PlanRun | None]:
    """Take a call back (撤销调用): what was not fetched is let go and may be called again.

    What is on the road stays. A plan is drafted for what no longer comes.
    """
    incident, call, trips, lines = _locked(actor, call_id)
    if not reason.strip():
        raise AnswerIncomplete(_("Say why the call is taken back; the reason was empty."))
    units = {
        line.id: line.quantity - line.loaded
        for line in lines.values()
        if line.quantity > line.loaded
    }
    steps.let_go(units=units, lines=lines, trips=trips)
    steps.match_to_order(call=call, lines=lines)
    call.reason = reason.strip()[:200]
    call.save()
    drafted, told_rows = _replan(incident, bool(units), CANCELLED_REASON, actor=actor, now=now)
    log.record(
        book=call.book_id,
        kind="call_cancelled",
        rows=[*_changed(call, lines=lines, trips=trips), *told_rows],
        actor=actor.user_id,
        now=now,
        facts={"number": call.number, "units": sum(units.values()), "reason": call.reason},
    )
    return call, drafted


@transaction.atomic(durable=True)
def lower_call(*, actor: Actor, call_id: int, spoke_with: str, now: dt.datetime) -> CallOff:
    """The supplier was told that less is needed (调减): the call is level with its order again."""
    _incident, call, trips, lines = _locked(actor, call_id)
    before = sum(call.lines.values_list("quantity", flat=True))
    steps.match_to_order(call=call, lines=lines)
    call.spoke_with = spoke_with.strip()[:60] or call.spoke_with
    call.save()
    log.record(
        book=call.book_id,
        kind="call_lowered",
        rows=_changed(call, lines=lines, trips=trips),
        actor=actor.user_id,
        now=now,
        facts={
            "number": call.number,
            "before": before,
            "after": sum(call.lines.values_list("quantity", flat=True)),
        },
    )
    return call
