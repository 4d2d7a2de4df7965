"""What may be planned and loaded."""

import datetime as dt

from relief.stock.models import DepotKind, FundSource, LotState


def usable(*, state: str, expires_on: dt.date | None, on: dt.date) -> bool:
    """A good lot that has not expired; the expiry date itself is the last good day."""
    return state == LotState.GOOD and (expires_on is None or expires_on >= on)


def in_force(*, valid_from: dt.date, valid_to: dt.date, on: dt.date) -> bool:
    """An agreement may be called on both its first and its last day."""
    return valid_from <= on <= valid_to


def issue_order(lots: list[tuple[dt.date | None, dt.date, int]]) -> list[int]:
    """First expired, first out (先到期先出): positions of the lots in the order they leave.

    Each lot is (expires on or None, stored on, quantity); ties go by the day it was stored.
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
