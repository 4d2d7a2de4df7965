"""Goods counted again: journeys, fill rates, issues, receipts, vehicles."""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

from tests.drills.recount_basis import Given, Step, at, part, spread, table, took


def journeys(steps: list[Step], given: Given) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for step in steps:
        said = [at(x["said_at"]) for k, x in step.after.items() if k in step.changed
                and k[0] == "order_line" and x["said_at"]]  # fmt: skip
        for key in step.changed:
            if key[0] != "delivery":
                continue
            row = step.after[key]
            if key[1] not in found:
                found[key[1]] = {
                    "said": min(said) if said else None,
                    "listed": step.at,
                    "pick": None,
                }
            mine = found[key[1]]
            mine["row"] = row
            if step.kind == "goods_picked" and mine["pick"] is None:
                mine["pick"] = step.at
    given_out = []
    for step in steps:
        for key in step.changed:
            if key[0] == "reached" and step.after[key]["hand_outs"]:
                given_out.append((step.at, step.after[key]["area"]))
    lines = []
    for stop, mine in found.items():
        row, received, due = mine["row"], at(mine["row"]["received_at"]), at(mine["row"]["due_at"])
        ordered, left = mine["said"] or mine["listed"], at(row["dispatched_at"])
        handed = None
        if received:
            inside = (row["area"], row["area"] + "/")
            later = [when for when, place in given_out if when >= received
                     and (place == inside[0] or place.startswith(inside[1]))]  # fmt: skip
            handed = min(later, default=None)
        on_time = received <= due if received else (False if given.ends_at > due else None)
        lines.append(
            {
                "stop": stop,
                "trip": row["trip"],
                "number": row["number"],
                "area": row["area"],
                "by_phone": mine["said"] is not None,
                "cancelled": row["state"] == "cancelled",
                "ordered_at": ordered,
                "picked_at": mine["pick"],
                "checked_at": at(row["checked_at"]),
                "left_at": left,
                "received_at": received,
                "handed_at": handed,
                "due_at": due,
                "to_leave": took(ordered, left),
                "to_arrive": took(left, received),
                "to_hand": took(received, handed),
                "in_all": took(ordered, received),
                "in_time": None if row["state"] == "cancelled" else on_time,
            }
        )
    return lines


def legs_of(trips: list[dict]) -> list[dict[str, Any]]:
    found = []
    for area in ["", *sorted({one["area"] for one in trips})] if trips else []:
        mine = [one for one in trips if not area or one["area"] == area]
        made = [one for one in mine if not one["cancelled"]]
        ordered = min(one["ordered_at"] for one in mine)
        arrived = min((x["received_at"] for x in made if x["received_at"]), default=None)
        found.append(
            {
                "area": area,
                "trips": len({one["trip"] for one in made}),
                "first_ordered_at": ordered,
                "first_received_at": arrived,
                "first_batch": took(ordered, arrived),
                **{
                    leg: spread([one[leg] for one in made])
                    for leg in ("to_leave", "to_arrive", "to_hand", "in_all")
                },
            }
        )
    return found


def met(rows: dict, area: str = "") -> float | None:
    needs = [one for one in table(rows, "need") if one["quantity"]]
    needs = [one for one in needs if not area or one["area"] == area]
    if not needs:
        return None
    people = reached = 0.0
    for need in needs:
        got = sum(
            line["received"] * line["stands_for"]
            for line in table(rows, "order_line")
            if line["need"] == need["id"]
        )
        weight = max(1, need["people"])
        people += weight
        reached += weight * min(1, got / need["quantity"])
    return round(reached / people, 4)


def fill_of(steps: list[Step], given: Given) -> dict[str, Any]:
    lines: dict[str, list] = defaultdict(list)
    for step in steps:
        if not any(table in ("need", "order_line") for table, _id in step.changed):
            continue
        towns = {one["area"] for one in table(step.after, "need") if one["quantity"]}
        said = {area: met(step.after, area) for area in towns}
        if towns:
            said[""] = met(step.after)
            said["worst"] = min(said[area] for area in towns)
        for area, share in said.items():
            points = lines[area]
            if points and points[-1][0] == step.at:
                points.pop()
            if not points or points[-1][1] != share:
                points.append((step.at, share))

    def line(area: str, points: list) -> dict[str, Any] | None:
        if not points:
            return None
        total = weighted = 0.0
        for n, (when, share) in enumerate(points):
            end = points[n + 1][0] if n + 1 < len(points) else max(given.ends_at, when)
            total += (end - when).total_seconds()
            weighted += share * (end - when).total_seconds()
        return {
            "area": area,
            "points": [
                {"at": when, "minutes": took(given.begins_at, when), "share": share}
                for when, share in points
            ],
            "at_end": points[-1][1],
            "mean": round(weighted / total, 4) if total else None,
        }

    rows = steps[-1].after if steps else {}
    towns = sorted(area for area in lines if area not in ("", "worst"))
    last = {area: met(rows, area) for area in towns if met(rows, area) is not None}
    return {
        "by_township": [line(area, lines[area]) for area in towns],
        "overall": line("", lines[""]),
        "worst": line("", lines["worst"]),
        "worst_area": min(sorted(last), key=lambda area: last[area]) if last else None,
        "spread_at_end": round(max(last.values()) - min(last.values()), 4) if last else None,
    }


def issues(steps: list[Step]) -> dict[str, Any]:
    found = []
    for step in steps:
        left = [
            step.after[key]
            for key in step.changed
            if key[0] == "delivery"
            and step.after[key]["dispatched_at"]
            and not (step.before.get(key) or {}).get("dispatched_at")
        ]
        if not left:
            continue
        gone_at = at(left[0]["dispatched_at"])
        today = gone_at.astimezone(dt.timezone(dt.timedelta(hours=8))).date().isoformat()
        for key in step.changed:
            before = step.before.get(key)
            if key[0] != "holding" or before is None:
                continue
            after = step.after[key]
            if after["on_hand"] >= before["on_hand"]:
                continue
            earlier = [
                one
                for one in table(step.before, "holding")
                if one["depot"] == before["depot"]
                and one["item"] == before["item"]
                and one["expires_on"]
                and today <= one["expires_on"] < (before["expires_on"] or "9999-12-31")
                and one["state"] == "good"
                and one["on_hand"] - one["held"] > 0
            ]
            first = min(earlier, key=lambda x: (x["expires_on"], x["lot"])) if earlier else None
            found.append(
                {
                    "number": step.number,
                    "trip": left[0]["number"],
                    "left_at": gone_at,
                    "depot": before["depot"],
                    "item": before["item"],
                    "lot": before["lot"],
                    "batch": before["batch"],
                    "expires_on": before["expires_on"]
                    and dt.date.fromisoformat(before["expires_on"]),
                    "units": before["on_hand"] - after["on_hand"],
                    "earlier": first and first["lot"],
                    "earlier_batch": first["batch"] if first else "",
                    "earlier_free": first["on_hand"] - first["held"] if first else 0,
                    "in_order": first is None,
                    "reason": step.facts.get("reasons", {}).get(str(before["lot"]), ""),
                }
            )
    right = [one for one in found if one["in_order"]]
    return {
        "every": found,
        "in_order": len(right),
        "explained": sum(bool(one["reason"]) for one in found if not one["in_order"]),
        "share": part(len(right), len(found)),
        "units_share": part(sum(x["units"] for x in right), sum(x["units"] for x in found)),
    }


def wrong(rows: dict) -> list[dict[str, Any]]:
    return [
        {
            "difference": one["id"],
            "kind": one["kind"],
            "duplicate": one["kind"] in ("received", "counted")
            or (one["kind"] == "beyond" and one["lot"] is None),
            "document": one["document"],
            "item": one["item"],
            "units": one["quantity"],
            "opened_at": at(one["opened_at"]),
            "answered_at": at(one["answered_at"]),
        }
        for one in table(rows, "difference")
    ]


def receipts(rows: dict) -> dict[str, int]:
    stops = [one for one in table(rows, "delivery") if one["received_at"]]
    loads = [load for one in stops for load in one["loads"] if load["loaded"]]
    sums = {
        key: sum(load[key] or 0 for load in loads) for key in ("loaded", "good", "damaged", "short")
    }
    return {
        "stops": len(stops),
        "differing": sum(any(x["damaged"] or x["short"] for x in one["loads"]) for one in stops),
        **sums,
        "surplus": sum(one["surplus"] for one in table(rows, "check")),
    }


def fleets(steps: list[Step], given: Given, trips: list[dict], fill: dict) -> list[dict[str, Any]]:
    """Second by second would be too slow: minute by minute does, to a hundredth of an hour."""
    if not trips:
        return []
    start = min(one["ordered_at"] for one in trips)
    rows = steps[-1].after
    away: dict[tuple[int, int], list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    count = Counter()
    by_trip = defaultdict(list)
    for one in table(rows, "delivery"):
        if one["dispatched_at"]:
            by_trip[one["trip"]].append(one)
    for stops in by_trip.values():
        one = stops[0]
        left, end = at(one["dispatched_at"]), given.ends_at
        if all(x["received_at"] for x in stops):
            end = max(at(x["received_at"]) for x in stops)
            back = [s.facts["back_at"] for s in steps if s.facts.get("back_at") and
                    s.facts.get("number" if s.kind == "trip_dispatched" else "trip")
                    == one["number"]]  # fmt: skip
            if back:
                planned = max(at(x["arrives_at"]) for x in stops) + (left - at(one["leaves_at"]))
                end += max(dt.timedelta(), at(back[-1]) - planned)
        away[one["fleet"], one["vehicle"]].append((left, end))
        count[one["fleet"]] += 1
    points = fill["overall"]["points"] if fill["overall"] else []
    found = []
    seconds = int((max(start, given.ends_at) - start).total_seconds())
    for fleet in sorted({*given.fleets, *count}):
        used = [key for key in away if key[0] == fleet]
        vehicles = max(given.fleets.get(fleet, 0), len(used))
        busy = short_busy = short = 0
        for second in range(seconds):
            when = start + dt.timedelta(seconds=second)
            lacking = [x["share"] < 1 for x in points if x["at"] <= when][-1:] == [True]
            out = sum(any(a <= when < b for a, b in away[key]) for key in used)
            busy += out
            short += vehicles * lacking
            short_busy += out * lacking
        hour = dt.timedelta(hours=1).total_seconds()
        every = vehicles * seconds
        found.append(
            {
                "fleet": fleet,
                "vehicles": vehicles,
                "used": len(used),
                "trips": count[fleet],
                "hours": round(every / hour, 2),
                "busy_hours": round(busy / hour, 2),
                "idle_hours": round((every - busy) / hour, 2),
                "idle_share": part(every - busy, every),
                "idle_short_hours": round((short - short_busy) / hour, 2),
            }
        )
    return found
