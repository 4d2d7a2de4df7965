"""The numbers about reports: how fast, how right, and who was silent."""

from collections.abc import Mapping
from dataclasses import dataclass

from relief.drills.measures.shapes_basis import Goal, Moment, Spread


@dataclass(frozen=True, slots=True)
class FirstReport:
    """A township's initial report (初报): minutes after the event; None = none came.

    `expected`: the disaster hit it or a duty to report was opened. `in_time` is None without a
    norm, and for a township not yet due when the drill ended.
    """

    area: str
    expected: bool
    filed_at: Moment | None
    minutes: float | None
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class FirstReports:
    """How fast townships reported. Shares are of the townships expected to report.

    `in_time_share` goes by `goal` (the township's limit), `two_hours_share` by `county_goal` (the
    county's own limit, 2 h by the national rules).
    """

    by_township: tuple[FirstReport, ...]
    spread: Spread
    goal: Goal | None
    county_goal: Goal | None
    in_time_share: float | None
    two_hours_share: float | None


@dataclass(frozen=True, slots=True)
class Version:
    """A report as filed, against the truth of its place at the end of the drill.

    `label` is `initial`, `follow_up` with `round` 1, 2, …, `zero`, or `verified`. `fate` is the
    state it ended in. `told` and `true` are by indicator key.
    """

    report: int
    area: str
    village: str | None
    label: str
    round: int
    filed_at: Moment
    fate: str
    counted: bool
    told: Mapping[str, float]
    true: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Error:
    """Error of one indicator in one version (报告误差), summed over the places that sent it.

    `share` = (told − true) ÷ true: −0.4 is 40 % too few; None where the truth is 0. `places` is how
    many places; `worst` the largest single deviation in either direction, as a share.
    """

    label: str
    round: int
    indicator: str
    places: int
    told: float
    true: float
    share: float | None
    worst: float | None


@dataclass(frozen=True, slots=True)
class Counted:
    """The county's total of one indicator at the end: what was counted, and what was true."""

    indicator: str
    told: float
    true: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Errors:
    """Reports against the truth: every version, the errors by version, and the totals at the end.

    `returned` counts versions sent back or merged by the desk.
    """

    versions: tuple[Version, ...]
    by_version: tuple[Error, ...]
    at_end: tuple[Counted, ...]
    returned: int


@dataclass(frozen=True, slots=True)
class Silence:
    """A township without telephone (失联乡镇).

    `hours` without it from the event. `marked_at`: the boards marked its report overdue (超时未报);
    `heard_at`: its first report; `contacted_at`: when somebody got through to it, as was written
    down, or when its first report came by other means before the telephone was back, whichever was
    first. `noticed_at` is the first of marked (before it was heard) and contacted;
    `minutes` from the event to that. None: nobody noticed, or it was heard in time all the same.
    """

    area: str
    hours: float
    silent_until: Moment
    marked_at: Moment | None
    contacted_at: Moment | None
    heard_at: Moment | None
    noticed_at: Moment | None
    minutes: float | None
