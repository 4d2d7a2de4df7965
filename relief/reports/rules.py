"""Checks on a report's figures and its place in the series. Pure.

Source: 自然灾害情况统计调查制度 (series, cumulative figures, house grades).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.incidents.rules import moment
from relief.reports.indicators import INDICATORS, NEEDED, SUMS, WITHIN, label, labels
from relief.reports.models import ChangeReason, ReportKind

Figures = dict[str, int | str]
LARGEST = 1_000_000_000
FINEST = Decimal("0.0001")  # of a hectare: a square metre


class Problem(NamedTuple):
    """What is wrong with one field, as a sentence."""

    field: str
    sentence: str


class FiguresRefused(Refused):
    """Figures that contradict each other, or what was known before."""

    def __init__(self, *, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.sentence for problem in problems))


def clean(figures: Mapping[str, object]) -> Figures:
    """Known figures as whole numbers, or as text of four decimals at most. Raises FiguresRefused"""
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
            found[key] = int(number) if indicator.whole else _text(number.quantize(FINEST))
    if problems:
        raise FiguresRefused(problems=problems)
    return found


def total(parts: Iterable[Figures]) -> Figures:
    """The sum of several places' figures. What nobody gave is left out."""
    sums: dict[str, int | Decimal] = {}
    for figures in parts:
        for key, value in figures.items():
            sums[key] = sums.get(key, 0) + (value if isinstance(value, int) else _exact(value))
    return {
        key: int(value) if INDICATORS[key].whole else _text(Decimal(value))
        for key, value in sums.items()
    }


def completed(*, figures: Figures, previous: Figures | None) -> Figures:
    """The figures with those not mentioned as they were last, and 累计 raised to 实时 where needed.

    A short form gives the people of now; the cumulative figure is then at least that, and at least
    what it was. Who moved from relatives into a shelter was in both: the cumulative parts and their
    sum are brought level where nobody gave them.
    """
    whole: Figures = {**(previous or {}), **figures}
    for key, value in figures.items():
        total_key = f"{key.removesuffix('_now')}_cum"
        if key.endswith("_now") and total_key not in figures:
            whole[total_key] = max(int(value), int(whole.get(total_key, 0)))
    shelters, elsewhere = "relocated_central_cum", "relocated_dispersed_cum"
    if "relocated_cum" not in figures and {shelters, elsewhere, "relocated_cum"} <= set(whole):
        parts = int(whole[shelters]) + int(whole[elsewhere])
        whole["relocated_cum"] = max(int(whole["relocated_cum"]), parts)
        if elsewhere not in figures:
            whole[elsewhere] = int(whole["relocated_cum"]) - int(whole[shelters])
    return whole


@dataclass(frozen=True, slots=True)
class Limits:
    """What a county may set: how many people are plausible, and which growth wants a reason.

    `population` is that of the place; `plausible_share` of it may be affected; a cumulative figure
    may become `growth_factor` times as large without a reason.
    """

    population: int
    plausible_share: Fraction
    growth_factor: Fraction


def reason_of(*, reason: str, note: str) -> str:
    """The reason for a sharp change (激增激减说明) as it is stored; a note alone is another reason.

    Raises FiguresRefused for an unknown one, and for another reason without a note.
    """
    sentence = None
    if reason and reason not in ChangeReason.values:
        sentence = _("“%(got)s” is no reason for a change.") % {"got": reason}
    elif reason == ChangeReason.OTHER and not note:
        sentence = _("Another reason is given; a note that says which is expected.")
    if sentence:
        raise FiguresRefused(problems=[Problem("change_note", sentence)])
    return reason or (ChangeReason.OTHER.value if note else "")


def check_figures(
    *,
    figures: Figures,
    previous: Figures | None,
    explained: bool,
    limits: Limits,
    complete: bool = True,
) -> None:
    """Every check of one report against itself and the one before. Raises FiguresRefused.

    A cumulative figure that falls or rises sharply, or more people than live there, must be
    `explained`. A `complete` report gives every figure of the short form; the first words from a
    phone may leave out what nobody knows yet.
    """
    problems = [
        *(_missing(figures) if complete else []),
        *_contradictions(figures),
        *_shelter_contradictions(figures),
    ]
    if not explained:
        problems += _falls(figures, previous or {})
        problems += _leaps(figures, previous or {}, factor=limits.growth_factor)
        problems += _too_many(figures, population=limits.population, share=limits.plausible_share)
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


def check_as_of(*, as_of: dt.datetime, earliest: dt.datetime, now: dt.datetime) -> None:
    """The figures are of the disaster's time, not before the last. Raises FiguresRefused."""
    if not earliest <= as_of <= now:
        sentence = _(
            "The figures must be as at a moment from %(earliest)s to %(latest)s; %(got)s came."
        ) % {"earliest": moment(earliest), "latest": moment(now), "got": moment(as_of)}
        raise FiguresRefused(problems=[Problem("as_of", sentence)])


def check_chain_free(*, taken: bool) -> None:
    """An initial report starts a chain of its own. Raises FiguresRefused."""
    if taken:
        sentence = _("This chain has begun already; the version that is extended is expected.")
        raise FiguresRefused(problems=[Problem("base", sentence)])


def check_base(*, known: bool, fits: bool) -> None:
    """A report extends a known version of its own chain and place. Raises FiguresRefused."""
    if not known:
        sentence = _("The report that this one extends has not come to the county.")
    elif not fits:
        sentence = _("The report that this one extends is of another chain or another place.")
    else:
        return
    raise FiguresRefused(problems=[Problem("base", sentence)])


# Parts of the checks


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    text = str(value).strip()
    try:
        # Python reads 1_000 as a number; nobody who reports writes one so.
        number = Decimal("" if "_" in text else text)
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
    for within, whole in WITHIN:
        given = [part for part in within if part in figures]
        if whole in figures and given:
            most, got = _exact(figures[whole]), _sum(figures, given)
            if got > most:
                sentence = _(
                    "%(parts)s: at most %(most)s is expected, which is “%(whole)s”; %(got)s came."
                ) % {"parts": labels(given), "most": most, "whole": label(whole), "got": got}
                found.append(Problem(given[0], sentence))
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
                "or a reason."
            )
            % {"name": label(key), "before": previous[key], "got": value},
        )
        for key, value in figures.items()
        if INDICATORS[key].rises and key in previous and _exact(value) < _exact(previous[key])
    ]


def _leaps(figures: Figures, previous: Figures, *, factor: Fraction) -> list[Problem]:
    """From nothing to something is no leap: there is nothing to compare it with."""
    return [
        Problem(
            key,
            _(
                "%(name)s rises from %(before)s to %(got)s, more than %(factor)s times: "
                "a reason is expected."
            )
            % {
                "name": label(key),
                "before": previous[key],
                "got": value,
                "factor": f"{float(factor):g}",
            },
        )
        for key, value in figures.items()
        if INDICATORS[key].rises
        and _exact(previous.get(key, 0)) > 0
        and Fraction(_exact(value)) > factor * Fraction(_exact(previous[key]))
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
