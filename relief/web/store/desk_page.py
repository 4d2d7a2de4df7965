"""Scrapping, differences, blank slips and bins as pages show them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gis.models import Area, Level, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.catalog.models import Item
from relief.deliveries.by_phone import commanders
from relief.deliveries.models import Answer, Difference, DifferenceKind, Fleet
from relief.incidents.queries import running
from relief.ledger.models import Account, AccountKind
from relief.stock.models import Depot, Holding, Lot
from relief.warehouse import queries
from relief.warehouse.models import BlankSlip, Place, Scrap
from relief.warehouse.scraps import KINDS
from relief.web.forms.store import AnswerForm
from relief.web.templatetags.shown import person


@dataclass(frozen=True, slots=True)
class Lying:
    """Units of a lot in one place of a depot."""

    lot: Lot
    place: str
    units: int


def lying(*, depot: Depot, book_id: int, places: tuple[Place, ...] = tuple(Place)) -> list[Lying]:
    """What lies in a depot: in the store, under repair, among the damaged."""
    kinds = {KINDS[place]: place for place in places}
    accounts = [
        account
        for account in Account.objects.filter(
            book_id=book_id, holder=f"depot:{depot.id}", kind__in=kinds, balance__gt=0
        )
        if account.commodity.startswith("lot:")
    ]
    lots = Lot.objects.select_related("item").in_bulk(
        {int(account.commodity[4:]) for account in accounts}
    )
    found = [
        Lying(lots[int(one.commodity[4:])], kinds[AccountKind(one.kind)], one.balance)
        for one in accounts
    ]
    return sorted(found, key=lambda one: (one.lot.item.order, one.lot.batch, one.place))


def scrap_choices(*, depot: Depot, book_id: int, on: dt.date) -> list[tuple[str, str]]:
    """Lots to be scrapped, those past their last good day first."""

    def past(one: Lying) -> bool:
        until = one.lot.good_until
        return until is not None and until < on

    found = lying(depot=depot, book_id=book_id)
    return [
        (
            f"{one.place}:{one.lot.id}",
            " · ".join(
                str(part)
                for part in (
                    one.lot.item,
                    one.lot.batch,
                    Place(one.place).label,
                    f"{one.units:,}",
                    _("past its last day") if past(one) else "",
                )
                if part
            ),
        )
        for one in sorted(found, key=lambda one: not past(one))
    ]


def scraps(*, actor: Actor, decided: int) -> tuple[list[Scrap], list[Scrap]]:
    """Scrapping that waits, and what was decided lately."""
    seen = Scrap.objects.visible_to(actor).select_related("depot__area", "lot__item")
    waiting = list(seen.filter(decided_at=None).order_by("id"))
    return waiting, list(seen.exclude(decided_at=None).order_by("-decided_at")[:decided])


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference with the sentence that tells it and the form that answers it."""

    found: Difference
    sentence: str
    form: AnswerForm | None
    names_lot: bool


def differences(
    *, actor: Actor, refused: int = 0, form: AnswerForm | None = None
) -> list[DifferenceRow]:
    """What waits for an answer; the refused form keeps what was typed."""
    rows = []
    for one in queries.open_differences(actor=actor):
        path = one.area.path
        act = Act.RESOLVE_CHECK if one.handed_on_at is None else Act.APPROVE_STOCK
        may = actor.may(act, path=path) or actor.may(Act.APPROVE_STOCK, path=path)
        own = form if one.id == refused and form is not None else None
        rows.append(
            DifferenceRow(
                found=one,
                sentence=told(one),
                form=(own or answer_form(one)) if may else None,
                names_lot=one.lot is not None and bool(one.quantity),
            )
        )
    return rows


def answer_form(found: Difference, data: Any = None) -> AnswerForm:
    lots = [(str(lot.id), f"{lot.item} · {lot.batch}") for lot in queries.lots_to_name(found=found)]
    initial = {"lot": found.lot_id, "quantity": abs(found.quantity) or None}
    return AnswerForm(
        data, lots=lots, auto_id=f"id_{found.id}_%s", initial=None if data else initial
    )


def told(found: Difference) -> str:
    """What disagrees, in one sentence."""
    units = f"{abs(found.quantity):,}"
    facts = {
        "n": units,
        "lot": f"{found.lot.item} {found.lot.batch}" if found.lot else "",
        "paper": found.document,
        "bin": found.said.get("bin") or _("no bin"),
    }
    sentences = {
        DifferenceKind.BELOW_ZERO: _(
            "%(paper)s: the book had %(n)s fewer of %(lot)s than really left."
        ),
        DifferenceKind.BEYOND_ORDER: _("%(paper)s: %(n)s of %(lot)s left beyond the order."),
        DifferenceKind.NOT_USABLE: _(
            "%(paper)s: %(lot)s left although it is out of use or past its last day."
        ),
        DifferenceKind.RECEIVED_TWICE: _("%(paper)s was received a second time."),
        DifferenceKind.COUNTED_TWICE: _("%(paper)s: bin %(bin)s was counted twice."),
        DifferenceKind.NOT_ORDERED: _("%(paper)s left although it was no longer ordered."),
        DifferenceKind.RETURNED_MORE: _(
            "%(paper)s: %(n)s of %(lot)s came back beyond what was out."
        ),
    }
    if found.kind == DifferenceKind.BEYOND_ORDER and found.lot is None:
        return _("%(paper)s: a second phone told of other goods than are booked.") % facts
    return sentences[DifferenceKind(found.kind)] % facts


def answers(kind: str) -> list[tuple[str, str, str]]:
    """The three answers with what each of them does."""
    if kind == DifferenceKind.COUNTED_TWICE:
        return [
            (Answer.ACCEPT, _("Take the second"), _("the second count stands")),
            (Answer.CORRECT, _("Keep the first"), _("the first count stands; say why")),
            (Answer.HAND_ON, _("Hand on"), _("whoever approves counts decides; say why")),
        ]
    return [
        (Answer.ACCEPT, _("Accept"), _("it was so; the book follows")),
        (Answer.CORRECT, _("Correct"), _("it was otherwise; say what and why")),
        (Answer.HAND_ON, _("Hand on"), _("whoever approves counts decides; say why")),
    ]


def answered(*, actor: Actor, most: int) -> list[tuple[Difference, str]]:
    """What was answered lately, with its sentence."""
    found = (
        Difference.objects.visible_to(actor)
        .exclude(answered_at=None)
        .select_related("lot__item")
        .order_by("-answered_at", "-id")[:most]
    )
    return [(one, told(one)) for one in found]


def slip_choices(
    *, actor: Actor, depot: Depot, now: dt.datetime
) -> dict[str, list[tuple[str, str]]]:
    """What a slip filled in by hand may name."""
    top = depot.area.path.rsplit("/", 1)[0] if depot.area.level > Level.COUNTY else depot.area.path
    towns = Area.objects.filter(inside(top), level=Level.TOWNSHIP).defer("boundary")
    people = {
        duty.user_id: duty.user
        for duty in commanders(book_id=actor.book_id, path=depot.area.path, now=now)
    }
    fleets = (
        Fleet.objects.filter(inside(top, "agreement__area__path"))
        .select_related("agreement")
        .order_by("agreement__number", "id")
    )
    return {
        "incident": [(str(one.id), str(one)) for one in running(actor=actor)],
        "area": [(str(one.id), str(one)) for one in towns.order_by("code")],
        "commander": [
            (str(key), person(user)) for key, user in people.items() if key != actor.user_id
        ],
        "fleet": [(str(one.id), f"{one} · {one.agreement}") for one in fleets],
    }


def items_by_code() -> dict[str, Item]:
    return {item.code: item for item in Item.objects.all()}


def unused(*, actor: Actor) -> list[BlankSlip]:
    return list(
        BlankSlip.objects.visible_to(actor)
        .filter(trip=None, voided_at=None)
        .select_related("depot")
        .order_by("id")
    )


def holdings(*, depot: Depot, book_id: int) -> QuerySet[Holding]:
    """Lots with units in a depot, those without a bin first."""
    in_a_bin = ExpressionWrapper(Q(bin__isnull=False), BooleanField())
    return (
        Holding.objects.filter(book_id=book_id, depot=depot, account__balance__gt=0)
        .select_related("lot__item", "bin", "account")
        .order_by(in_a_bin, "lot__item__order", "lot__batch", "id")
    )


def people(ids: set[int | None]) -> dict[int, User]:
    return User.objects.in_bulk([one for one in ids if one])


def today(now: dt.datetime) -> dt.date:
    return localdate(now)
