"""Where goods lie, in words: the place and the lot behind a ledger account."""

from collections.abc import Iterable
from dataclasses import dataclass

from relief.allocation.queries import places
from relief.catalog.models import Item
from relief.ledger.models import Account
from relief.stock.models import AgreedItem, Depot, FundSource, Lot, SupplyAgreement


@dataclass(frozen=True, slots=True)
class Source:
    """One source of goods: a lot in a depot, or what a supplier delivers on call."""

    place: Depot | SupplyAgreement | str
    lot: Lot | None
    item: Item

    @property
    def on_call(self) -> bool:
        return isinstance(self.place, SupplyAgreement)

    @property
    def township_point(self) -> bool:
        return isinstance(self.place, Depot) and self.place.kind == "point"

    @property
    def pack(self) -> int:
        """Units in one package (整件)."""
        return self.lot.pack if self.lot else 1

    @property
    def donated(self) -> bool:
        return self.lot is not None and self.lot.fund_source == FundSource.DONATION


def lot_id(commodity: str) -> int | None:
    """`lot:12` → 12; an agreed item has no lot before it is called off."""
    kind, _, number = commodity.partition(":")
    return int(number) if kind == "lot" else None


def lots(commodities: Iterable[str]) -> dict[int, Lot]:
    wanted = {number for name in commodities if name and (number := lot_id(name)) is not None}
    return Lot.objects.select_related("item").in_bulk(wanted) if wanted else {}


def sources(accounts: Iterable[Account]) -> dict[int, Source]:
    """The source behind each account, by account id; four queries however many there are."""
    kept = {account.id: account for account in accounts}
    found = places(holders=[account.holder for account in kept.values()])
    batches = lots(account.commodity for account in kept.values())
    agreed = _agreed(account.commodity for account in kept.values())
    return {
        key: Source(
            place=found.get(account.holder, account.holder),
            lot=(lot := batches.get(lot_id(account.commodity) or 0)),
            item=lot.item if lot else agreed[account.commodity],
        )
        for key, account in kept.items()
    }


def _agreed(commodities: Iterable[str]) -> dict[str, Item]:
    """The items behind commodities such as `agreed:7`."""
    wanted = [name.partition(":")[2] for name in commodities if name.startswith("agreed:")]
    rows = AgreedItem.objects.select_related("item").filter(id__in=wanted) if wanted else ()
    return {row.commodity: row.item for row in rows}
