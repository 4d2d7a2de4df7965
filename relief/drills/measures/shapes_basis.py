"""What every measure shares: a limit from the norms, and a spread of times."""

import datetime as dt
from dataclasses import dataclass

Moment = dt.datetime


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit from the norms (标准): `limit` in `unit` (min, h), and the document it rests on.

    `assumed` says that no document gives it and the county has yet to confirm it.
    """

    key: str
    limit: float
    unit: str
    title: str
    title_en: str
    number: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Several times in minutes: how many, the middle one, the nine-tenths one (P90), the longest.

    The nine-tenths one is the smallest that nine tenths of them do not exceed.
    """

    count: int
    median: float | None
    p90: float | None
    longest: float | None
