"""Checks on a report's figures and place in its series, and its clocks. Pure.

Sources: 自然灾害情况统计调查制度 (series, cumulative figures, house grades); county plans (clocks).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.incidents.rules import moment
from relief.reports.indicators import INDICATORS, NEEDED, SUMS, WITHIN, label, labels
from relief.reports.models import ReportKind, ReportState

Figures = dict[str, int | str]
LARGEST = 1_000_000_000
# Due 08:00 means overdue at 08:01: the whole minute counts.
GRACE = dt.timedelta(minutes=1)


class Problem(NamedTuple):
    """What is wrong with one field, as a sentence."""

    field: str
    sentence: str


class FiguresRefused(Refused):
    """Figures that contradict each other, or what was known before."""

    def __init__(self, *, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.sentence for problem in problems))


class WrongState(Refused):
    """The report is not in the state the step needs."""


def clean(figures: Mapping[str, object]) -> Figures:
    """Known figures as whole numbers, or as decimal text. Raises FiguresRefused."""
    problems: list[Problem] = []
    found: Figures = {}
    for key, value in figures.items():
        indicator = INDICATORS.get(key)
        if indicator is None:
            problems.append(Problem(key, _("“%(key)s” is no figure of the report.") % {"key": key}))
            continue
        number = _number(value)
        if number is None or number < 0 or number > LARGEST:
            problems.append(_no_number(key, value, whole=indicator.whole))
        elif indicator.whole and number != number.to_integral_value():
            problems.append(_no_number(key, value, whole=True))
        else:
            found[key] = int(number) if indicator.whole else _text(number)
    if problems:
        raise FiguresRefused(problems=problems)
    return found


def completed(*, figures: Figures, previous: Figures | None) -> Figures:
    """The figures with those not mentioned as they were last, and 累计 raised to 实时 where needed.

    A short form gives the people of now; the cumulative figure is then at least that, and at least
    what it was.
    """
    whole: Figures = {**(previous or {}), **figures}
    for key, value in figures.items():
        total = f"{key.removesuffix('_now')}_cum"
        if key.endswith("_now") and total not in figures:
            whole[total] = max(int(value), int(whole.get(total, 0)))
    return whole


def check_figures(
    *,
    figures: Figures,
    previous: Figures | None,
    change_note: str,
    population: int,
    plausible_share: Fraction,
) -> None:
    """Every check of one report against itself and the one before. Raises FiguresRefused.

    A cumulative figure that falls, or more people than live there, needs a note (激增激减说明).
    """
    problems = [
        *_missing(figures),
        *_contradictions(figures),
        *_shelter_contradictions(figures),
    ]
    if not change_note.strip():
        problems += _falls(figures, previous or {})
        problems += _too_many(figures, population=population, share=plausible_share)
    if problems:
        raise FiguresRefused(problems=problems)


def check_zero(*, figures: Figures, previous: Figures | None) -> None:
    """A zero report (零报告) repeats every figure. Raises FiguresRefused."""
    if previous is None:
        raise FiguresRefused(
            problems=[
                Problem("kind", _("A zero report repeats an earlier one; there is none yet."))
            ]
        )
    problems = [
        Problem(
            key,
            _(
                "A zero report repeats the last figures. %(name)s: %(expected)s is expected, "
                "%(got)s came. File a follow-up report for a change."
            )
            % {"name": label(key), "expected": previous.get(key, 0), "got": value},
        )
        for key, value in figures.items()
        if _exact(value) != _exact(previous.get(key, 0))
    ]
    if problems:
        raise FiguresRefused(problems=problems)


def check_series(*, kind: str, previous_kind: str | None) -> None:
    """One initial report (初报), follow-ups and zero reports, at the end one verified (核报).

    `previous_kind` is that of the last report not returned. Raises FiguresRefused.
    """
    sentence = None
    if kind not in ReportKind.values:
        sentence = _("“%(got)s” is no kind of report.") % {"got": kind}
    elif previous_kind is None and kind != ReportKind.INITIAL:
        sentence = _("The first report must be an initial report; a %(got)s came.") % {
            "got": ReportKind(kind).label
        }
    elif previous_kind == ReportKind.VERIFIED:
        sentence = _("The verified report closed this series; a %(got)s came after it.") % {
            "got": ReportKind(kind).label
        }
    elif previous_kind is not None and kind == ReportKind.INITIAL:
        sentence = _("There is an initial report already; a follow-up report is expected.")
    if sentence:
        raise FiguresRefused(problems=[Problem("kind", sentence)])


def check_as_of(
    *,
    as_of: dt.datetime,
    started_at: dt.datetime,
    previous_as_of: dt.datetime | None,
    now: dt.datetime,
) -> None:
    """The figures are of the disaster's time, not before the last. Raises FiguresRefused."""
    earliest = max(started_at, previous_as_of or started_at)
    if not earliest <= as_of <= now:
        sentence = _(
            "The figures must be as at a moment from %(earliest)s to %(latest)s; %(got)s came."
        ) % {"earliest": moment(earliest), "latest": moment(now), "got": moment(as_of)}
        raise FiguresRefused(problems=[Problem("as_of", sentence)])


def check_verifiable(*, state: str) -> None:
    """Only a filed report is verified. Raises WrongState."""
    if state != ReportState.ADOPTED:
        raise WrongState(
            _("A report that is filed is expected; this one is %(state)s.")
            % {"state": ReportState(state).label}
        )


def check_returnable(*, state: str, seq: int, last_seq: int) -> None:
    """Only the last report that counts is returned. Raises WrongState."""
    if state == ReportState.RETURNED:
        raise WrongState(_("This report was returned already."))
    if seq != last_seq:
        raise WrongState(
            _("Only the last report can be returned: no. %(last)d came after no. %(this)d.")
            % {"last": last_seq, "this": seq}
        )


# Clocks


def initial_due(*, started_at: dt.datetime, minutes: int) -> dt.datetime:
    """When an initial report is due: so many minutes after the disaster began."""
    return started_at + dt.timedelta(minutes=minutes)


def forward_due(*, received_at: dt.datetime, minutes: int) -> dt.datetime:
    """When the level that received a report must have passed it on."""
    return received_at + dt.timedelta(minutes=minutes)


def direct_copy_due(
    *, started_at: dt.datetime, minutes: int, dead_missing: int, threshold: int
) -> dt.datetime | None:
    """When the copies to province and ministry are due; None below the threshold."""
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


# Parts of the checks


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _no_number(key: str, value: object, *, whole: bool) -> Problem:
    wanted = _("a whole number") if whole else _("a number")
    sentence = _("%(name)s: %(wanted)s from 0 to %(largest)d is expected; “%(got)s” came.") % {
        "name": label(key),
        "wanted": wanted,
        "largest": LARGEST,
        "got": str(value)[:30],
    }
    return Problem(key, sentence)


def _text(number: Decimal) -> str:
    return format(number.normalize() + 0, "f")


def _exact(value: object) -> Decimal:
    return Decimal(str(value))


def _sum(figures: Mapping[str, object], keys: Iterable[str]) -> Decimal:
    return sum((_exact(figures.get(key, 0)) for key in keys), Decimal(0))


def _missing(figures: Figures) -> list[Problem]:
    return [
        Problem(
            key, _("%(name)s is not given; 0 is expected if there are none.") % {"name": label(key)}
        )
        for key in NEEDED
        if key not in figures
    ]


def _contradictions(figures: Figures) -> list[Problem]:
    found = []
    for parts, whole in WITHIN:
        if whole in figures and all(part in figures for part in parts):
            most, got = _exact(figures[whole]), _sum(figures, parts)
            if got > most:
                sentence = _(
                    "%(parts)s: at most %(most)s is expected, which is “%(whole)s”; %(got)s came."
                ) % {"parts": labels(parts), "most": most, "whole": label(whole), "got": got}
                found.append(Problem(parts[0], sentence))
    for parts, whole in SUMS:
        if whole in figures and any(part in figures for part in parts):
            expected, got = _sum(figures, parts), _exact(figures[whole])
            if got != expected:
                sentence = _(
                    "%(whole)s: %(expected)s is expected, which is %(parts)s; %(got)s came."
                ) % {
                    "whole": label(whole),
                    "expected": expected,
                    "parts": labels(parts),
                    "got": got,
                }
                found.append(Problem(whole, sentence))
    return found


def _shelter_contradictions(figures: Figures) -> list[Problem]:
    """Shelters are in use exactly when people are in them."""
    found = []
    for when in ("now", "cum"):
        sites, people = f"shelter_sites_{when}", f"relocated_central_{when}"
        if sites in figures and people in figures:
            if (figures[sites] == 0) != (figures[people] == 0):
                sentence = _(
                    "%(sites)s is %(sites_got)s and %(people)s is %(people_got)s; "
                    "both or none may be 0."
                ) % {
                    "sites": label(sites),
                    "sites_got": figures[sites],
                    "people": label(people),
                    "people_got": figures[people],
                }
                found.append(Problem(sites, sentence))
    return found


def _falls(figures: Figures, previous: Figures) -> list[Problem]:
    return [
        Problem(
            key,
            _(
                "%(name)s falls from %(before)s to %(got)s: at least %(before)s is expected, "
                "or a note that says why."
            )
            % {"name": label(key), "before": previous[key], "got": value},
        )
        for key, value in figures.items()
        if INDICATORS[key].rises and key in previous and _exact(value) < _exact(previous[key])
    ]


def _too_many(figures: Figures, *, population: int, share: Fraction) -> list[Problem]:
    """More affected than live there happens (guests, workers), but is worth a question."""
    most = int(population * share)
    got = int(figures.get("affected_population", 0))
    if not population or got <= most:
        return []
    sentence = _(
        "%(name)s: at most %(most)d is expected of %(population)d who live there; %(got)d came. "
        "Correct it, or say why in the note."
    ) % {
        "name": label("affected_population"),
        "most": most,
        "population": population,
        "got": got,
    }
    return [Problem("affected_population", sentence)]
