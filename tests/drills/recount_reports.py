"""Reports counted again: how fast, how right, who was silent."""

import datetime as dt
from typing import Any

from tests.drills.recount_basis import Given, Step, at, part, reports, spread, table, took, town


def heard(steps: list[Step], given: Given) -> dict[str, dt.datetime]:
    found: dict[str, dt.datetime] = {}
    for one in reports(steps[-1].after if steps else {}, given):
        found.setdefault(one["area"], at(one["filed_at"]))
    return found


def in_time(minutes: float | None, limit: float | None, given: Given) -> bool | None:
    if limit is None:
        return None
    if minutes is not None:
        return minutes <= limit
    return False if took(given.begins_at, given.ends_at) >= limit else None


def first_reports(steps: list[Step], given: Given) -> dict[str, Any]:
    first = heard(steps, given)
    due = {
        town(given, code) for code, said in given.truth["townships"].items() if any(said.values())
    }
    for step in steps:
        for key in step.changed:
            row = step.after.get(key) or step.before.get(key)
            if key[0] == "duty_report" and row and row["area"] != given.area:
                due.add(row["area"])
    lines = []
    for place in sorted(due | set(first)):
        minutes = took(given.begins_at, first.get(place))
        lines.append(
            {
                "area": place,
                "expected": place in due,
                "filed_at": first.get(place),
                "minutes": minutes,
                "in_time": in_time(minutes, given.limit("deadline.initial.township"), given),
            }
        )
    shares = []
    for key in ("deadline.initial.township", "deadline.initial.county"):
        said = [in_time(x["minutes"], given.limit(key), given) for x in lines if x["expected"]]
        said = [one for one in said if one is not None]
        shares.append(part(said.count(True), len(said)))
    return {
        "by_township": lines,
        "spread": spread([one["minutes"] for one in lines]),
        "goal": given.goals.get("deadline.initial.township"),
        "county_goal": given.goals.get("deadline.initial.county"),
        "in_time_share": shares[0],
        "two_hours_share": shares[1],
    }


def errors(rows: dict, given: Given) -> dict[str, Any]:
    true_of = {town(given, code): said for code, said in given.truth["townships"].items()}
    for code, said in given.truth["villages"].items():
        true_of[f"{town(given, code)}/{code}"] = said
    gone = ("returned", "merged")
    versions = []
    for one in reports(rows, given):
        place = one["village"] or one["area"]
        number = 0
        if one["kind"] == "follow_up":
            number = 1 + sum(
                x["label"] == "follow_up" and (x["village"] or x["area"]) == place
                and x["fate"] not in gone
                for x in versions
            )  # fmt: skip
        told = {key: float(figure) for key, figure in one["figures"].items()}
        true = true_of.get(place, {})
        versions.append(
            {
                "report": one["id"],
                "area": one["area"],
                "village": one["village"],
                "label": one["kind"],
                "round": number,
                "filed_at": at(one["filed_at"]),
                "fate": one["state"],
                "counted": one["counts"],
                "told": told,
                "true": {key: float(true[key]) for key in told if key in true},
            }
        )
    standing = [one for one in versions if one["fate"] not in gone]
    whole = {one["area"] for one in standing if one["village"] is None}
    standing = [one for one in standing if one["village"] is None or one["area"] not in whole]
    by_version = []
    order = ["initial", "zero", "follow_up", "verified"]
    for label, number in sorted(
        {(one["label"], one["round"]) for one in versions},
        key=lambda pair: (order.index(pair[0]), pair[1]),
    ):
        mine = [one for one in standing if (one["label"], one["round"]) == (label, number)]
        for key in sorted({key for one in mine for key in one["true"]}):
            pairs = [(x["told"][key], x["true"][key]) for x in mine if key in x["true"]]
            told, true = sum(a for a, _b in pairs), sum(b for _a, b in pairs)
            worst = None
            for a, b in pairs:
                if b and (worst is None or abs(part(a - b, b)) > abs(worst)):
                    worst = part(a - b, b)
            by_version.append(
                {
                    "label": label,
                    "round": number,
                    "indicator": key,
                    "places": len(pairs),
                    "told": round(told, 1),
                    "true": round(true, 1),
                    "share": part(told - true, true),
                    "worst": worst,
                }
            )
    at_end = []
    for key in sorted({key for said in given.truth["townships"].values() for key in said}):
        told = sum(one["told"].get(key, 0) for one in versions if one["counted"])
        true = sum(said.get(key, 0) for said in given.truth["townships"].values())
        at_end.append(
            {
                "indicator": key,
                "told": round(told, 1),
                "true": round(true, 1),
                "share": part(told - true, true),
            }
        )
    return {
        "versions": versions,
        "by_version": by_version,
        "at_end": at_end,
        "returned": sum(one["fate"] in gone for one in versions),
    }


def silences(steps: list[Step], given: Given) -> list[dict[str, Any]]:
    first = heard(steps, given)
    marked: dict[str, dt.datetime] = {}
    for step in steps:
        for row in table(step.after, "duty_report"):
            if row["overdue_since"] and row["area"] not in marked:
                marked[row["area"]] = step.at
    found = []
    for code in sorted(given.truth["silent"]):
        place = town(given, code)
        hours = given.truth["silent"][code]
        until = given.begins_at + dt.timedelta(hours=hours)
        spoke, late = first.get(place), marked.get(place)
        got_through = [at(step.facts["at"]) for step in steps
                       if step.kind == "contact_made" and step.facts["area"] == place]  # fmt: skip
        told = [one for one in got_through if not spoke or one <= spoke]
        told += [spoke] if spoke and spoke < until else []
        contacted = min(told, default=None)
        before = late if not spoke or (late and late < spoke) else None
        noticed = [one for one in (contacted, before) if one]
        found.append(
            {
                "area": place,
                "hours": hours,
                "silent_until": until,
                "marked_at": late,
                "contacted_at": contacted,
                "heard_at": spoke,
                "noticed_at": min(noticed) if noticed else None,
                "minutes": took(given.begins_at, min(noticed)) if noticed else None,
            }
        )
    return found
