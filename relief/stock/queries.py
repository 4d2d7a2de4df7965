"""What could leave now: the supplies of stock and agreements."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from gis.models import inside
from relief.catalog.models import Item
from relief.journal.repeated import repeated
from relief.ledger.models import Account
from relief.stock import rules
from relief.stock.models import Commitment, Depot, Freeze, Holding, SupplyAgreement


@dataclass(frozen=True, slots=True)
class Supply:
    """One source of one item: a lot in a depot, or an agreed item of a supplier.

    `kind` is what it is to the planner: a lot of the warehouse, a township point's, a donation
    accepted into store, or what a supplier delivers on call. `free` counts whole units neither
    held nor spoken for, of which only whole packages of `pack` units leave (整件不拆零): the units
    of an opened package stay until a person loads them. `ready_minutes` is how long after the
    order it can be loaded; `expires_on` is the last day it is good; `mark` is the batch or the
    agreement's number.
    """

    account: Account
    item_code: str
    place: Depot | SupplyAgreement
    kind: str
    free: int
    ready_minutes: int
    cost_fen: int
    expires_on: dt.date | None
    stored_on: dt.date | None
    mark: str
    pack: int

    @property
    def holder(self) -> str:
        return self.account.holder


def supplies(*, book_id: int, path: str, on: dt.date) -> list[Supply]:
    """Everything usable in the area of that path and below on that day, in account order.

    Lots out of use or past their last good day and agreements out of force are never offered.
    """
    found: list[Supply] = []
    holdings = (
        Holding.objects.filter(inside(path, "area__path"), book_id=book_id)
        .select_related("account", "lot__item", "depot__area")
        .order_by("account_id")
    )
    for held in holdings:
        if rules.usable(state=held.lot.state, good_until=held.lot.good_until, on=on):
            found.append(
                Supply(
                    account=held.account,
                    item_code=held.lot.item.code,
                    place=held.depot,
                    kind=rules.kind(fund_source=held.lot.fund_source, depot=held.depot.kind),
                    free=held.account.free,
                    ready_minutes=0,
                    cost_fen=held.lot.unit_cost_fen,
                    expires_on=held.lot.good_until,
                    stored_on=held.lot.stored_on,
                    mark=held.lot.batch,
                    pack=held.lot.pack,
                )
            )
    commitments = (
        Commitment.objects.filter(inside(path, "area__path"), book_id=book_id)
        .select_related("account", "agreed__item", "agreed__agreement__area")
        .order_by("account_id")
    )
    for promised in commitments:
        agreement = promised.agreed.agreement
        if rules.in_force(valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=on):
            found.append(
                Supply(
                    account=promised.account,
                    item_code=promised.agreed.item.code,
                    place=agreement,
                    kind="agreement",
                    free=promised.account.free,
                    ready_minutes=agreement.lead_minutes,
                    cost_fen=promised.agreed.price_fen,
                    expires_on=None,
                    stored_on=None,
                    mark=agreement.number,
                    pack=1,
                )
            )
    return found


def check_not_frozen(*, book_id: int, depot_id: int) -> None:
    """Refuse to move goods of a depot that is counted frozen. Raises rules.StoreFrozen."""
    for frozen in _freezes(book=book_id, depot=depot_id):
        raise rules.StoreFrozen(depot=frozen.depot, document=frozen.document)


@repeated
def _freezes(book: int, depot: int) -> QuerySet[Freeze]:
    return Freeze.objects.filter(book_id=book, depot_id=depot)


def items_of(*, account_ids: Collection[int]) -> dict[int, Item]:
    """The item behind each of these accounts of stock or agreements; two queries."""
    found = {
        held.account_id: held.lot.item
        for held in Holding.objects.filter(account_id__in=account_ids).select_related("lot__item")
    }
    for promised in Commitment.objects.filter(account_id__in=account_ids).select_related(
        "agreed__item"
    ):
        found[promised.account_id] = promised.agreed.item
    return found
