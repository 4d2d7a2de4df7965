"""What the evaluation report says in numbers (评估数据), plain; None = nothing to say.

Times are drill times; `minutes` count from the event where nothing else is said; a share runs from
0 to 1. Areas are given by their path, persons by their user id, items, depots and fleets by id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from relief.drills.measures.shapes_basis import Goal, Moment, Spread
from relief.drills.measures.shapes_goods import (
    Fill,
    FleetUse,
    Issues,
    Journey,
    Legs,
    Receipts,
    Wrong,
)
from relief.drills.measures.shapes_reports import Errors, FirstReports, Silence


class StandardKey(StrEnum):
    """What a response plan asks for (预案标准)."""

    TOWNSHIP_REPORTS = "township_reports"  # 乡镇初报时限
    COUNTY_REPORT = "county_report"  # 县级初报(上报)时限
    FORWARDED = "forwarded"  # 接报后上报时限
    RESPONSE = "response"  # 启动响应时限
    FIRST_BATCH = "first_batch"  # 首批物资到位
    TASKS = "tasks"  # 响应措施按时完成


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard and what was reached.

    `reached` is in minutes, the slowest where several count (the last initial report, the last
    township's first batch); None while one of them has not come. `in_time` of `of` were within the
    limit, of those that came or fell due. `met` is None where nothing fell due before the end.
    Every township report is passed on with the county's next report to the prefecture. The response
    is timed from the first assessment that suggested a level. Tasks have limits of their own, and
    so no goal here.
    """

    key: StandardKey
    goal: Goal | None
    reached: float | None
    in_time: int
    of: int
    met: bool | None


class Stale(StrEnum):
    """Why a decision rested on stale data (陈旧数据)."""

    NEWER_REPORTS = "newer_reports"  # 决策前已有更新的采纳数据
    WAITING_REPORTS = "waiting_reports"  # 已报未审核超过上报时限
    TOO_OLD = "too_old"  # 数据时点超过标准


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and the data it rested on.

    `kind` is the journal's word (`response_activated`, `plan_approved`, …), `name` the number of
    what was decided. It rests on what counted at `rests_on` (a plan: when it was drafted). `as_of`
    is the time of the newest figures that counted then, `age_minutes` from there to the decision.
    `newer` reports came to count in between; `waiting` had lain unchecked for longer than the limit
    for passing reports on. `stale` says why, if it was.
    """

    number: int
    kind: str
    name: str
    decided_at: Moment
    decided_by: int | None
    rests_on: Moment
    as_of: Moment | None
    age_minutes: float | None
    newer: int
    waiting: int
    stale: tuple[Stale, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions, how many rested on stale data, and the limit for the age of figures."""

    every: tuple[Decision, ...]
    stale: int
    share: float | None
    goal: Goal | None


class Outcome(StrEnum):
    """How an inject went (处置情况)."""

    IN_TIME = "in_time"  # 按时处置
    LATE = "late"  # 超时处置
    NEVER = "never"  # 未处置
    OPEN = "open"  # 结束时未到时限
    JUDGED = "judged"  # 由评估员判定
    UNSENT = "unsent"  # 未发
    OVERDUE = "overdue"  # 过期未发
    LEFT_OUT = "left_out"  # 取消或停用


@dataclass(frozen=True, slots=True)
class InjectTime:
    """One inject (导调指令) against its plan.

    `due_at` is when it was to be sent; `late_minutes` how much later it was (0 = on time). `by` is
    the drill time by which it had to be dealt with. `outcome` says how it went.
    """

    inject: int
    number: int
    seat: str
    objective: int | None
    due_at: Moment | None
    sent_at: Moment | None
    late_minutes: float | None
    received_at: Moment | None
    done_at: Moment | None
    by: Moment | None
    to_receive: float | None
    to_do: float | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class InjectTimes:
    """All injects: `judged` ones have no sign of their own by which the system could tell.

    `in_time_share` is of those that were dealt with or whose time was up.
    """

    every: tuple[InjectTime, ...]
    sent: int
    sent_late: int
    received: int
    in_time: int
    late: int
    never: int
    judged: int
    overdue: int
    in_time_share: float | None
    to_receive: Spread
    to_do: Spread


@dataclass(frozen=True, slots=True)
class SeatActs:
    """What one person or robot did (席位活动); a seat nobody acted from has a line too.

    `user` is None for such a seat. `by_kind` counts acts by the journal's word.
    """

    seats: tuple[str, ...]
    user: int | None
    is_robot: bool
    acts: int
    by_kind: Mapping[str, int]
    first_at: Moment | None
    last_at: Moment | None


class LinkKey(StrEnum):
    """A link of the chain from the incident to the end of the response, in their order."""

    OPENED = "opened"  # 登记灾害事件
    RESPONSE = "response"  # 启动响应
    APPROVED = "approved"  # 批准调拨方案
    LEFT = "left"  # 发车
    RECEIVED = "received"  # 接收
    HANDED = "handed"  # 发放到户
    ENDED = "ended"  # 终止响应
    VERIFIED = "verified"  # 核报
    RETURNED = "returned"  # 物资回收


@dataclass(frozen=True, slots=True)
class Link:
    """How often something came about, when first and last, and how long after the event first."""

    key: LinkKey
    count: int
    first_at: Moment | None
    last_at: Moment | None
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every number of the evaluation report (评估报告), from the journal up to entry `upto`.

    `ends_at` is the drill time it reaches to: the end, or now while the drill runs. `entries` is
    how many journal entries it rests on, `acts` how many acts those tell of. `units_back` are sound
    units of reusable goods that stand in the stores again.
    """

    drill: int
    state: str
    begins_at: Moment
    ends_at: Moment
    hours: float
    upto: int
    entries: int
    acts: int
    chain: tuple[Link, ...]
    units_back: int
    standards: tuple[Standard, ...]
    first_reports: FirstReports
    errors: Errors
    silent: tuple[Silence, ...]
    journeys: tuple[Journey, ...]
    legs: tuple[Legs, ...]
    fill: Fill
    issues: Issues
    wrong: tuple[Wrong, ...]
    receipts: Receipts
    fleets: tuple[FleetUse, ...]
    decisions: Decisions
    injects: InjectTimes
    activity: tuple[SeatActs, ...]
