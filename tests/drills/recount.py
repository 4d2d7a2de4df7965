"""The evaluation's numbers once more, from the entries alone, as plainly as they can be counted.

It shares nothing with `relief.drills.measures` but the names of the fields: an act is what one
transaction wrote, and after every act all rows are looked at afresh.
"""

import datetime as dt
from collections import Counter
from typing import Any

from tests.drills.recount_basis import (
    MINUTE,
    Given,
    Step,
    at,
    part,
    reports,
    spread,
    steps_of,
    table,
    took,
)
from tests.drills.recount_goods import fill_of, fleets, issues, journeys, legs_of, receipts, wrong
from tests.drills.recount_reports import errors, first_reports, silences


def recount(entries: list[dict[str, Any]], given: Given) -> dict[str, Any]:
    steps = steps_of(entries)
    rows = steps[-1].after if steps else {}
    trips = journeys(steps, given)
    fill = fill_of(steps, given)
    first = first_reports(steps, given)
    legs = legs_of(trips)
    return {
        "hours": round((given.ends_at - given.begins_at) / dt.timedelta(hours=1), 2),
        "upto": entries[-1]["number"] if entries else 0,
        "entries": len(entries),
        "acts": len(steps),
        "chain": chain(steps, given),
        "units_back": units_back(steps),
        "standards": standards(steps, given, first, legs),
        "first_reports": first,
        "errors": errors(rows, given),
        "silent": silences(steps, given),
        "journeys": trips,
        "legs": legs,
        "fill": fill,
        "issues": issues(steps),
        "wrong": wrong(rows),
        "receipts": receipts(rows),
        "fleets": fleets(steps, given, trips, fill),
        "decisions": decisions(steps, given),
        "injects": injects(rows, given),
        "activity": activity(steps, given),
    }


CHAIN = {
    "opened": "incident_opened",
    "response": "response_activated",
    "approved": "plan_approved",
    "left": "trip_dispatched",
    "received": "trip_received",
    "handed": "goods_handed_out",
    "ended": "response_ended",
    "verified": "",
    "returned": "goods_returned",
}


def chain(steps: list[Step], given: Given) -> list[dict[str, Any]]:
    last = table(steps[-1].after, "report") if steps else []
    found = []
    for key, word in CHAIN.items():
        times = [step.at for step in steps if step.kind == word]
        if key == "verified":
            times = [at(one["filed_at"]) for one in last if one["kind"] == "verified"
                     and one["state"] not in ("returned", "merged")]  # fmt: skip
        first = min(times, default=None)
        found.append(
            {
                "key": key,
                "count": len(times),
                "first_at": first,
                "last_at": max(times, default=None),
                "minutes": took(given.begins_at, first),
            }
        )
    return found


def units_back(steps: list[Step]) -> int:
    return sum(
        step.after[key]["on_hand"] - step.before.get(key, {"on_hand": 0})["on_hand"]
        for step in steps
        if step.kind in ("goods_returned", "goods_repaired")
        for key in step.changed
        if key[0] == "holding"
    )


def counting(rows: dict, given: Given) -> dict[int, dict]:
    return {one["id"]: one for one in reports(rows, given) if one["counts"]}


def decisions(steps: list[Step], given: Given) -> dict[str, Any]:
    age_limit, forward = given.limit("decision.data_age"), given.limit("deadline.forward")
    found = []
    for n, step in enumerate(steps):
        if step.kind not in (
            "plan_approved",
            "plan_refused",
            "response_activated",
            "response_ended",
            "ordered_by_phone",
        ):
            continue
        decided = at(step.facts.get("said_at")) or step.at
        name = step.facts["number"]
        rests, rested = step.before, decided
        if step.kind.startswith("plan"):
            for earlier in steps[:n]:
                plans = [x for k, x in earlier.after.items() if k[0] == "plan" and k in
                         earlier.changed and x["number"] == name]  # fmt: skip
                if plans:
                    rests, rested = earlier.after, at(plans[0]["drafted_at"])
                    break
        old, new = counting(rests, given), counting(step.before, given)
        newest = max((at(one["as_of"]) for one in old.values()), default=None)
        age = took(newest, decided)
        newer = len([one for one in new if one not in old])
        waiting = 0
        if forward is not None:
            waiting = sum(
                one["state"] in ("waiting", "to_merge")
                and at(one["filed_at"]) <= decided - forward * MINUTE
                for one in reports(step.before, given)
            )
        why = []
        if newer:
            why.append("newer_reports")
        if waiting:
            why.append("waiting_reports")
        if age_limit is not None and age is not None and age > age_limit:
            why.append("too_old")
        found.append(
            {
                "number": step.number,
                "kind": step.kind,
                "name": name,
                "decided_at": decided,
                "decided_by": step.actor,
                "rests_on": rested,
                "as_of": newest,
                "age_minutes": age,
                "newer": newer,
                "waiting": waiting,
                "stale": why,
            }
        )
    stale = sum(bool(one["stale"]) for one in found)
    return {
        "every": found,
        "stale": stale,
        "share": part(stale, len(found)),
        "goal": given.goals.get("decision.data_age"),
    }


def injects(rows: dict, given: Given) -> dict[str, Any]:
    found = []
    for plan in given.injects:
        row = rows.get(("inject", plan["inject"]), {})
        sent, received, done = (at(row.get(key)) for key in ("sent_at", "received_at", "done_at"))
        by = sent + plan["deadline"] * MINUTE if sent and plan["deadline"] is not None else None
        if not sent and plan["held_back"]:
            outcome = "left_out"
        elif not sent:
            outcome = "overdue" if plan["due_at"] and plan["due_at"] < given.ends_at else "unsent"
        elif done:
            outcome = "late" if by and done > by else "in_time"
        elif not plan["watched"]:
            outcome = "judged"
        elif by:
            outcome = "never" if by <= given.ends_at else "open"
        else:
            outcome = "never" if given.over else "open"
        late = took(plan["due_at"], sent)
        found.append(
            {
                "inject": plan["inject"],
                "number": plan["number"],
                "seat": plan["seat"],
                "objective": plan["objective"],
                "due_at": plan["due_at"],
                "sent_at": sent,
                "late_minutes": late if late is None else max(0.0, late),
                "received_at": received,
                "done_at": done,
                "by": by,
                "to_receive": took(sent, received),
                "to_do": took(sent, done),
                "outcome": outcome,
            }
        )
    went = Counter(one["outcome"] for one in found)
    return {
        "every": found,
        "sent": len([one for one in found if one["sent_at"]]),
        "sent_late": len([one for one in found if one["late_minutes"]]),
        "received": len([one for one in found if one["received_at"]]),
        **{key: went[key] for key in ("in_time", "late", "never", "judged", "overdue")},
        "in_time_share": part(went["in_time"], went["in_time"] + went["late"] + went["never"]),
        "to_receive": spread([one["to_receive"] for one in found]),
        "to_do": spread([one["to_do"] for one in found]),
    }


def activity(steps: list[Step], given: Given) -> list[dict[str, Any]]:
    found = []
    for user, (seats, robot) in given.players.items():
        mine = [step for step in steps if step.actor == user]
        if mine:
            found.append(
                {
                    "seats": sorted(seats),
                    "user": user,
                    "is_robot": robot,
                    "acts": len(mine),
                    "by_kind": dict(sorted(Counter(step.kind for step in mine).items())),
                    "first_at": mine[0].at if len(mine) == 1 else min(x.at for x in mine),
                    "last_at": max(step.at for step in mine),
                }
            )
    found.sort(key=lambda one: (one["seats"], one["user"]))
    active = {seat for one in found for seat in one["seats"]}
    nobody = {"user": None, "is_robot": False, "acts": 0, "by_kind": {}, "first_at": None,
              "last_at": None}  # fmt: skip
    return found + [{"seats": [x], **nobody} for x in sorted(given.seats) if x not in active]


def standards(
    steps: list[Step], given: Given, first: dict, legs: list[dict]
) -> list[dict[str, Any]]:
    rows = steps[-1].after if steps else {}
    whole = took(given.begins_at, given.ends_at)
    own = [at(x["filed_at"]) for x in table(rows, "report") if x["area"] == given.area]
    came = [
        at(x["filed_at"]) for x in reports(rows, given) if x["state"] not in ("returned", "merged")
    ]
    suggested, started = [], []
    for step in steps:
        for key in step.changed:
            row = step.after.get(key)
            if key[0] == "assessment" and row["suggested_level"]:
                suggested.append(at(row["computed_at"]))
            if key[0] == "activation" and row["area"] == given.area:
                started.append(at(row["started_at"]))
    response = []
    if suggested:
        since = min(suggested)
        begun = max(0.0, took(since, min(started))) if started else None
        response = [(begun, took(since, given.ends_at))]
    said = [
        ("township_reports", "deadline.initial.township",
         [(x["minutes"], whole) for x in first["by_township"] if x["expected"]]),
        ("county_report", "deadline.initial.county",
         [(took(given.begins_at, min(own, default=None)), whole)]),
        ("forwarded", "deadline.forward",
         [(took(one, min((x for x in own if x >= one), default=None)), took(one, given.ends_at))
          for one in came]),
        ("response", "proposal.office", response),
        ("first_batch", "first_batch.county",
         [(x["first_batch"], took(x["first_ordered_at"], given.ends_at))
          for x in legs if x["area"]]),
    ]  # fmt: skip
    found = []
    for key, norm, times in said:
        limit = given.limit(norm)
        judged = [
            x is not None and x <= limit for x, left in times if x is not None or left >= limit
        ]
        reached = None if not times or None in [x for x, _l in times] else max(x for x, _l in times)
        found.append(
            {
                "key": key,
                "goal": given.goals[norm],
                "reached": reached,
                "in_time": judged.count(True),
                "of": len(judged),
                "met": all(judged) if judged else None,
            }
        )
    tasks = [(at(one["due_at"]), at(one["done_at"])) for one in table(rows, "task")]
    due = [done is not None and done <= by for by, done in tasks if done or by <= given.ends_at]
    tail = {"in_time": due.count(True), "of": len(due), "met": all(due) if due else None}
    return [*found, {"key": "tasks", "goal": None, "reached": None, **tail}]
