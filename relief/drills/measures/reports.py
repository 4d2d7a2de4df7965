"""How fast and how right townships reported, and who was silent. Pure."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from relief.drills.measures.arithmetic import earliest, minutes, minutes_or_none, share, spread
from relief.drills.measures.history import Change, History, time_of
from relief.drills.measures.shapes_basis import Goal
from relief.drills.measures.shapes_reports import (
    Counted,
    Error,
    Errors,
    FirstReport,
    FirstReports,
    Silence,
    Version,
)

Truth = Mapping[str, Any]

FOLLOW_UP = "follow_up"
CONTACT = "contact_made"
RETURNED = ("returned", "merged")
LABELS = ("initial", "zero", FOLLOW_UP, "verified")


def township_path(area: str, code: str) -> str:
    """`22/2224/222426` and 222426105000 → `22/2224/222426/222426105`."""
    return f"{area}/{code[:9]}"


def truth_by_path(*, truth: Truth, area: str) -> dict[str, Mapping[str, float]]:
    """True figures of every township and village of the drill's area, by path."""
    found = {township_path(area, code): told for code, told in truth.get("townships", {}).items()}
    for code, told in truth.get("villages", {}).items():
        found[f"{township_path(area, code)}/{code}"] = told
    return found


def filed(history: History, *, area: str) -> list[Change]:
    """Reports of the townships as they stand last, by the time they were filed."""
    told = [one for one in history.final("report") if one.area != area]
    return sorted(told, key=lambda one: (time_of(_values(one), "filed_at"), one.id))


def first_reports(
    history: History,
    *,
    truth: Truth,
    area: str,
    begins_at: dt.datetime,
    ends_at: dt.datetime,
    goal: Goal | None,
    county_goal: Goal | None,
) -> FirstReports:
    """From the event to each township's first report, of whichever kind."""
    first: dict[str, dt.datetime] = {}
    for report in filed(history, area=area):
        first.setdefault(report.area, time_of(_values(report), "filed_at"))
    expected = hit(truth=truth, area=area)
    expected |= {one.area for one in history.of("duty_report") if one.area != area}
    rows = []
    for place in sorted(expected | set(first)):
        took = minutes_or_none(begins_at, first.get(place))
        in_time = _in_time(took, goal, so_far=minutes(begins_at, ends_at))
        rows.append(FirstReport(place, place in expected, first.get(place), took, in_time))
    owed = [one for one in rows if one.expected]
    return FirstReports(
        by_township=tuple(rows),
        spread=spread(one.minutes for one in rows),
        goal=goal,
        county_goal=county_goal,
        in_time_share=_share_within(owed, goal, so_far=minutes(begins_at, ends_at)),
        two_hours_share=_share_within(owed, county_goal, so_far=minutes(begins_at, ends_at)),
    )


def hit(*, truth: Truth, area: str) -> set[str]:
    """Paths of the townships where the truth is not all naught."""
    towns = truth.get("townships", {}).items()
    return {township_path(area, code) for code, told in towns if any(told.values())}


def _in_time(took: float | None, goal: Goal | None, *, so_far: float) -> bool | None:
    if goal is None:
        return None
    if took is not None:
        return took <= goal.limit
    return False if so_far >= goal.limit else None


def _share_within(rows: Iterable[FirstReport], goal: Goal | None, *, so_far: float) -> float | None:
    known = [_in_time(one.minutes, goal, so_far=so_far) for one in rows]
    judged = [one for one in known if one is not None]
    return share(sum(judged), len(judged))


def errors(history: History, *, truth: Truth, area: str) -> Errors:
    """Every version against the truth of its place, and the county's total at the end."""
    true = truth_by_path(truth=truth, area=area)
    versions = _versions(filed(history, area=area), true)
    by_version = []
    for label in LABELS:
        rounds = sorted({one.round for one in versions if one.label == label})
        for number in rounds:
            sent = [one for one in versions if (one.label, one.round) == (label, number)]
            by_version += _errors_of(label, number, _whole_townships(sent, versions))
    return Errors(
        versions=tuple(versions),
        by_version=tuple(by_version),
        at_end=tuple(_at_end(versions, truth)),
        returned=sum(one.fate in RETURNED for one in versions),
    )


def _versions(reports: list[Change], true: Mapping[str, Mapping[str, float]]) -> list[Version]:
    """Follow-ups are numbered by place among those nobody sent back."""
    rounds: dict[str, int] = {}
    found = []
    for report in reports:
        values = _values(report)
        place = values["village"] or report.area
        number = 0
        if values["kind"] == FOLLOW_UP:
            number = rounds.get(place, 0) + 1
            if values["state"] not in RETURNED:
                rounds[place] = number
        told = {key: float(figure) for key, figure in values["figures"].items()}
        real = true.get(place, {})
        found.append(
            Version(
                report=int(report.id),
                area=report.area,
                village=values["village"],
                label=values["kind"],
                round=number,
                filed_at=time_of(values, "filed_at"),
                fate=values["state"],
                counted=values["counts"],
                told=told,
                true={key: float(real[key]) for key in told if key in real},
            )
        )
    return found


def _whole_townships(sent: list[Version], versions: list[Version]) -> list[Version]:
    """What stands of it: whole townships, and villages of those that never reported as a whole."""
    whole = {one.area for one in versions if one.village is None and one.fate not in RETURNED}
    standing = [one for one in sent if one.fate not in RETURNED]
    return [one for one in standing if one.village is None or one.area not in whole]


def _errors_of(label: str, number: int, sent: Collection[Version]) -> list[Error]:
    found = []
    for key in sorted({key for one in sent for key in one.true}):
        mine = [one for one in sent if key in one.true]
        told = sum(one.told[key] for one in mine)
        true = sum(one.true[key] for one in mine)
        single = [share(one.told[key] - one.true[key], one.true[key]) for one in mine]
        found.append(
            Error(
                label=label,
                round=number,
                indicator=key,
                places=len(mine),
                told=round(told, 1),
                true=round(true, 1),
                share=share(told - true, true),
                worst=max((one for one in single if one is not None), key=abs, default=None),
            )
        )
    return found


def _at_end(versions: list[Version], truth: Truth) -> list[Counted]:
    counted = [one for one in versions if one.counted]
    towns = truth.get("townships", {}).values()
    found = []
    for key in sorted({key for one in towns for key in one}):
        told = sum(one.told.get(key, 0.0) for one in counted)
        true = sum(float(one.get(key, 0)) for one in towns)
        found.append(Counted(key, round(told, 1), round(true, 1), share(told - true, true)))
    return found


def silences(
    history: History, *, truth: Truth, area: str, begins_at: dt.datetime
) -> tuple[Silence, ...]:
    """Townships without telephone, and when somebody noticed that nothing came from them."""
    heard: dict[str, dt.datetime] = {}
    for report in filed(history, area=area):
        heard.setdefault(report.area, time_of(_values(report), "filed_at"))
    reached = _contacts(history)
    marked: dict[str, dt.datetime] = {}
    for change in history.of("duty_report"):
        if change.values and change.values["overdue_since"]:
            marked.setdefault(change.area, change.act.at)
    found = []
    for code, hours in sorted(truth.get("silent", {}).items()):
        place = township_path(area, code)
        until = begins_at + dt.timedelta(hours=hours)
        first, late = heard.get(place), marked.get(place)
        by_report = first if first is not None and first < until else None
        contacted = earliest(by_report, reached.get(place))
        if first is not None:
            # What came after it was heard of by itself found nothing out.
            late = late if late is not None and late < first else None
            contacted = contacted if contacted is not None and contacted <= first else None
        noticed = earliest(late, contacted)
        found.append(
            Silence(
                area=place,
                hours=hours,
                silent_until=until,
                marked_at=marked.get(place),
                contacted_at=contacted,
                heard_at=first,
                noticed_at=noticed,
                minutes=minutes_or_none(begins_at, noticed),
            )
        )
    return tuple(found)


def _contacts(history: History) -> dict[str, dt.datetime]:
    """When somebody first got through to each township, as was written down of it."""
    found: dict[str, dt.datetime] = {}
    for act in history.acts:
        if act.kind == CONTACT:
            at = dt.datetime.fromisoformat(act.facts["at"])
            place = act.facts["area"]
            found[place] = min(at, found.get(place, at))
    return found


def _values(change: Change) -> dict[str, Any]:
    assert change.values is not None, "reports are never removed"
    return change.values
