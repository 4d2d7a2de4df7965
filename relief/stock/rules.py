"""What may be planned and loaded."""

import datetime as dt

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.stock.models import Depot, DepotKind, FundSource, LotState


class StoreFrozen(Refused):
    """Nothing moves in a depot while it is counted frozen."""

    def __init__(self, *, depot: Depot, document: str) -> None:
        self.depot, self.document = depot, document
        super().__init__(
            _(
                "%(depot)s is frozen while count %(number)s goes on; nothing may come or leave. "
                "Approve or cancel the count first."
            )
            % {"depot": depot, "number": document}
        )


def usable(*, state: str, good_until: dt.date | None, on: dt.date) -> bool:
    """A good lot that has not gone past its last good day (`Lot.good_until`)."""
    return state == LotState.GOOD and (good_until is None or good_until >= on)


def in_force(*, valid_from: dt.date, valid_to: dt.date, on: dt.date) -> bool:
    """An agreement may be called on both its first and its last day."""
    return valid_from <= on <= valid_to


def issue_order(lots: list[tuple[dt.date | None, dt.date, int]]) -> list[int]:
    """First expired, first out (先到期先出): positions of the lots in the order they leave.

    Each lot is (good until or None, stored on, quantity); ties go by the day it was stored.
    """
    far = dt.date.max
    return sorted(range(len(lots)), key=lambda n: (lots[n][0] or far, lots[n][1], n))


def kind(*, fund_source: str, depot: str) -> str:
    """What a lot in a depot is to the planner: a donation, a township point's stock, or a lot."""
    if fund_source == FundSource.DONATION:
        return "donation"
    return "township" if depot == DepotKind.POINT else "lot"


def packages(*, quantity: int, pack: int) -> tuple[int, int]:
    """Units as whole packages of `pack` units (整件) and the loose units left over."""
    return divmod(quantity, pack)
