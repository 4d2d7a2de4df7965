"""Agreements with what is left of them, how near their end is, and when they were last tested."""

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import localdate

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.calls import queries
from relief.calls.models import TestCall
from relief.calls.queries import Partner
from relief.deliveries.models import Fleet, TransportAgreement
from relief.stock import rules
from relief.stock.models import AgreedItem, Commitment, SupplyAgreement

TESTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Promise:
    """One agreed item with what is left to call in the book on screen."""

    agreed: AgreedItem
    left: int | None
    held: int | None

    @property
    def left_fen(self) -> int | None:
        return None if self.left is None else self.left * self.agreed.price_fen


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
    partner: Partner
    promises: list[Promise]
    called_fen: int
    taken_fen: int
    may_call: bool


@dataclass(frozen=True, slots=True)
class Carrier:
    agreement: TransportAgreement
    validity: Validity
    partner: Partner
    fleets: list[Fleet]
    may_call: bool


@dataclass(frozen=True, slots=True)
class AgreementsPage:
    """Those in force first, the expired last."""

    suppliers: list[Supplier]
    carriers: list[Carrier]

    @property
    def to_test(self) -> int:
        return sum(one.test_overdue for one in self._partners())

    @property
    def ending(self) -> int:
        """Agreements in force that end within the first reminder."""
        return sum(one.reminder in ("first", "last") for one in self._partners())

    def _partners(self) -> list[Partner]:
        return [
            *(one.partner for one in self.suppliers),
            *(one.partner for one in self.carriers),
        ]


def page(*, actor: Actor, now: dt.datetime) -> AgreementsPage:
    today = localdate(now)
    supply = list(
        SupplyAgreement.objects.visible_to(actor)
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related("items__item")
        .order_by("number")
    )
    transport = list(
        TransportAgreement.objects.visible_to(actor)
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related("fleets")
        .order_by("number")
    )
    partners = queries.partners(actor=actor, agreements=[*supply, *transport], now=now)
    called = queries.called_fen(book_id=actor.book_id)
    taken = queries.taken_fen(book_id=actor.book_id)
    promised = {
        row.agreed_id: row.account
        for row in Commitment.objects.visible_to(actor).select_related("account")
    }
    suppliers = [
        Supplier(
            agreement=one,
            validity=_validity(one, today),
            partner=partners["supply", one.id],
            promises=[
                Promise(
                    agreed=agreed,
                    left=account.balance if (account := promised.get(agreed.id)) else None,
                    held=account.held if account else None,
                )
                for agreed in sorted(one.items.all(), key=lambda agreed: agreed.item.order)
            ],
            called_fen=called.get(one.id, 0),
            taken_fen=taken.get(one.id, 0),
            may_call=actor.may(Act.CALL_AGREEMENT, path=one.area.path),
        )
        for one in supply
    ]
    carriers = [
        Carrier(
            agreement=row,
            validity=_validity(row, today),
            partner=partners["transport", row.id],
            fleets=sorted(row.fleets.all(), key=lambda fleet: fleet.kg),
            may_call=actor.may(Act.CALL_AGREEMENT, path=row.area.path),
        )
        for row in transport
    ]
    suppliers.sort(key=lambda one: not one.validity.in_force)
    carriers.sort(key=lambda one: not one.validity.in_force)
    return AgreementsPage(suppliers, carriers)


def _validity(agreement: SupplyAgreement | TransportAgreement, today: dt.date) -> Validity:
    return Validity(
        in_force=rules.in_force(
            valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=today
        ),
        days_left=(agreement.valid_to - today).days,
        begins=agreement.valid_from > today,
    )


def past_tests(
    *, actor: Actor, supply_id: int | None, transport_id: int | None
) -> list[tuple[TestCall, User | None]]:
    """The last test calls to one partner and who made them, the newest first."""
    found = list(
        TestCall.objects.visible_to(actor)
        .filter(supply_id=supply_id, transport_id=transport_id)
        .order_by("-called_at", "-id")[:TESTS_SHOWN]
    )
    people = User.objects.in_bulk({one.called_by for one in found})
    return [(one, people.get(one.called_by)) for one in found]
