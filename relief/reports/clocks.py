"""Clocks of reporting (报送时限): when which level must have said what. Pure.

Sources: 自然灾害情况统计调查制度 and county plans; the numbers themselves are norms.
"""

import datetime as dt

# Due 08:00 means overdue at 08:01: the whole minute counts.
GRACE = dt.timedelta(minutes=1)


def initial_due(*, started_at: dt.datetime, minutes: int) -> dt.datetime:
    """When an initial report is due: so many minutes after the disaster began."""
    return started_at + dt.timedelta(minutes=minutes)


def forward_due(*, received_at: dt.datetime, minutes: int) -> dt.datetime:
    """When the level that received a report must have passed it on."""
    return received_at + dt.timedelta(minutes=minutes)


def direct_copy_due(
    *, started_at: dt.datetime, minutes: int, dead_missing: int, threshold: int
) -> dt.datetime | None:
    """When the copies to province and ministry (直报) are due; None below the threshold."""
    if dead_missing < threshold:
        return None
    return initial_due(started_at=started_at, minutes=minutes)


def next_cut(*, as_of: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The first 24:00 after that moment: as at then the next daily figures are taken."""
    day = as_of.astimezone(zone).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def daily_due(*, cut: dt.datetime, minute_of_day: int) -> dt.datetime:
    """When the daily report of the figures as at that 24:00 is due, the next morning."""
    return cut + dt.timedelta(minutes=minute_of_day)


def is_overdue(*, due_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether nothing came in time; the minute in which it is due still counts as in time."""
    return now >= due_at + GRACE


def verified_due(*, stable_at: dt.datetime, days: int) -> dt.datetime:
    """When the verified report (核报) is due: so many days after the disaster became stable."""
    return stable_at + dt.timedelta(days=days)
