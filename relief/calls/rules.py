"""Decisions on calls and partners, without a database."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from relief.calls.models import CallState

OVER = (CallState.REFUSED, CallState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Units:
    """Where the units of a call's order stand, in whole units over all its lines.

    `called` and `refused` are what the supplier was told and refused; `ordered`, `loaded` and
    `settled` (received or lost) are what the order's lines say by now.
    """

    called: int
    refused: int
    ordered: int
    loaded: int
    settled: int

    @property
    def waiting(self) -> int:
        """Ordered and not yet fetched from the supplier."""
        return max(0, self.ordered - self.loaded)

    @property
    def excess(self) -> int:
        """Called and not refused, but no longer ordered: the supplier has to be told."""
        return max(0, self.called - self.refused - self.ordered)


def state(*, said: str, units: Units) -> CallState:
    """The state a call is in: what the supplier said, until goods say more (部分交付, 已交付)."""
    if said in OVER:
        return CallState(said)
    if units.ordered and units.settled >= units.ordered:
        return CallState.DELIVERED
    return CallState.PART if units.loaded else CallState(said)


def late(
    *,
    said: str,
    units: Units,
    due_at: dt.datetime,
    promised_at: dt.datetime | None,
    now: dt.datetime,
) -> bool:
    """Goods are still to come after the promised time, or without one after the lead time."""
    return said not in OVER and units.waiting > 0 and now > (promised_at or due_at)


def unanswered(*, said: str, called_at: dt.datetime, minutes: int, now: dt.datetime) -> bool:
    """The partner was called and has not answered within so many minutes."""
    return said == CallState.CALLED and now > called_at + dt.timedelta(minutes=minutes)


class Reminder(StrEnum):
    """How near an agreement is to its end."""

    NONE, FIRST, LAST, EXPIRED = "none", "first", "last", "expired"


def reminder(*, valid_to: dt.date, today: dt.date, first_days: int, last_days: int) -> Reminder:
    """Remind that an agreement ends (到期提醒): first at `first_days` left, last at `last_days`."""
    left = (valid_to - today).days
    if left < 0:
        return Reminder.EXPIRED
    if left <= last_days:
        return Reminder.LAST
    return Reminder.FIRST if left <= first_days else Reminder.NONE


def test_overdue(*, last: dt.date | None, today: dt.date, days: int) -> bool:
    """Nobody at the partner has answered a test call (协议试呼) for more than so many days."""
    return last is None or (today - last).days > days


def value(quantity: int, price_fen: int) -> int:
    """What so many units cost at the price of the agreement, in fen."""
    return quantity * price_fen


class Season(StrEnum):
    """Season a county prepares for: floods (汛期), or winter (冬季)."""

    FLOOD, WINTER = "flood", "winter"


@dataclass(frozen=True, slots=True)
class Span:
    """The next days of a season, both included, and the year its check is signed for."""

    first: dt.date
    last: dt.date

    @property
    def year(self) -> int:
        return self.first.year


def season_span(*, starts: int, ends: int, today: dt.date) -> Span:
    """The season under way or the next one; bounds are written as month × 100 + day.

    A season that ends before it starts in the calendar runs over the new year.
    """
    for year in (today.year - 1, today.year, today.year + 1):
        first = dt.date(year, *divmod(starts, 100))
        last = dt.date(year + (ends < starts), *divmod(ends, 100))
        if last >= today:
            return Span(first, last)
    raise ValueError(f"no season from {starts} to {ends} ends on or after {today}")
