"""Reusable goods that come back from a township (退库), and what is repaired of them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area, inside
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.deliveries import rows as delivery_rows
from relief.deliveries.differences import open_difference
from relief.deliveries.models import DifferenceKind, Stop
from relief.field.models import Item as FieldItem
from relief.field.photos import keep
from relief.field.steps import Sent, take
from relief.households.models import Household
from relief.journal import log
from relief.journal.numbers import next_number
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock import rows as stock_rows
from relief.stock import steps as stock
from relief.stock.models import Depot, Holding, Lot
from relief.stock.queries import check_not_frozen
from relief.warehouse import rows, rules, steps
from relief.warehouse.models import ReturnLine, ReturnNote


@dataclass(frozen=True, slots=True)
class Back:
    """Units of one lot that came back, by condition: sound, to be repaired, past use."""

    lot_id: int
    sound: int = 0
    repair: int = 0
    scrap: int = 0

    @property
    def units(self) -> int:
        return self.sound + self.repair + self.scrap


@dataclass(frozen=True, slots=True)
class GivenReturn:
    """A return as it was counted; `area` is the code of the township the goods come from.

    A phone names its `photos`, by hash, before it sends them; a form brings `pictures` with it.
    """

    area: str
    returned_at: dt.datetime
    lines: Sequence[Back]
    stop_id: int | None = None
    note: str = ""
    photos: Sequence[str] = ()
    pictures: Sequence[bytes] = ()


class ReturnRefused(gate.Refused):
    """A return of goods that do not come back, or one that says nothing."""


@dataclass(slots=True)
class _Way:
    """Where the units of one lot came from: accounts of the township and of its households."""

    lot: Lot
    back: Back
    holding: Holding
    received: Account
    issued: list[Account]


@transaction.atomic(durable=True)
def take_back(
    *,
    actor: Actor,
    depot_id: int,
    given: GivenReturn,
    request_key: uuid.UUID,
    now: dt.datetime,
    item: Sent | None = None,
) -> ReturnNote:
    """Take reusable goods back into a store, each unit by its condition (完好、待修、报废).

    They leave what the township received, then what its households hold. More than was out is a
    fact all the same: it is booked against the disputed account and opens a difference.
    """
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.TAKE_IN)
    stored = None
    if item is not None:
        stored, known = take(
            sent=item, book_id=actor.book_id, area=depot.area, author_id=actor.user_id, now=now
        )
        if known:
            return ReturnNote.objects.get(item=stored)
    else:
        again = ReturnNote.objects.filter(request_key=request_key, book_id=actor.book_id).first()
        if again is not None:
            return again
        check_not_frozen(book_id=actor.book_id, depot_id=depot.id)
    source, stop = _whence(actor, given)
    lots = _lots(actor, given)
    returned_at = steps.moment(said=given.returned_at, item=item, now=now)
    ways = _ways(depot, source, given, lots)
    pictures = keep(book_id=actor.book_id, pictures=given.pictures, sent_by=actor.user_id, now=now)
    number = next_number(book=actor.book_id, prefix="TK")
    moves, beyond = _moves(depot, ways)
    moves.post(
        kind=MovementKind.RETURN,
        document=number,
        actor=actor.user_id,
        now=returned_at,
        note=str(source),
    )
    note = ReturnNote.objects.create(
        book_id=actor.book_id,
        area=depot.area,
        depot=depot,
        number=number,
        request_key=request_key,
        stop=stop,
        source=source,
        returned_at=returned_at,
        taken_by=actor.user_id,
        note=given.note.strip()[:200],
        photos=[*given.photos, *pictures],
        item=stored,
    )
    ReturnLine.objects.bulk_create(
        ReturnLine(
            book_id=note.book_id,
            note=note,
            lot=way.lot,
            sound=way.back.sound,
            repair=way.back.repair,
            scrap=way.back.scrap,
        )
        for way in ways
    )
    opened = _differences(note, depot, beyond, stored, now)
    log.record(
        book=actor.book_id,
        kind="goods_returned",
        rows=[
            *stock_rows.of_accounts([way.holding.account_id for way in ways]),
            rows.of_depot(book_id=actor.book_id, depot_id=depot.id),
            *delivery_rows.differences_of(opened),
        ],
        actor=actor.user_id,
        now=now,
        facts={"number": number},
    )
    return note


@transaction.atomic(durable=True)
def repaired(
    *, actor: Actor, depot_id: int, lot_id: int, sound: int, scrap: int, now: dt.datetime
) -> Lot:
    """Say what became of goods under repair: sound again, or past repair."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.TAKE_IN)
    check_not_frozen(book_id=actor.book_id, depot_id=depot.id)
    lot = Lot.objects.filter(book_id=actor.book_id, id=lot_id).select_related("item").first()
    if lot is None:
        raise gate.NotFound
    if min(sound, scrap) < 0 or not sound + scrap:
        raise ReturnRefused(_("Give at least one unit that is sound again or past repair."))
    holding = stock.store(depot=depot, lot=lot)
    moves = steps.Moves(book_id=actor.book_id)
    here = f"depot:{depot.id}"
    moves.add(kind=AccountKind.REPAIR, holder=here, lot=lot, quantity=-sound - scrap)
    moves.add_to(holding.account, sound)
    moves.add(kind=AccountKind.SPOILED, holder=here, lot=lot, quantity=scrap)
    moves.post(
        kind=MovementKind.RETURN,
        document=f"repair:{lot.id}",
        actor=actor.user_id,
        now=now,
    )
    log.record(
        book=actor.book_id,
        kind="goods_repaired",
        rows=stock_rows.of_accounts([holding.account_id]),
        actor=actor.user_id,
        now=now,
        facts={"batch": lot.batch},
    )
    return lot


def _whence(actor: Actor, given: GivenReturn) -> tuple[Area, Stop | None]:
    source = Area.objects.filter(code=given.area).defer("boundary").first()
    if source is None or not actor.sees(path=source.path):
        raise gate.NotFound
    if given.stop_id is None:
        return source, None
    stop = Stop.objects.visible_to(actor).select_related("area").one(id=given.stop_id)
    if stop.area_id != source.id:
        raise ReturnRefused(
            _("That slip was delivered to %(there)s, but the goods come from %(here)s.")
            % {"there": stop.area, "here": source}
        )
    return source, stop


def _lots(actor: Actor, given: GivenReturn) -> dict[int, Lot]:
    wanted = [back.lot_id for back in given.lines]
    lots = Lot.objects.filter(book_id=actor.book_id).select_related("item").in_bulk(wanted)
    if len(lots) < len(wanted):
        raise ReturnRefused(_("Write each lot that came back once, as it is known here."))
    if not any(back.units for back in given.lines):
        raise ReturnRefused(_("Count at least one unit that came back."))
    for back in given.lines:
        item = lots[back.lot_id].item
        if min(back.sound, back.repair, back.scrap) < 0:
            raise ReturnRefused(_("%(item)s: units count from 0.") % {"item": item})
        if not item.recoverable:
            raise ReturnRefused(
                _("%(item)s is used up and does not come back; only reusable goods do.")
                % {"item": item}
            )
    return lots


def _ways(depot: Depot, source: Area, given: GivenReturn, lots: dict[int, Lot]) -> list[_Way]:
    """The accounts of each lot, locked in id order before anybody looks at what is on them."""
    ways = []
    for back in sorted((one for one in given.lines if one.units), key=lambda one: one.lot_id):
        lot = lots[back.lot_id]
        received = ledger.account(
            book_id=lot.book_id,
            kind=AccountKind.RECEIVED,
            holder=f"area:{source.code}",
            commodity=lot.commodity,
        )
        ways.append(
            _Way(lot, back, stock.store(depot=depot, lot=lot), received, _issued(lot, source))
        )
    ids = [account.id for way in ways for account in (way.received, *way.issued)]
    locked = ledger.lock(account_ids=[*ids, *(way.holding.account_id for way in ways)])
    for way in ways:
        way.received = locked[way.received.id]
        way.issued = [locked[account.id] for account in way.issued]
    return ways


def _issued(lot: Lot, source: Area) -> list[Account]:
    """Where units of the lot were handed to in that township, in id order."""
    out = list(
        Account.objects.filter(
            book_id=lot.book_id,
            kind=AccountKind.ISSUED,
            commodity=lot.commodity,
            balance__gt=0,
        ).order_by("id")
    )
    households = [int(one.holder[10:]) for one in out if one.holder.startswith("household:")]
    here = {
        f"household:{id}"
        for id in Household.objects.filter(
            inside(source.path, "area__path"), id__in=households
        ).values_list("id", flat=True)
    }
    codes = [one.holder[5:] for one in out if one.holder.startswith("area:")]
    here |= {
        f"area:{code}"
        for code in Area.objects.filter(inside(source.path, "path"), code__in=codes).values_list(
            "code", flat=True
        )
    }
    return [one for one in out if one.holder in here]


def _moves(depot: Depot, ways: list[_Way]) -> tuple[steps.Moves, dict[Lot, int]]:
    """The movement, and the units of each lot beyond what was out."""
    moves = steps.Moves(book_id=ways[0].lot.book_id)
    here = f"depot:{depot.id}"
    beyond: dict[Lot, int] = {}
    for way in ways:
        lot, back = way.lot, way.back
        first, second, more = rules.from_where(
            units=back.units,
            received=way.received.balance,
            issued=sum(account.balance for account in way.issued),
        )
        moves.add_to(way.received, -first)
        for account in way.issued:
            taken = min(second, account.balance)
            moves.add_to(account, -taken)
            second -= taken
        moves.add(kind=AccountKind.DISPUTED, holder=here, lot=lot, quantity=-more)
        moves.add_to(way.holding.account, back.sound)
        moves.add(kind=AccountKind.REPAIR, holder=here, lot=lot, quantity=back.repair)
        moves.add(kind=AccountKind.SPOILED, holder=here, lot=lot, quantity=back.scrap)
        if more:
            beyond[lot] = more
    return moves, beyond


def _differences(
    note: ReturnNote,
    depot: Depot,
    beyond: dict[Lot, int],
    stored: FieldItem | None,
    now: dt.datetime,
) -> list[int]:
    return [
        open_difference(
            book_id=note.book_id,
            area=depot.area,
            depot=depot,
            kind=DifferenceKind.RETURNED_MORE,
            lot=lot,
            quantity=-more,
            document=note.number,
            said={
                "units": more,
                "area": note.source.code,
                "source": note.source.name,
                "source_en": note.source.name_en,
            },
            item=stored,
            now=now,
        ).id
        for lot, more in beyond.items()
    ]
