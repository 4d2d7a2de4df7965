"""Accepting goods that arrive (到货验收)."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.models import Item
from relief.field.photos import keep
from relief.field.steps import Sent, take
from relief.journal import log
from relief.journal.numbers import next_number
from relief.ledger.models import AccountKind, MovementKind
from relief.norms.queries import number as norm
from relief.stock import rows as stock_rows
from relief.stock import steps as stock
from relief.stock.models import Bin, Depot, FundSource, Holding, Lot
from relief.stock.queries import check_not_frozen
from relief.warehouse import rows, rules, steps
from relief.warehouse.bins import bound
from relief.warehouse.models import (
    Arrival,
    ArrivalLine,
    Origin,
    Purchase,
)
from relief.warehouse.purchases import count_against

# How each origin is booked: the account it comes from, its holder, the movement, who paid.
BOOKED = {
    Origin.PURCHASE: (AccountKind.SUPPLIER, "purchase", MovementKind.PURCHASE, FundSource.COUNTY),
    Origin.DONATION: (AccountKind.DONOR, "donation", MovementKind.DONATION, FundSource.DONATION),
    Origin.ALLOCATED: (
        AccountKind.SUPPLIER,
        "higher_level",
        MovementKind.ALLOCATED,
        FundSource.PROVINCE,
    ),
}


@dataclass(frozen=True, slots=True)
class Came:
    """Units of one lot that arrived. `lot_id` names a known lot, else item code and batch do.

    `code` is what stands on the package (物资条码): one nobody has met is bound to the item.
    """

    item: str
    batch: str
    expected: int
    good: int
    damaged: int = 0
    lot_id: int | None = None
    maker: str = ""
    made_on: dt.date | None = None
    expires_on: dt.date | None = None
    pack: int = 1
    bin_id: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class GivenArrival:
    """An arrival as it was counted. `fund_source` says who paid, where the origin does not.

    A phone names its `photos`, by hash, before it sends them; a form brings `pictures` with it.
    """

    origin: str
    source: str
    arrived_at: dt.datetime
    lines: Sequence[Came]
    purchase_id: int | None = None
    counted_with: str = ""
    note: str = ""
    photos: Sequence[str] = ()
    pictures: Sequence[bytes] = ()
    fund_source: str = ""


class ArrivalRefused(gate.Refused):
    """An arrival that says nothing, or not clearly what came."""


@transaction.atomic(durable=True)
def accept(
    *,
    actor: Actor,
    depot_id: int,
    given: GivenArrival,
    request_key: uuid.UUID,
    now: dt.datetime,
    item: Sent | None = None,
) -> Arrival:
    """Accept goods into a store (验收入库), partly, short or damaged as they came.

    Sound units go to the store's account and damaged ones to its spoiled account; a lot is made or
    found by item and batch. `item` is what a phone sent: the same item again changes nothing.
    """
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.TAKE_IN)
    stored = None
    if item is not None:
        stored, known = take(
            sent=item, book_id=actor.book_id, area=depot.area, author_id=actor.user_id, now=now
        )
        if known:
            return Arrival.objects.get(item=stored)
    else:
        again = Arrival.objects.filter(request_key=request_key, book_id=actor.book_id).first()
        if again is not None:
            return again
        check_not_frozen(book_id=actor.book_id, depot_id=depot.id)
    bought = _bought(actor, depot, given)
    _check(given)
    arrived_at = steps.moment(said=given.arrived_at, item=item, now=now)
    lots = _lots(actor, given, bought, came_on=localdate(arrived_at))
    bins = steps.bins(depot=depot, ids=[line.bin_id for line in given.lines])
    days = norm(area=depot.area, key="arrival.report_days", on=localdate(now))
    pictures = keep(book_id=actor.book_id, pictures=given.pictures, sent_by=actor.user_id, now=now)
    arrival = Arrival(
        book_id=actor.book_id,
        area=depot.area,
        depot=depot,
        request_key=request_key,
        origin=given.origin,
        source=given.source.strip()[:120],
        purchase=bought,
        arrived_at=arrived_at,
        accepted_by=actor.user_id,
        counted_with=given.counted_with.strip()[:60],
        report_due=rules.working_days_after(day=localdate(arrived_at), days=int(days)),
        note=given.note.strip()[:200],
        photos=[*given.photos, *pictures],
        item=stored,
    )
    holdings = [stock.store(depot=depot, lot=lot) for lot in lots]
    moves = _moves(arrival, holdings, lots, given.lines)
    _bind(lots, given.lines, user_id=actor.user_id, now=now)
    arrival.number = next_number(book=actor.book_id, prefix="YS")
    arrival.save()
    _write_lines(arrival, lots, bins, given.lines)
    _put_away(holdings, bins, given.lines)
    moves.post(
        kind=BOOKED[Origin(given.origin)][2],
        document=arrival.number,
        actor=actor.user_id,
        now=arrived_at,
        note=arrival.source,
    )
    if bought is not None:
        came: dict[int, int] = {}
        for lot, line in zip(lots, given.lines, strict=True):
            came[lot.item_id] = came.get(lot.item_id, 0) + line.good + line.damaged
        count_against(bought=bought, came=came, now=now)
    log.record(
        book=actor.book_id,
        kind="goods_accepted",
        rows=[
            *stock_rows.of_accounts([held.account_id for held in holdings]),
            rows.of_depot(book_id=actor.book_id, depot_id=depot.id),
        ],
        actor=actor.user_id,
        now=now,
        facts={"number": arrival.number, "source": arrival.source},
    )
    return arrival


@transaction.atomic(durable=True)
def report_arrival(*, actor: Actor, arrival_id: int, now: dt.datetime) -> Arrival:
    """Note that an acceptance was reported on (验收情况已上报)."""
    seen = Arrival.objects.visible_to(actor).one(id=arrival_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=Act.TAKE_IN)
    arrival = Arrival.objects.select_for_update(of=("self",)).get(id=seen.id)
    if arrival.reported_at is not None:
        raise ArrivalRefused(
            _("Acceptance %(number)s was reported on already.") % {"number": arrival.number}
        )
    arrival.reported_at = now
    arrival.save(update_fields=["reported_at"])
    log.record(
        book=arrival.book_id,
        kind="arrival_reported",
        rows=[rows.of_depot(book_id=arrival.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"number": arrival.number},
    )
    return arrival


def _bought(actor: Actor, depot: Depot, given: GivenArrival) -> Purchase | None:
    if given.purchase_id is None:
        return None
    found = Purchase.objects.visible_to(actor).filter(depot=depot).locked(id=given.purchase_id)
    if given.origin != Origin.PURCHASE:
        raise ArrivalRefused(
            _("Goods of purchase %(number)s are bought, not “%(got)s”.")
            % {"number": found.number, "got": given.origin}
        )
    return found


def _check(given: GivenArrival) -> None:
    if given.origin not in Origin.values:
        raise ArrivalRefused(
            _("Say where the goods come from; “%(got)s” came.") % {"got": given.origin}
        )
    if not given.source.strip():
        raise ArrivalRefused(_("Say who sent the goods, or which paper came with them."))
    if given.fund_source and given.fund_source not in FundSource.values:
        raise ArrivalRefused(_("Say who paid; “%(got)s” came.") % {"got": given.fund_source})
    if not any(line.good + line.damaged for line in given.lines):
        raise ArrivalRefused(_("Count at least one unit that came, sound or damaged."))
    for line in given.lines:
        if min(line.expected, line.good, line.damaged) < 0 or line.pack < 1:
            raise ArrivalRefused(_("%(item)s: units count from 0.") % {"item": line.item})
        if line.lot_id is None and not line.batch.strip():
            raise ArrivalRefused(
                _("%(item)s: give the batch number on the package; it was empty.")
                % {"item": line.item}
            )


def _lots(
    actor: Actor, given: GivenArrival, bought: Purchase | None, *, came_on: dt.date
) -> list[Lot]:
    """The lot of each line, in order; made in the order of item and batch, as others lock them."""
    items = steps.items(codes=[line.item for line in given.lines])
    named = Lot.objects.filter(book_id=actor.book_id).in_bulk(
        [line.lot_id for line in given.lines if line.lot_id is not None]
    )
    prices = dict(bought.lines.values_list("item__code", "price_fen")) if bought is not None else {}
    lots: dict[int, Lot] = {}
    for n, line in sorted(enumerate(given.lines), key=lambda pair: (pair[1].item, pair[1].batch)):
        lots[n] = _lot(
            line,
            item=items[line.item],
            named=named,
            book_id=actor.book_id,
            came_on=came_on,
            fund_source=given.fund_source or BOOKED[Origin(given.origin)][3],
            unit_cost_fen=prices.get(line.item, 0),
        )
    if len({lot.id for lot in lots.values()}) < len(lots):
        raise ArrivalRefused(_("Write each lot on one line; a lot stood on two."))
    return [lots[n] for n in range(len(given.lines))]


def _lot(
    line: Came,
    *,
    item: Item,
    named: Mapping[int, Lot],
    book_id: int,
    came_on: dt.date,
    fund_source: str,
    unit_cost_fen: int,
) -> Lot:
    batch = line.batch.strip()[:40]
    if line.lot_id is not None:
        known = named.get(line.lot_id)
        if known is None or known.item_id != item.id:
            raise ArrivalRefused(
                _("That lot is not one of %(item)s; look it up again.") % {"item": item}
            )
        batch = known.batch
    return steps.lot(
        book_id=book_id,
        item=item,
        batch=batch,
        stored_on=came_on,
        maker=line.maker.strip(),
        made_on=line.made_on,
        expires_on=line.expires_on,
        pack=line.pack,
        fund_source=fund_source,
        unit_cost_fen=unit_cost_fen,
    )


def _bind(lots: list[Lot], lines: Sequence[Came], *, user_id: int, now: dt.datetime) -> None:
    """Codes on the packages, in their order. One that means another item is refused."""
    coded = [(line.code, lot, line) for lot, line in zip(lots, lines, strict=True) if line.code]
    for code, lot, line in sorted(coded, key=lambda one: one[0]):
        known, _same = bound(code=code, goods=lot.item, pack=line.pack, user_id=user_id, now=now)
        if known.item_id != lot.item_id:
            raise ArrivalRefused(
                _("The code %(code)s is bound to %(item)s; this line says %(other)s.")
                % {"code": code, "item": known.item, "other": lot.item}
            )


def _moves(
    arrival: Arrival, holdings: list[Holding], lots: list[Lot], lines: Sequence[Came]
) -> steps.Moves:
    kind, holder, _movement, _paid = BOOKED[Origin(arrival.origin)]
    if arrival.purchase_id is not None:
        holder = f"purchase:{arrival.purchase_id}"
    moves = steps.Moves(book_id=arrival.book_id)
    for held, lot, line in zip(holdings, lots, lines, strict=True):
        moves.add_to(held.account, line.good)
        moves.add(
            kind=AccountKind.SPOILED,
            holder=f"depot:{arrival.depot_id}",
            lot=lot,
            quantity=line.damaged,
        )
        moves.add(kind=kind, holder=holder, lot=lot, quantity=-line.good - line.damaged)
    return moves


def _write_lines(
    arrival: Arrival, lots: list[Lot], bins: Mapping[int, Bin], lines: Sequence[Came]
) -> None:
    ArrivalLine.objects.bulk_create(
        ArrivalLine(
            book_id=arrival.book_id,
            arrival=arrival,
            lot=lot,
            bin=bins.get(line.bin_id or 0),
            expected=line.expected,
            good=line.good,
            damaged=line.damaged,
        )
        for lot, line in zip(lots, lines, strict=True)
    )


def _put_away(holdings: list[Holding], bins: Mapping[int, Bin], lines: Sequence[Came]) -> None:
    for held, line in zip(holdings, lines, strict=True):
        if line.bin_id is not None and held.bin_id != line.bin_id:
            held.bin = bins[line.bin_id]
            held.save(update_fields=["bin"])
