"""Counting a store blind (盘点), lot by lot, and booking what differs once another approves."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.deliveries import rows as delivery_rows
from relief.deliveries.models import Answer, Difference, DifferenceKind
from relief.field.steps import Sent, take
from relief.journal import log
from relief.journal.numbers import next_number
from relief.stock import rows as stock_rows
from relief.stock import steps as stock
from relief.stock.models import Depot, Freeze
from relief.warehouse import counting, rows, steps
from relief.warehouse.counted import counters, on_book, to_count_again
from relief.warehouse.counting import CountRefused, GivenCount, SameCounter
from relief.warehouse.models import Count, CountLine, CountState
from relief.warehouse.variances import book_variances

ROUND_OF = {CountState.OPEN: 1, CountState.RECOUNT: 2}


class NotAllCounted(gate.Refused):
    """A round cannot end while something waits to be counted or answered."""


@transaction.atomic(durable=True)
def open_count(
    *,
    actor: Actor,
    depot_id: int,
    frozen: bool,
    note: str,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> Count:
    """Open a stocktake (开始盘点) of a depot; `frozen`: nothing comes or leaves meanwhile."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.COUNT_STOCK)
    known = Count.objects.filter(request_key=request_key, book_id=actor.book_id).first()
    if known is not None:
        return known
    under_way = Count.objects.filter(
        book_id=actor.book_id, depot=depot, state__in=rows.OPEN
    ).first()
    if under_way is not None:
        raise CountRefused(
            _("Count %(number)s of %(depot)s is not finished yet.")
            % {"number": under_way.number, "depot": depot}
        )
    count = Count.objects.create(
        book_id=actor.book_id,
        area=depot.area,
        depot=depot,
        number=next_number(book=actor.book_id, prefix="PD"),
        request_key=request_key,
        frozen=frozen,
        opened_at=now,
        opened_by=actor.user_id,
        note=note.strip()[:200],
    )
    if frozen:
        Freeze.objects.create(book_id=actor.book_id, depot=depot, since=now, document=count.number)
    _record(count, "count_opened", actor, now)
    return count


@transaction.atomic(durable=True)
def count_bin(
    *,
    actor: Actor,
    count_id: int,
    given: GivenCount,
    now: dt.datetime,
    item: Sent | None = None,
) -> Count:
    """Write down what was counted in one bin. The book is not shown before this is saved.

    Lots the book has in that bin and that were not counted there count as 0. A bin that another
    person counted in the same round keeps what the first said; the second stays beside it and
    opens a difference. So does what a phone sends after the round has ended.
    """
    count, depot = _locked(actor, count_id, Act.COUNT_STOCK)
    stored = None
    if item is not None:
        stored, known = take(
            sent=item, book_id=count.book_id, area=depot.area, author_id=actor.user_id, now=now
        )
        if known:
            return count
    late = ROUND_OF.get(CountState(count.state)) != given.round
    if late and item is None:
        raise CountRefused(
            _("Count %(number)s is %(state)s by now; round %(round)d has ended.")
            % {
                "number": count.number,
                "state": CountState(count.state).label,
                "round": given.round,
            }
        )
    bins = steps.bins(depot=depot, ids=[given.bin_id])
    place = bins.get(given.bin_id or 0)
    counted_at = steps.moment(said=given.counted_at, item=item, now=now)
    units = counting.units_of(count=count, given=given, came_on=localdate(counted_at))
    again = {lot.id for lot in to_count_again(count=count)} if given.round > 1 else None
    counting.check_counter(actor=actor, count=count, given=given, units=units)
    holdings = {lot.id: stock.store(depot=depot, lot=lot) for lot in units}
    for lot in counting.absent(count=count, place=place, units=units, again=again):
        units[lot] = 0
        holdings[lot.id] = stock.store(depot=depot, lot=lot)
    before = counting.standing(count=count, given=given, place=place, units=units)
    twice = late or any(
        line.counted_by != actor.user_id or counting.on_another_phone(line=line, item=item)
        for line in before
    )
    books = on_book(moments={held.account_id: counted_at for held in holdings.values()})
    if not twice:
        replaced = [line.id for line in before if line.lot_id in holdings]
        CountLine.objects.filter(id__in=replaced).update(stands=False)
    fresh = CountLine.objects.bulk_create(
        CountLine(
            book_id=count.book_id,
            count=count,
            lot=lot,
            bin=place,
            round=given.round,
            quantity=quantity,
            on_book=books[holdings[lot.id].account_id],
            counted_at=counted_at,
            counted_by=actor.user_id,
            item=stored,
            stands=not twice and (again is None or lot.id in again),
        )
        for lot, quantity in units.items()
    )
    opened = (
        [
            counting.counted_twice(
                count=count,
                depot=depot,
                place=place,
                before=before,
                fresh=fresh,
                stored=stored,
                now=now,
            )
        ]
        if twice
        else []
    )
    log.record(
        book=count.book_id,
        kind="bin_counted",
        rows=[
            rows.of_depot(book_id=count.book_id, depot_id=depot.id),
            *stock_rows.of_accounts([held.account_id for held in holdings.values()]),
            *delivery_rows.differences_of(opened),
        ],
        actor=actor.user_id,
        now=now,
        facts={"number": count.number, "bin": place.code if place else ""},
    )
    return count


@transaction.atomic(durable=True)
def finish_round(*, actor: Actor, count_id: int, now: dt.datetime) -> Count:
    """End a round: what differs from the book is counted again, by another person, and no more.

    Without a difference, or after the second round, the stocktake waits for approval.
    """
    count, _depot = _locked(actor, count_id, Act.COUNT_STOCK)
    if count.state not in ROUND_OF:
        raise CountRefused(
            _("Count %(number)s is %(state)s; no round is open.")
            % {"number": count.number, "state": CountState(count.state).label}
        )
    if _twice(count).exists():
        raise NotAllCounted(
            _("A bin of count %(number)s was counted twice; answer that difference first.")
            % {"number": count.number}
        )
    again = to_count_again(count=count)
    if count.state == CountState.OPEN:
        if not CountLine.objects.filter(count=count).exists() and again:
            raise NotAllCounted(_("Nothing is counted yet; count at least one bin."))
        count.state = CountState.RECOUNT if again else CountState.COUNTED
    else:
        done = set(
            CountLine.objects.filter(count=count, round=2, stands=True).values_list(
                "lot_id", flat=True
            )
        )
        if left := [lot for lot in again if lot.id not in done]:
            raise NotAllCounted(
                _("These lots are still to be counted again: %(lots)s.")
                % {"lots": ", ".join(f"{lot.item} {lot.batch}" for lot in left[:10])}
            )
        count.state = CountState.COUNTED
    count.save(update_fields=["state"])
    _record(count, "count_round_ended", actor, now)
    return count


@transaction.atomic(durable=True)
def approve_count(*, actor: Actor, count_id: int, now: dt.datetime) -> Count:
    """Approve a stocktake (盘点审批): gains and losses are booked against the variance account.

    Where fewer units are left than orders hold, the newest orders let go of theirs first, and the
    incidents they belong to are planned again.
    """
    variances = book_variances(actor=actor, count_id=count_id, now=now)
    count = variances.count
    if actor.user_id in counters(count=count) | {count.opened_by}:
        raise SameCounter(
            _("You opened or counted %(number)s; another person approves it.")
            % {"number": count.number}
        )
    count.state, count.decided_at, count.decided_by = CountState.APPROVED, now, actor.user_id
    count.save(update_fields=["state", "decided_at", "decided_by"])
    Freeze.objects.filter(book_id=count.book_id, document=count.number).delete()
    log.record(
        book=count.book_id,
        kind="count_approved",
        rows=[*variances.rows, rows.of_depot(book_id=count.book_id, depot_id=count.depot_id)],
        actor=actor.user_id,
        now=now,
        facts={"number": count.number, "lots": variances.lots},
    )
    return count


@transaction.atomic(durable=True)
def cancel_count(*, actor: Actor, count_id: int, note: str, now: dt.datetime) -> Count:
    """Cancel a stocktake (作废): nothing of it is booked, and a frozen depot moves again."""
    seen = Count.objects.visible_to(actor).select_related("area").one(id=count_id)
    keeper = actor.may(Act.COUNT_STOCK, path=seen.area.path)
    act = Act.COUNT_STOCK if keeper else Act.APPROVE_STOCK
    count, _depot = _locked(actor, count_id, act)
    if count.state not in rows.OPEN:
        raise CountRefused(
            _("Count %(number)s is %(state)s already.")
            % {"number": count.number, "state": CountState(count.state).label}
        )
    count.state, count.decided_at, count.decided_by = CountState.CANCELLED, now, actor.user_id
    count.note = note.strip()[:200] or count.note
    count.save(update_fields=["state", "decided_at", "decided_by", "note"])
    Freeze.objects.filter(book_id=count.book_id, document=count.number).delete()
    moot = list(_twice(count).values_list("id", flat=True))
    Difference.objects.filter(id__in=moot).update(
        answer=Answer.CORRECT, answered_by=actor.user_id, answered_at=now, note=count.note
    )
    _record(count, "count_cancelled", actor, now, further=delivery_rows.differences_of(moot))
    return count


def _locked(actor: Actor, count_id: int, act: Act) -> tuple[Count, Depot]:
    seen = Count.objects.visible_to(actor).one(id=count_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=act)
    return Count.objects.select_for_update(of=("self",)).get(id=seen.id), depot


def _record(
    count: Count, kind: str, actor: Actor, now: dt.datetime, *, further: Sequence = ()
) -> None:
    log.record(
        book=count.book_id,
        kind=kind,
        rows=[rows.of_depot(book_id=count.book_id, depot_id=count.depot_id), *further],
        actor=actor.user_id,
        now=now,
        facts={"number": count.number},
    )


def _twice(count: Count) -> QuerySet[Difference]:
    """Open differences of bins counted twice in this stocktake."""
    return Difference.objects.filter(
        book_id=count.book_id,
        kind=DifferenceKind.COUNTED_TWICE,
        document=count.number,
        answered_at=None,
    )
