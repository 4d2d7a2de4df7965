"""Inner steps of loading and unloading: where the units of a trip stand in the ledger."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.allocation.models import OrderLine
from relief.deliveries.models import CheckTask, Load, Stop, Trip
from relief.deliveries.rules import Count
from relief.journal.log import require_transaction
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock import rules as stock_rules
from relief.stock import steps as stock
from relief.stock.models import Commitment, Lot, LotState


class LotNotUsable(Refused):
    """A lot on this trip has expired or was taken out of use."""


def _lot_id(commodity: str) -> int:
    return int(commodity.partition(":")[2])


def check_usable(
    *,
    lines: Mapping[int, OrderLine],
    taken: Mapping[int, int],
    planned: Mapping[int, Load],
    on: dt.date,
) -> None:
    """Refuse to load from lots that are expired or not good."""
    wanted = {
        _lot_id(line.source.commodity)
        for load_id, quantity in taken.items()
        if quantity and (line := lines[planned[load_id].line_id]).source.kind == AccountKind.STORE
    }
    for lot in Lot.objects.filter(id__in=wanted).select_related("item").order_by("id"):
        if not stock_rules.usable(state=lot.state, expires_on=lot.expires_on, on=on):
            raise LotNotUsable(
                _(
                    "Lot %(batch)s of %(item)s cannot leave: it is %(state)s, good until "
                    "%(until)s. "
                    "Draft the plan again to take other stock."
                )
                % {
                    "batch": lot.batch,
                    "item": lot.item,
                    "state": LotState(lot.state).label,
                    "until": lot.expires_on or "—",
                }
            )


def load(
    *,
    trip: Trip,
    planned: Mapping[int, Load],
    taken: Mapping[int, int],
    lines: Mapping[int, OrderLine],
    actor_id: int,
    now: dt.datetime,
) -> list[int]:
    """Move what is loaded onto the road. Returns the source accounts touched.

    Units called off from a supplier become a lot of their own, so that they can be traced.
    """
    require_transaction("load")
    ledger.lock(account_ids=[line.source_id for line in lines.values()])
    postings: dict[Account, int] = {}
    holder = f"trip:{trip.id}"
    for load_id in sorted(planned):
        row, quantity = planned[load_id], taken[load_id]
        row.loaded = quantity
        line = lines[row.line_id]
        if quantity:
            ledger.release(account=line.source, document=line.document, quantity=quantity)
            source = line.source
            if source.kind == AccountKind.COMMITTED:
                commitment = Commitment.objects.select_related("agreed__agreement", "account").get(
                    account=source
                )
                lot, source = stock.lot_from_call(
                    commitment=commitment,
                    quantity=quantity,
                    document=f"{trip.number}/{row.id}",
                    actor=actor_id,
                    now=now,
                )
                row.commodity = lot.commodity
            else:
                row.commodity = source.commodity
            transit = ledger.account(
                book_id=trip.book_id,
                kind=AccountKind.TRANSIT,
                holder=holder,
                commodity=row.commodity,
            )
            postings[source] = postings.get(source, 0) - quantity
            postings[transit] = postings.get(transit, 0) + quantity
            line.loaded += quantity
            line.save(update_fields=["loaded"])
        row.save(update_fields=["loaded", "commodity"])
    ledger.post(
        book_id=trip.book_id,
        kind=MovementKind.DISPATCH,
        document=trip.number,
        postings=postings,
        actor=actor_id,
        now=now,
    )
    return [line.source_id for line in lines.values()]


def unload(
    *,
    trip: Trip,
    stop: Stop,
    loads: Mapping[int, Load],
    counts: Mapping[int, Count],
    lines: Mapping[int, OrderLine],
    actor_id: int,
    now: dt.datetime,
) -> None:
    """Move what arrived to the township, and what did not to the disputed or spoiled account."""
    require_transaction("unload")
    postings: dict[Account, int] = {}
    here = f"area:{stop.area.code}"

    def add(kind: AccountKind, holder: str, commodity: str, quantity: int) -> None:
        if quantity:
            account = ledger.account(
                book_id=stop.book_id, kind=kind, holder=holder, commodity=commodity
            )
            postings[account] = postings.get(account, 0) + quantity

    for load_id in sorted(loads):
        row, count = loads[load_id], counts[load_id]
        assert row.loaded is not None, "a trip on the road has counted loads"
        add(AccountKind.TRANSIT, f"trip:{trip.id}", row.commodity, -row.loaded)
        add(AccountKind.RECEIVED, here, row.commodity, count.good + count.surplus)
        add(AccountKind.SPOILED, here, row.commodity, count.damaged)
        add(AccountKind.DISPUTED, here, row.commodity, count.short - count.surplus)
        row.good, row.damaged, row.short = count.good, count.damaged, count.short
        row.surplus = count.surplus
        row.save(update_fields=["good", "damaged", "short", "surplus"])
        line = lines[row.line_id]
        line.received += count.good
        line.lost += count.damaged + count.short
        line.save(update_fields=["received", "lost"])
    ledger.post(
        book_id=stop.book_id,
        kind=MovementKind.RECEIPT,
        document=trip.number,
        postings=postings,
        actor=actor_id,
        now=now,
    )


def settle(*, task: CheckTask, actor_id: int, now: dt.datetime) -> None:
    """Clear the disputed account of one load: missing units are lost, extra ones accepted."""
    require_transaction("settle")
    difference = task.short - task.surplus
    if not difference:
        return
    here = f"area:{task.area.code}"
    disputed = ledger.account(
        book_id=task.book_id,
        kind=AccountKind.DISPUTED,
        holder=here,
        commodity=task.load.commodity,
    )
    other = ledger.account(
        book_id=task.book_id,
        kind=AccountKind.SPOILED if difference > 0 else AccountKind.OPENING,
        holder=here if difference > 0 else "opening",
        commodity=task.load.commodity,
    )
    ledger.post(
        book_id=task.book_id,
        kind=MovementKind.SETTLE,
        document=f"check:{task.id}",
        postings={disputed: -difference, other: difference},
        actor=actor_id,
        now=now,
    )
