"""Inner steps of unloading and settling: where the units of a trip stand in the ledger."""

import datetime as dt
from collections.abc import Mapping

from relief.allocation.models import OrderLine
from relief.deliveries.models import CheckTask, Load, Stop, Trip
from relief.deliveries.rules import Count
from relief.journal.log import require_transaction
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind


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
