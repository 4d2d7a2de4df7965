"""Wording shared by the explanations (解释用语): names for ids, clock times, hours, shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from .problem import Demand, Problem, Supply
from .wording import say

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# How many of several places a sentence names.
NAMED = 3


def hour(value: float) -> str:
    """A duration in hours as people read it: 5, 5.5, 5.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def clock(now: str, hours: float, *, lang: str) -> str:
    """The local time so many hours after `now`: 14:30, or 22 July 14:30 on another day."""
    start = dt.datetime.fromisoformat(now)
    try:
        moment = start + dt.timedelta(hours=hours)
    except OverflowError:
        # Beyond the year 9999 there is no calendar; the number of hours is still true.
        return f"+{hour(hours)} h"
    time = f"{moment:%H:%M}"
    if moment.date() == start.date():
        return time
    year = moment.year != start.year
    if lang == "zh":
        return f"{f'{moment.year}年' if year else ''}{moment.month}月{moment.day}日{time}"
    return f"{moment.day} {MONTHS[moment.month - 1]} {f'{moment.year} ' if year else ''}{time}"


def share(level: Fraction) -> str:
    """A share in percent; neither all nor nothing unless it is."""
    percent = float(level) * 100
    if level > 0 and percent < 0.1:
        return "<0.1%"
    if level < 1 and percent > 99.9:
        return ">99.9%"
    return f"{percent:.1f}".removesuffix(".0") + "%"


class Teller:
    """Says reasons in one language, with the names people know and the times of their clock."""

    def __init__(self, lang: str, names: Mapping[str, str] | None, now: str) -> None:
        self.lang, self.names, self.now = lang, names or {}, now

    def __call__(self, code: str, **params: Any) -> str:
        return say("reason", code, lang=self.lang, **params)

    def name(self, id_: str) -> str:
        return self.names.get(id_, id_)

    def at(self, hours: float) -> str:
        """The clock time so many hours from now."""
        return clock(self.now, hours, lang=self.lang)

    def several(self, ids: Sequence[str], *, of: int | None = None) -> str:
        """The first few by name, once each; of how many there are, if that is more than named."""
        names = list(dict.fromkeys(self.name(i) for i in ids))[:NAMED]
        return self.listed(names, more=max(0, (len(set(ids)) if of is None else of) - len(names)))

    def listed(self, parts: Sequence[str], *, more: int) -> str:
        """Parts of a sentence in a row, and how many more there are."""
        text = self("list").join(parts)
        return self("and_more", listed=text, n=more) if more else text


def stands_in(tell: Teller, problem: Problem, s: Supply, d: Demand) -> str:
    """That one item replaces another here, and at what ratio."""
    return tell(
        "substitute",
        item=tell.name(s.item),
        wanted=tell.name(d.item),
        ratio=problem.ratio_of[s.item, d.item],
    )
