"""Stock by item and depot, one lot with its card, and what partners have promised."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.timezone import localdate

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.allocation.models import OrderLine
from relief.allocation.queries import places
from relief.catalog.models import Item
from relief.deliveries.models import Fleet, Load, TransportAgreement
from relief.ledger.models import Account, AccountKind, Hold, Posting
from relief.stock import rules
from relief.stock.models import (
    AgreedItem,
    Commitment,
    Depot,
    Holding,
    Lot,
    LotState,
    SupplyAgreement,
)

SOON, LATER = 30, 90  # days to expiry that a keeper is warned about (临期)
CARD_SHOWN = 200


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot in one depot, as of today."""

    holding: Holding
    usable: bool
    days_left: int | None

    @property
    def expired(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def soon(self) -> bool:
        return self.days_left is not None and 0 <= self.days_left <= SOON

    @property
    def later(self) -> bool:
        return self.days_left is not None and SOON < self.days_left <= LATER


@dataclass(slots=True)
class ItemRow:
    """What lies in the depots of one item, in whole units."""

    item: Item
    on_hand: int = 0
    held: int = 0
    free: int = 0
    soon: int = 0
    later: int = 0
    out_of_use: int = 0
    on_call: int = 0
    depots: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class StockPage:
    items: list[ItemRow]
    lots: list[HeldLot]
    depots: list[Depot]
    depot: Depot | None
    item: Item | None
    due: str
    soon_lots: int
    later_lots: int
    out_lots: int


def held_lots(*, actor: Actor, today: dt.date) -> list[HeldLot]:
    rows = (
        Holding.objects.visible_to(actor)
        .select_related("account", "lot__item", "depot")
        .order_by("lot__item__order", "lot__expires_on", "lot__stored_on", "id")
    )
    return [
        HeldLot(
            holding=row,
            usable=rules.usable(state=row.lot.state, expires_on=row.lot.expires_on, on=today),
            days_left=(row.lot.expires_on - today).days if row.lot.expires_on else None,
        )
        for row in rows
    ]


def stock(*, actor: Actor, now: dt.datetime, depot: str, item: str, due: str) -> StockPage:
    """All stock the person may see; `depot`, `item` and `due` choose which lots are listed."""
    everything = held_lots(actor=actor, today=localdate(now))
    depots = {row.holding.depot_id: row.holding.depot for row in everything}
    chosen = depots.get(int(depot)) if depot.isdigit() else None
    here = [row for row in everything if chosen is None or row.holding.depot_id == chosen.id]
    rows = by_item(here)
    if chosen is None:
        _add_on_call(rows, actor=actor, today=localdate(now))
    chosen_item = next((row.item for row in rows.values() if row.item.code == item), None)
    listed = [row for row in here if _wanted(row, item=chosen_item, due=due)]
    return StockPage(
        items=sorted(rows.values(), key=lambda row: row.item.order),
        lots=listed,
        depots=sorted(depots.values(), key=lambda one: (one.kind != "warehouse", one.code)),
        depot=chosen,
        item=chosen_item,
        due=due,
        soon_lots=sum(row.soon and row.holding.account.balance > 0 for row in here),
        later_lots=sum(row.later and row.holding.account.balance > 0 for row in here),
        out_lots=sum(not row.usable and row.holding.account.balance > 0 for row in here),
    )


def by_item(rows: Iterable[HeldLot]) -> dict[int, ItemRow]:
    """Sums per item; what may not leave is on hand but never free."""
    found: dict[int, ItemRow] = {}
    for row in rows:
        lot, account = row.holding.lot, row.holding.account
        total = found.setdefault(lot.item_id, ItemRow(lot.item))
        total.on_hand += account.balance
        total.held += account.held
        total.depots.add(row.holding.depot_id)
        if not row.usable:
            total.out_of_use += account.balance
            continue
        total.free += account.free
        total.soon += account.balance if row.soon else 0
        total.later += account.balance if row.later else 0
    return found


def _add_on_call(rows: dict[int, ItemRow], *, actor: Actor, today: dt.date) -> None:
    for promised in Commitment.objects.visible_to(actor).select_related(
        "account", "agreed__item", "agreed__agreement"
    ):
        agreement = promised.agreed.agreement
        if rules.in_force(valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=today):
            item = promised.agreed.item
            rows.setdefault(item.id, ItemRow(item)).on_call += promised.account.free


def _wanted(row: HeldLot, *, item: Item | None, due: str) -> bool:
    if item is not None and row.holding.lot.item_id != item.id:
        return False
    chosen = {"30": row.soon, "90": row.soon or row.later, "out": not row.usable}
    return chosen.get(due, True) and (row.holding.account.balance != 0 or due == "")


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a stock card (物资卡): in or out, from or to, and what then remains."""

    posting: Posting
    other: str
    other_place: object | None
    balance: int
    person: User | None


@dataclass(frozen=True, slots=True)
class LotPage:
    lot: Lot
    held: list[HeldLot]
    card: list[CardLine]
    holds: list[tuple[OrderLine, int]]
    sent: list[Load]
    may_change: bool
    states: list[tuple[str, str]]

    @property
    def on_hand(self) -> int:
        return sum(row.holding.account.balance for row in self.held)

    @property
    def reserved(self) -> int:
        return sum(row.holding.account.held for row in self.held)

    @property
    def usable(self) -> bool:
        return all(row.usable for row in self.held)


def lot(*, actor: Actor, lot_id: int, now: dt.datetime) -> LotPage:
    """One lot: where it lies, its card, who waits for it, and where it already went."""
    shown = Lot.objects.visible_to(actor).select_related("item").distinct().one(id=lot_id)
    today = localdate(now)
    held = [
        HeldLot(
            holding=row,
            usable=rules.usable(state=shown.state, expires_on=shown.expires_on, on=today),
            days_left=(shown.expires_on - today).days if shown.expires_on else None,
        )
        for row in Holding.objects.visible_to(actor)
        .filter(lot=shown)
        .select_related("account", "depot", "area")
        .defer("area__boundary")
        .order_by("id")
    ]
    accounts = [row.holding.account for row in held]
    return LotPage(
        lot=shown,
        held=held,
        card=card(accounts),
        holds=_waiting(actor, accounts),
        sent=list(
            Load.objects.visible_to(actor)
            .filter(commodity=shown.commodity, loaded__gt=0)
            .select_related("stop__trip", "stop__area")
            .defer("stop__area__boundary")
            .order_by("-stop__trip__dispatched_at", "id")[:50]
        ),
        may_change=any(actor.may(Act.CONDEMN_LOT, path=row.holding.area.path) for row in held),
        states=[(value, str(label)) for value, label in LotState.choices if value != shown.state],
    )


def card(accounts: list[Account]) -> list[CardLine]:
    """Every posting onto these accounts, newest first, with what remained after each."""
    postings = list(
        Posting.objects.filter(account__in=accounts)
        .select_related("movement", "account")
        .order_by("id")
    )
    others: dict[int, Account] = {}
    ids = {account.id for account in accounts}
    for posting in (
        Posting.objects.filter(
            movement__in={one.movement_id for one in postings},
            account__commodity__in={account.commodity for account in accounts},
        )
        .exclude(account__in=ids)
        .select_related("account")
        .order_by("id")
    ):
        others.setdefault(posting.movement_id, posting.account)
    people = User.objects.in_bulk({one.movement.actor for one in postings if one.movement.actor})
    known = places(holders=sorted({account.holder for account in others.values()}))
    balance: dict[int, int] = {}
    found = []
    for posting in postings:
        after = balance[posting.account_id] = balance.get(posting.account_id, 0) + posting.quantity
        other = others.get(posting.movement_id)
        found.append(
            CardLine(
                posting=posting,
                other=str(AccountKind(other.kind).label) if other else "",
                other_place=known.get(other.holder) if other else None,
                balance=after,
                person=people.get(posting.movement.actor or 0),
            )
        )
    return list(reversed(found))[:CARD_SHOWN]


def _waiting(actor: Actor, accounts: list[Account]) -> list[tuple[OrderLine, int]]:
    """Order lines that hold units of these accounts, of those the person may see."""
    holds = dict(
        Hold.objects.filter(account__in=accounts, quantity__gt=0).values_list(
            "document", "quantity"
        )
    )
    ids = [int(name.partition(":")[2]) for name in holds if name.startswith("order_line:")]
    lines = (
        OrderLine.objects.visible_to(actor)
        .filter(id__in=ids)
        .select_related("order__incident", "area")
        .defer("order__incident__footprint", "area__boundary")
        .order_by("id")
    )
    return [(line, holds[line.document]) for line in lines]


@dataclass(frozen=True, slots=True)
class Promise:
    """One agreed item with what is left to call in the book on screen."""

    agreed: AgreedItem
    left: int | None
    held: int | None


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether an agreement may be called today. Negative days: expired so long ago."""

    in_force: bool
    days_left: int
    begins: bool


@dataclass(frozen=True, slots=True)
class Supplier:
    agreement: SupplyAgreement
    validity: Validity
    promises: list[Promise]


@dataclass(frozen=True, slots=True)
class Carrier:
    agreement: TransportAgreement
    validity: Validity
    fleets: list[Fleet]


def agreements(*, actor: Actor, now: dt.datetime) -> tuple[list[Supplier], list[Carrier]]:
    """Supply and transport agreements; those in force first, the expired last."""
    today = localdate(now)
    promised = {
        row.agreed_id: row.account
        for row in Commitment.objects.visible_to(actor).select_related("account")
    }
    suppliers = [
        Supplier(
            agreement=one,
            validity=_validity(one, today),
            promises=[
                Promise(
                    agreed=agreed,
                    left=account.balance if (account := promised.get(agreed.id)) else None,
                    held=account.held if account else None,
                )
                for agreed in sorted(one.items.all(), key=lambda agreed: agreed.item.order)
            ],
        )
        for one in SupplyAgreement.objects.visible_to(actor)
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related("items__item")
        .order_by("number")
    ]
    carriers = [
        Carrier(
            agreement=row,
            validity=_validity(row, today),
            fleets=sorted(row.fleets.all(), key=lambda fleet: fleet.kg),
        )
        for row in TransportAgreement.objects.visible_to(actor)
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related("fleets")
        .order_by("number")
    ]
    suppliers.sort(key=lambda one: not one.validity.in_force)
    carriers.sort(key=lambda one: not one.validity.in_force)
    return suppliers, carriers


def _validity(agreement: SupplyAgreement | TransportAgreement, today: dt.date) -> Validity:
    return Validity(
        in_force=rules.in_force(
            valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=today
        ),
        days_left=(agreement.valid_to - today).days,
        begins=agreement.valid_from > today,
    )
