"""From bytes or a plain dictionary to a Problem, or to every fault in it (读入校验)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .faults import Fault, Malformed, Reader, shown
from .problem import FORMAT_VERSION, KINDS, Demand, Fleet, Item, Problem, Substitute, Supply
from .reading_travel import MAX_HOURS, read_travel, read_ways
from .travel import Travel

MAX_BYTES = 50 * 1024 * 1024
# Above a billion units of one thing in one place a figure is a slip of the keyboard, and sums of
# such figures times a level's denominator would leave 64 bits.
MAX_UNITS = 10**9
MAX_AMOUNT = 1e9
MIN_SIZE = 0.0

_TOP = (
    "version",
    "now",
    "horizon_h",
    "seed",
    "items",
    "supplies",
    "demands",
    "travel",
    "reach",
    "fleets",
    "substitutes",
    "previous",
    "ways",
)
_SUPPLY = (
    "id",
    "item",
    "place",
    "qty",
    "ready_h",
    "unit_cost",
    "kind",
    "expires_h",
    "pack",
)
_DEMAND = (
    "id",
    "item",
    "place",
    "qty",
    "class",
    "due_h",
    "people_per_pack",
    "committed",
)
_FLEET = (
    "id",
    "place",
    "count",
    "kg",
    "m3",
    "ready_h",
    "cost_km",
    "speed_factor",
    "way",
    "shifts",
)


def parse(data: dict[str, Any] | bytes | str) -> Problem:
    """Read a problem whole; raise Malformed with one fault per path when anything is wrong."""
    if isinstance(data, bytes | str):
        data = decode(data)
    r = Reader()
    if not isinstance(data, dict):
        raise Malformed([Fault("$", "not_object", (("got", shown(data)),))])
    if not data:
        raise Malformed([Fault("$", "empty")])
    r.object(data, "$", known=_TOP)
    r.whole(data, "version", "$", low=FORMAT_VERSION, high=FORMAT_VERSION)
    now = _time(r, data)
    horizon = r.number(data, "horizon_h", "$", low=0, high=MAX_HOURS)
    seed = r.whole(data, "seed", "$", low=0, high=2**31 - 1, default=1)
    items = _items(r, data)
    item_of = {item.id: item.id for item in items}
    supplies = _supplies(r, data, item_of)
    demands = _demands(r, data, item_of)
    item_of_supply = {s.id: s.item for s in supplies}
    item_of_demand = {d.id: d.item for d in demands}
    travel, ways = read_travel(r, data), read_ways(r, data)
    substitutes = _substitutes(r, data, item_of)
    allowed = {(s.use, s.instead_of) for s in substitutes}
    problem = Problem(
        now=now,
        horizon_h=horizon,
        seed=seed,
        items=items,
        supplies=supplies,
        demands=demands,
        travel=travel,
        reach=_reach(r, data, item_of_supply, item_of_demand),
        fleets=_fleets(r, data, ways),
        substitutes=substitutes,
        previous=_previous(r, data, item_of_supply, item_of_demand, allowed),
        ways=ways,
    )
    if r.faults:
        raise Malformed(r.faults)
    return problem


def decode(raw: bytes | str) -> Any:
    """The JSON value in a file; Malformed when there is none."""
    size = len(raw)
    if size > MAX_BYTES:
        raise Malformed([Fault("$", "too_large", (("limit", MAX_BYTES), ("got", size)))])
    if not raw.strip():
        raise Malformed([Fault("$", "empty")])
    try:
        return json.loads(raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw)
    # RecursionError: thousands of nested brackets; ValueError also covers numbers too long to read.
    except (ValueError, RecursionError) as error:
        detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]
        raise Malformed([Fault("$", "not_json", (("detail", detail),))]) from error


def _time(r: Reader, data: dict[str, Any]) -> str:
    text = r.text(data, "now", "$")
    if not text:
        return ""
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        r.note("$.now", "not_time", got=shown(text))
        return ""
    r.note("$.now", "not_time", got=shown(text))
    return ""


class _Ids:
    """Notices an id used twice in one list."""

    def __init__(self, r: Reader) -> None:
        self.r, self.seen = r, set[str]()

    def take(self, entry: dict[str, Any], path: str) -> str:
        value = self.r.text(entry, "id", path)
        if value and value in self.seen:
            self.r.note(f"{path}.id", "duplicate_id", id=shown(value))
        self.seen.add(value)
        return value


def _item_ref(r: Reader, entry: dict[str, Any], name: str, path: str, items: dict[str, str]) -> str:
    value = r.text(entry, name, path)
    if value and value not in items:
        r.note(f"{path}.{name}", "unknown_item", id=shown(value))
    return value


def _items(r: Reader, data: dict[str, Any]) -> tuple[Item, ...]:
    ids, out = _Ids(r), []
    for i, raw in enumerate(r.list(data, "items", "$")):
        path = f"$.items[{i}]"
        e = r.object(raw, path, known=("id", "kg", "m3"))
        if not isinstance(raw, dict):
            continue
        out.append(
            Item(
                id=ids.take(e, path),
                kg=r.number(e, "kg", path, low=0, high=MAX_AMOUNT),
                m3=r.number(e, "m3", path, low=0, high=MAX_AMOUNT),
            )
        )
    return tuple(out)


def _supplies(r: Reader, data: dict[str, Any], items: dict[str, str]) -> tuple[Supply, ...]:
    ids, out = _Ids(r), []
    for i, raw in enumerate(r.list(data, "supplies", "$")):
        path = f"$.supplies[{i}]"
        e = r.object(raw, path, known=_SUPPLY)
        if not isinstance(raw, dict):
            continue
        expires = None
        if e.get("expires_h") is not None:
            # A lot may have expired before `now`: it is read, and never used.
            expires = r.number(e, "expires_h", path, low=-1e7, high=1e7)
        out.append(
            Supply(
                id=ids.take(e, path),
                item=_item_ref(r, e, "item", path, items),
                place=r.text(e, "place", path),
                qty=r.whole(e, "qty", path, low=0, high=MAX_UNITS),
                ready_h=r.number(e, "ready_h", path, low=0, high=MAX_HOURS),
                unit_cost=r.number(e, "unit_cost", path, low=0, high=MAX_AMOUNT),
                kind=r.one_of(e, "kind", path, allowed=KINDS),
                expires_h=expires,
                pack=r.whole(e, "pack", path, low=1, high=MAX_UNITS, default=1),
            )
        )
    return tuple(out)


def _demands(r: Reader, data: dict[str, Any], items: dict[str, str]) -> tuple[Demand, ...]:
    ids, out = _Ids(r), []
    for i, raw in enumerate(r.list(data, "demands", "$")):
        path = f"$.demands[{i}]"
        e = r.object(raw, path, known=_DEMAND)
        if not isinstance(raw, dict):
            continue
        out.append(
            Demand(
                id=ids.take(e, path),
                item=_item_ref(r, e, "item", path, items),
                place=r.text(e, "place", path),
                qty=r.whole(e, "qty", path, low=0, high=MAX_UNITS),
                cls=r.whole(e, "class", path, low=1, high=4),
                # What was due before `now` is late already.
                due_h=r.number(e, "due_h", path, low=-MAX_HOURS, high=MAX_HOURS),
                people_per_pack=r.number(e, "people_per_pack", path, low=0, high=MAX_AMOUNT),
                committed=r.whole(e, "committed", path, low=0, high=MAX_UNITS, default=0),
            )
        )
    return tuple(out)


def _fleets(
    r: Reader, data: dict[str, Any], ways: Mapping[str, Travel]
) -> tuple[Fleet, ...] | None:
    if data.get("fleets") is None:
        return None
    ids, out = _Ids(r), []
    for i, raw in enumerate(r.list(data, "fleets", "$")):
        path = f"$.fleets[{i}]"
        e = r.object(raw, path, known=_FLEET)
        if not isinstance(raw, dict):
            continue
        out.append(
            Fleet(
                id=ids.take(e, path),
                place=r.text(e, "place", path),
                count=r.whole(e, "count", path, low=0, high=100_000),
                kg=r.number(e, "kg", path, low=MIN_SIZE, high=MAX_AMOUNT),
                m3=r.number(e, "m3", path, low=MIN_SIZE, high=MAX_AMOUNT),
                ready_h=r.number(e, "ready_h", path, low=0, high=MAX_HOURS),
                cost_km=r.number(e, "cost_km", path, low=0, high=MAX_AMOUNT, default=0.0),
                speed_factor=r.number(e, "speed_factor", path, low=0.01, high=100, default=1.0),
                way=_way(r, e, path, ways),
                shifts=_shifts(r, e, path),
            )
        )
    return tuple(out)


def _way(r: Reader, entry: dict[str, Any], path: str, ways: Mapping[str, Travel]) -> str | None:
    if entry.get("way") is None:
        return None
    name = r.text(entry, "way", path)
    if name and name not in ways:
        r.note(f"{path}.way", "unknown_way", id=shown(name))
    return name


def _shifts(r: Reader, entry: dict[str, Any], path: str) -> tuple[tuple[float, float], ...] | None:
    """Pairs of hours in order, none of them empty or overlapping."""
    if entry.get("shifts") is None:
        return None
    out, last = [], 0.0
    for i, raw in enumerate(r.list(entry, "shifts", path)):
        here = f"{path}.shifts[{i}]"
        if not isinstance(raw, list) or len(raw) != 2:
            r.note(here, "bad_shift", got=shown(raw))
            continue
        start = r.number_value(raw[0], f"{here}[0]", low=0, high=MAX_HOURS)
        end = r.number_value(raw[1], f"{here}[1]", low=0, high=MAX_HOURS)
        if not last <= start < end:
            r.note(here, "bad_shift", got=f"{start} – {end}")
        out.append((start, end))
        last = max(last, end)
    return tuple(out)


def _pair(
    r: Reader,
    raw: Any,
    path: str,
    size: int,
    supplies: dict[str, str],
    demands: dict[str, str],
) -> tuple[str, str] | None:
    if not isinstance(raw, list):
        r.note(path, "not_list", got=shown(raw))
        return None
    if len(raw) != size:
        r.note(path, "wrong_length", expected=size, got=len(raw))
        return None
    s, d = r.text_value(raw[0], f"{path}[0]"), r.text_value(raw[1], f"{path}[1]")
    if s and s not in supplies:
        r.note(f"{path}[0]", "unknown_supply", id=shown(s))
    if d and d not in demands:
        r.note(f"{path}[1]", "unknown_demand", id=shown(d))
    return s, d


def _reach(
    r: Reader, data: dict[str, Any], supplies: dict[str, str], demands: dict[str, str]
) -> frozenset[tuple[str, str]] | None:
    if data.get("reach") is None:
        return None
    pairs = set()
    for i, raw in enumerate(r.list(data, "reach", "$")):
        pair = _pair(r, raw, f"$.reach[{i}]", 2, supplies, demands)
        if pair:
            pairs.add(pair)
    return frozenset(pairs)


def _substitutes(r: Reader, data: dict[str, Any], items: dict[str, str]) -> tuple[Substitute, ...]:
    out: dict[tuple[str, str], Substitute] = {}
    for i, raw in enumerate(r.list(data, "substitutes", "$") if "substitutes" in data else ()):
        path = f"$.substitutes[{i}]"
        e = r.object(raw, path, known=("use", "for", "ratio"))
        if not isinstance(raw, dict):
            continue
        use = _item_ref(r, e, "use", path, items)
        instead_of = _item_ref(r, e, "for", path, items)
        if use and use == instead_of:
            r.note(path, "same_item")
        if (use, instead_of) in out:
            r.note(path, "duplicate_pair", first=shown(use), second=shown(instead_of))
        ratio = r.whole(e, "ratio", path, low=1, high=10**6)
        out[use, instead_of] = Substitute(use, instead_of, ratio)
    return tuple(out.values())


def _previous(
    r: Reader,
    data: dict[str, Any],
    supplies: dict[str, str],
    demands: dict[str, str],
    allowed: set[tuple[str, str]],
) -> tuple[tuple[str, str, int], ...]:
    out: dict[tuple[str, str], int] = {}
    for i, raw in enumerate(r.list(data, "previous", "$") if "previous" in data else ()):
        path = f"$.previous[{i}]"
        pair = _pair(r, raw, path, 3, supplies, demands)
        if pair is None:
            continue
        have, want = supplies.get(pair[0]), demands.get(pair[1])
        if have and want and have != want and (have, want) not in allowed:
            r.note(path, "wrong_item", supply=pair[0], have=have, demand=pair[1], want=want)
        if pair in out:
            r.note(path, "duplicate_pair", first=shown(pair[0]), second=shown(pair[1]))
        out[pair] = r.whole_value(raw[2], f"{path}[2]", low=1, high=MAX_UNITS)
    return tuple((s, d, qty) for (s, d), qty in out.items())
