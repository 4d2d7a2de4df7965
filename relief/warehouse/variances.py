"""Booking what a stocktake found, and letting go of orders it leaves without goods."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation import rows as order_rows
from relief.allocation.models import OrderLine
from relief.deliveries import drafting
from relief.deliveries import rows as delivery_rows
from relief.deliveries.differences import open_difference
from relief.deliveries.models import DifferenceKind, Load, Pick, Trip, TripState
from relief.incidents.models import Incident, IncidentStatus
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, Hold, MovementKind
from relief.stock import rows as stock_rows
from relief.warehouse import rules, steps
from relief.warehouse.counted import Found, found
from relief.warehouse.models import Count, CountState

PREFIX = "order_line:"


class CountNotReady(gate.Refused):
    """A stocktake that does not wait for approval."""


class OrdersMoved(gate.Refused):
    """Orders took hold of the goods while the stocktake was being booked."""


@dataclass(slots=True)
class Variances:
    """What was booked: the stocktake, how many lots differed, and the rows that changed."""

    count: Count
    lots: int = 0
    rows: list[Row] = field(default_factory=list)


def book_variances(*, actor: Actor, count_id: int, now: dt.datetime) -> Variances:
    """Post the gains (盘盈) and losses (盘亏) of a stocktake that waits for approval.

    Locks the depot, the incidents whose orders hold what is missing, their trips and lines, then
    the accounts.
    """
    require_transaction("book_variances")
    seen = Count.objects.visible_to(actor).one(id=count_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=Act.APPROVE_STOCK)
    count = Count.objects.select_for_update(of=("self",)).get(id=seen.id)
    if count.state != CountState.COUNTED:
        raise CountNotReady(
            _("Count %(number)s is %(state)s; only what was counted can be approved.")
            % {"number": count.number, "state": CountState(count.state).label}
        )
    differing = [one for one in found(count=count) if one.difference]
    short = [one.holding.account_id for one in differing if one.difference < 0]
    lines, incidents = _lock_orders(short)
    locked = ledger.lock(account_ids=[one.holding.account_id for one in differing])
    # What happened between the first look and the locks counts too.
    differing = [one for one in found(count=count) if one.holding.account_id in locked]
    booked = Variances(count, lots=sum(bool(one.difference) for one in differing))
    gone = _let_go(differing, locked, lines)
    moves = steps.Moves(book_id=count.book_id)
    opened = []
    for one in differing:
        here = locked[one.holding.account_id]
        change = max(one.difference, -here.balance)
        beyond = one.difference - change
        moves.add_to(here, change)
        for kind, units in (
            (AccountKind.DISPUTED, beyond),
            (AccountKind.VARIANCE, -one.difference),
        ):
            moves.add(kind=kind, holder=f"depot:{depot.id}", lot=one.lot, quantity=units)
        if beyond:
            opened.append(
                open_difference(
                    book_id=count.book_id,
                    area=depot.area,
                    depot=depot,
                    kind=DifferenceKind.BELOW_ZERO,
                    lot=one.lot,
                    quantity=beyond,
                    document=count.number,
                    said={"units": -beyond},
                    item=None,
                    now=now,
                ).id
            )
    moves.post(kind=MovementKind.COUNT, document=count.number, actor=actor.user_id, now=now)
    booked.rows += delivery_rows.differences_of(opened)
    booked.rows += _tell(gone, lines)
    for incident in incidents:
        if any(lines[line_id].order.incident_id == incident.id for line_id in gone):
            booked.rows += _plan_again(count, incident, actor, now)
    booked.rows += stock_rows.of_accounts(locked)
    return booked


def _lock_orders(account_ids: Iterable[int]) -> tuple[dict[int, OrderLine], list[Incident]]:
    """The order lines that hold units there, with their incidents and planned trips, locked."""
    ids = _holding(account_ids)
    wanted = OrderLine.objects.filter(id__in=ids)
    incidents = list(
        Incident.objects.filter(id__in=wanted.values("order__incident"))
        .select_related("area", "book")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    list(
        Trip.objects.filter(state=TripState.PLANNED, stops__loads__line__in=ids)
        .order_by("id")
        .select_for_update(of=("self",))
    )
    lines = wanted.select_related("order", "source").order_by("id").select_for_update(of=("self",))
    return {line.id: line for line in lines}, incidents


def _holding(account_ids: Iterable[int]) -> set[int]:
    names = Hold.objects.filter(
        account__in=list(account_ids), quantity__gt=0, document__startswith=PREFIX
    ).values_list("document", flat=True)
    return {int(name.removeprefix(PREFIX)) for name in names}


def _let_go(
    differing: list[Found], locked: Mapping[int, Account], lines: Mapping[int, OrderLine]
) -> dict[int, int]:
    """Lower the newest order lines until what is left covers what is held. Units by line."""
    gone: dict[int, int] = {}
    for one in differing:
        account = locked[one.holding.account_id]
        needed = account.held - max(0, account.balance + min(one.difference, 0))
        if needed <= 0:
            continue
        held = {
            int(hold.document.removeprefix(PREFIX)): hold.quantity
            for hold in Hold.objects.filter(
                account=account, quantity__gt=0, document__startswith=PREFIX
            )
        }
        if not held.keys() <= lines.keys() or sum(held.values()) < needed:
            raise OrdersMoved(
                _("Orders of %(item)s changed while this was approved; approve it again.")
                % {"item": one.lot.item}
            )
        for line_id, units in rules.let_go(needed=needed, held=held.items()).items():
            line = lines[line_id]
            ledger.release(account=account, document=line.document, quantity=units)
            line.quantity -= units
            line.save(update_fields=["quantity"])
            _unload(line)
            gone[line_id] = gone.get(line_id, 0) + units
    return gone


def _unload(line: OrderLine) -> None:
    """Lower what planned trips were to carry of this line, the latest trip first."""
    loads = list(
        Load.objects.filter(line=line, loaded=None, stop__trip__state=TripState.PLANNED)
        .order_by("-stop__trip__leaves_at", "-id")
        .select_for_update(of=("self",))
    )
    too_much = sum(load.planned for load in loads) - (line.quantity - line.loaded)
    for load in loads:
        if too_much <= 0:
            break
        less = min(load.planned, too_much)
        load.planned -= less
        load.save(update_fields=["planned"])
        too_much -= less
        # What was picked for it has to be looked at again: some of it is not there.
        Pick.objects.filter(load=load).delete()


def _tell(gone: Mapping[int, int], lines: Mapping[int, OrderLine]) -> list[Row]:
    if not gone:
        return []
    trips = Load.objects.filter(line__in=gone, stop__trip__state=TripState.PLANNED)
    return [
        *order_rows.order_lines(gone),
        *delivery_rows.deliveries_of(trips.values_list("stop__trip_id", flat=True)),
        *stock_rows.of_accounts([lines[line_id].source_id for line_id in gone]),
    ]


def _plan_again(count: Count, incident: Incident, actor: Actor, now: dt.datetime) -> list[Row]:
    if incident.status == IncidentStatus.CLOSED:
        return []
    _drafted, told = drafting.draft(
        incident=incident,
        reason=gettext_noop("goods were missing in a stocktake"),
        request_key=uuid.uuid5(count.request_key, str(incident.id)),
        actor_id=actor.user_id,
        now=now,
    )
    return told
