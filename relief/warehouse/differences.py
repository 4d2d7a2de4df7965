"""Answers to what a store's book and the facts disagree on (账实差异)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.deliveries import rows as delivery_rows
from relief.deliveries.models import Answer, Difference, DifferenceKind
from relief.journal import log
from relief.ledger import steps as ledger
from relief.ledger.models import AccountKind, MovementKind
from relief.stock import rows as stock_rows
from relief.stock import steps as stock
from relief.stock.models import Depot, Lot
from relief.warehouse import rows, steps
from relief.warehouse.models import Count, CountLine


@dataclass(frozen=True, slots=True)
class Correction:
    """What it really was: so many units, of this lot."""

    lot_id: int
    quantity: int


class AnswerRefused(gate.Refused):
    """The difference was answered already, or the answer does not fit it."""


@transaction.atomic(durable=True)
def answer(
    *,
    actor: Actor,
    difference_id: int,
    answer: str,
    note: str,
    now: dt.datetime,
    correction: Correction | None = None,
) -> Difference:
    """Answer a difference: accept the fact (认可), correct it (更正), or hand it on (转主管).

    Accepted, the disputed units are booked as gained or lost; corrected, as what they really were.
    Either way nothing stays disputed. Of a bin counted twice, accepting takes the second count and
    correcting keeps the first. Handed on, it stays open for whoever approves counts.
    """
    seen = Difference.objects.visible_to(actor).select_related("area").one(id=difference_id)
    act = _act(actor, seen)
    if seen.depot_id is not None:
        steps.depot(actor=actor, depot_id=seen.depot_id, act=act)
    gate.require(actor=actor, act=act, area=seen.area, book_id=seen.book_id)
    found = (
        Difference.objects.select_related("area", "depot", "lot__item")
        .select_for_update(of=("self",))
        .get(id=seen.id)
    )
    _check(found, answer, note)
    told = []
    if answer == Answer.HAND_ON:
        found.handed_on_at = now
    else:
        if found.kind == DifferenceKind.COUNTED_TWICE:
            _choose(found, second=answer == Answer.ACCEPT)
        elif found.lot is not None and found.quantity:
            told = _clear(found, correction if answer == Answer.CORRECT else None, actor, now)
        found.answer, found.answered_by, found.answered_at = answer, actor.user_id, now
    found.note = note.strip()[:200]
    found.save(update_fields=["handed_on_at", "answer", "answered_by", "answered_at", "note"])
    log.record(
        book=found.book_id,
        kind="difference_handed_on" if answer == Answer.HAND_ON else "difference_answered",
        rows=[*delivery_rows.differences_of([found.id]), *stock_rows.of_accounts(told)],
        actor=actor.user_id,
        now=now,
        facts={"number": found.document, "note": found.note},
    )
    return found


def _act(actor: Actor, seen: Difference) -> Act:
    """A keeper answers until it is handed on; whoever approves counts may always."""
    approves = actor.may(Act.APPROVE_STOCK, path=seen.area.path)
    if seen.handed_on_at is not None or approves:
        return Act.APPROVE_STOCK
    return Act.RESOLVE_CHECK


def _check(found: Difference, answer: str, note: str) -> None:
    if found.answered_at is not None:
        raise AnswerRefused(
            _("This difference was answered already: %(answer)s.")
            % {"answer": found.get_answer_display()}
        )
    if answer not in Answer.values:
        raise AnswerRefused(_("Accept, correct or hand on; “%(got)s” came.") % {"got": answer})
    if answer == Answer.HAND_ON and found.handed_on_at is not None:
        raise AnswerRefused(_("This difference was handed on already; it waits for an answer."))
    if answer != Answer.ACCEPT and not note.strip():
        raise AnswerRefused(_("Say why; the reason was empty."))


def _choose(found: Difference, *, second: bool) -> None:
    """Which of two counts of one bin stands."""
    if not second:
        return
    count = Count.objects.select_for_update(of=("self",)).get(
        book_id=found.book_id, number=found.document
    )
    if count.state not in rows.OPEN:
        raise AnswerRefused(
            _("Count %(number)s is decided; keep the first, or open another count.")
            % {"number": count.number}
        )
    fresh = CountLine.objects.filter(count=count, id__in=found.said["second"])
    first = CountLine.objects.filter(
        count=count, stands=True, bin__in=fresh.values("bin"), round__in=fresh.values("round")
    )
    beside = CountLine.objects.filter(
        count=count,
        stands=True,
        bin=None,
        lot__in=fresh.filter(bin=None).values("lot"),
        round__in=fresh.values("round"),
    )
    for gone in (first, beside):
        gone.update(stands=False)
    fresh.update(stands=True)


def _clear(
    found: Difference, correction: Correction | None, actor: Actor, now: dt.datetime
) -> list[int]:
    """Empty the disputed account of this difference; the store accounts that changed."""
    assert found.lot is not None, "units stand on an account of a lot"
    way = _Way(found)
    moves = steps.Moves(book_id=found.book_id)
    moves.add(kind=AccountKind.DISPUTED, holder=way.holder, lot=found.lot, quantity=-found.quantity)
    variance = found.quantity
    if correction is not None:
        variance = _correct(found, correction, way, moves)
    moves.add(kind=AccountKind.VARIANCE, holder=way.holder, lot=found.lot, quantity=variance)
    moves.post(
        kind=MovementKind.SETTLE,
        document=f"difference:{found.id}",
        actor=actor.user_id,
        now=now,
        note=found.note,
    )
    return moves.account_ids


class _Way:
    """Whose goods a difference is about: a depot's, or those a township received."""

    def __init__(self, found: Difference) -> None:
        self.depot: Depot | None = found.depot
        self.holder = f"depot:{found.depot_id}" if found.depot else f"area:{found.area.code}"

    def add(self, *, moves: steps.Moves, lot: Lot, quantity: int) -> None:
        """Units onto (or off) the goods themselves."""
        if self.depot is not None:
            moves.add_to(stock.store(depot=self.depot, lot=lot).account, quantity)
        else:
            moves.add(kind=AccountKind.RECEIVED, holder=self.holder, lot=lot, quantity=quantity)


def _correct(found: Difference, correction: Correction, way: _Way, moves: steps.Moves) -> int:
    """Post what it really was; returns the units of the lot that are gained or lost after all.

    Units the book did not have were of another lot, which falls by them. Units beyond the order
    are back in the store. Units that came back beyond what was out were of another lot, or fewer.
    """
    units, most = correction.quantity, abs(found.quantity)
    lot = (
        Lot.objects.filter(book_id=found.book_id, id=correction.lot_id)
        .select_related("item")
        .first()
    )
    if lot is None or not 0 < units <= most:
        raise AnswerRefused(
            _("Give a lot of this store and between 1 and %(most)d units.") % {"most": most}
        )
    assert found.lot is not None, "units stand on an account of a lot"
    same = lot.id == found.lot_id
    if found.kind == DifferenceKind.RETURNED_MORE:
        way.add(moves=moves, lot=found.lot, quantity=-units)
        if not same:
            _came_back_as(found, lot, units, way, moves)
        return found.quantity + units
    if found.quantity > 0:
        if not same:
            raise AnswerRefused(
                _("What left beyond the order was of lot %(batch)s; give how much of it is back.")
                % {"batch": found.lot.batch}
            )
        way.add(moves=moves, lot=lot, quantity=units)
        return found.quantity - units
    if same:
        raise AnswerRefused(
            _("The book has no more of lot %(batch)s; give the lot that really left.")
            % {"batch": lot.batch}
        )
    way.add(moves=moves, lot=lot, quantity=-units)
    moves.add(kind=AccountKind.VARIANCE, holder=way.holder, lot=lot, quantity=units)
    return found.quantity


def _came_back_as(found: Difference, lot: Lot, units: int, way: _Way, moves: steps.Moves) -> None:
    """Units of another lot came back: out of what the township has of it, as far as it has."""
    received = ledger.account(
        book_id=found.book_id,
        kind=AccountKind.RECEIVED,
        holder=f"area:{found.said['area']}",
        commodity=lot.commodity,
    )
    from_there = min(units, ledger.lock(account_ids=[received.id])[received.id].balance)
    moves.add_to(received, -from_there)
    moves.add(kind=AccountKind.VARIANCE, holder=way.holder, lot=lot, quantity=from_there - units)
    way.add(moves=moves, lot=lot, quantity=units)
