"""Which level the figures suggest (研判), and what may be activated. Pure.

“以上” includes the number and “以下” excludes it; one criterion met suffices; the highest level met
wins (国办函〔2024〕11号 and the county plans that follow it).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.incidents.rules import moment
from relief.norms.models import Criterion, PeopleRule
from relief.response.models import LEVEL_NAMES

STRONGEST, WEAKEST = 1, 4


class WrongLevel(Refused):
    """A level outside I to IV."""


class AlreadyRuns(Refused):
    """A response of that level runs already."""


class NoResponse(Refused):
    """No response runs that could be ended."""


class TaskClosed(Refused):
    """The task was done before, or its response has ended."""


class NotHere(Refused):
    """The area does not file reports of this incident."""


class Bound(Protocol):
    """What `assess` reads of a threshold."""

    level: int
    criterion: str
    lower: int


@dataclass(frozen=True, slots=True)
class Assessed:
    """The suggested level, what each criterion alone gives, and the criteria that decided.

    `values` are the figures compared. `level` is None when no criterion is met.
    """

    level: int | None
    by_criterion: dict[str, int | None]
    values: dict[str, int]
    reason: list[str]


def values(figures: Mapping[str, int], *, people_rule: str) -> dict[str, int]:
    """The county's sums as the plan counts them, by criterion.

    People: those relocated and the others needing aid, added (和, since 2024) or the larger (或,
    2016). Households stand apart from rooms: each is graded once, by its worst room.
    """

    def of(*keys: str) -> int:
        return sum(figures.get(key, 0) for key in keys)

    relocated, aid = of("relocated_cum"), of("emergency_aid_cum")
    return {
        Criterion.DEAD_MISSING.value: of("deaths", "missing"),
        Criterion.PEOPLE.value: (
            relocated + aid if people_rule == PeopleRule.SUM else max(relocated, aid)
        ),
        Criterion.ROOMS.value: of("rooms_collapsed", "rooms_severe"),
        Criterion.HOUSEHOLDS.value: of("dwelling_hh_collapsed", "dwelling_hh_severe"),
        Criterion.DROUGHT.value: of("drought_aid_cum"),
    }


def dead_missing(figures: Mapping[str, object]) -> int:
    """Dead and missing together (死亡失踪); who is not mentioned is not known of."""
    return sum(int(str(figures.get(key) or 0)) for key in ("deaths", "missing"))


def assess(
    *, figures: Mapping[str, int], thresholds: Iterable[Bound], people_rule: str
) -> Assessed:
    """The level that the figures suggest under those thresholds."""
    compared = values(figures, people_rule=people_rule)
    met: dict[str, int | None] = dict.fromkeys(compared)
    for bound in thresholds:
        if compared[bound.criterion] >= bound.lower:
            met[bound.criterion] = min(bound.level, met[bound.criterion] or bound.level)
    level = min((found for found in met.values() if found is not None), default=None)
    reason = [name for name, found in met.items() if level is not None and found == level]
    return Assessed(level=level, by_criterion=met, values=compared, reason=reason)


def deciding(by_criterion: Mapping[str, int | None]) -> list[str]:
    """The criteria that gave the suggested level, from a kept assessment."""
    level = min((found for found in by_criterion.values() if found is not None), default=None)
    return [name for name, found in by_criterion.items() if level is not None and found == level]


def proposal_due(*, reported_at: dt.datetime, minutes: int) -> dt.datetime:
    """When the office's proposal (启动建议) is due: so many minutes after the report."""
    return reported_at + dt.timedelta(minutes=minutes)


def check_level(level: int) -> None:
    """A level is one of I to IV. Raises WrongLevel."""
    if isinstance(level, bool) or level not in LEVEL_NAMES:
        raise WrongLevel(
            _("A response level from I (1) to IV (4) is expected; “%(got)s” came.") % {"got": level}
        )


def check_reports(
    *, township: bool, village: bool, incident: str, county: str, place: str, inside: str
) -> None:
    """Reports come from the county's townships and the villages in them. Raises NotHere."""
    if not township:
        raise NotHere(
            _("Reports of “%(incident)s” come from the townships of %(county)s; %(area)s is none.")
            % {"incident": incident, "county": county, "area": place}
        )
    if not village:
        raise NotHere(
            _("A village of %(area)s is expected; %(village)s is none.")
            % {"area": place, "village": inside}
        )


def check_not_running(*, level: int, running_level: int | None, since: dt.datetime | None) -> None:
    """The same level is not activated twice; another one adjusts it. Raises AlreadyRuns."""
    if running_level == level and since is not None:
        raise AlreadyRuns(
            _("%(level)s already runs since %(since)s.")
            % {"level": _capital(str(LEVEL_NAMES[level])), "since": moment(since)}
        )


def check_can_finish(*, done_at: dt.datetime | None, ended_at: dt.datetime | None) -> None:
    """An open task of a running response. Raises TaskClosed."""
    if done_at is not None:
        raise TaskClosed(
            _("This task was reported as done at %(at)s already.") % {"at": moment(done_at)}
        )
    if ended_at is not None:
        raise TaskClosed(_("The response of this task ended at %(at)s.") % {"at": moment(ended_at)})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
