"""How much of the need was met, over time (满足率), and who was worst off. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from relief.drills.measures.arithmetic import minutes
from relief.drills.measures.history import Change, History
from relief.drills.measures.shapes_goods import Fill, FillLine, FillPoint


class Wanted(NamedTuple):
    """One need: where, for how many people, how many units."""

    area: str
    people: int
    quantity: int


class _State:
    """Needs and what was received of them at one moment."""

    def __init__(self) -> None:
        self.needs: dict[int | str, Wanted] = {}
        self.by_area: dict[str, set[int | str]] = {}
        self.got: dict[int | str, tuple[int, int]] = {}  # line → need, units of the need
        self.received: dict[int, int] = {}  # need → units

    def need(self, change: Change) -> str:
        """Take a need as it is now; the township it belongs to."""
        if change.values is None or not change.values["quantity"]:
            self.needs.pop(change.id, None)
            self.by_area.get(change.area, set()).discard(change.id)
        else:
            people, quantity = change.values["people"], change.values["quantity"]
            self.needs[change.id] = Wanted(change.area, people, quantity)
            self.by_area.setdefault(change.area, set()).add(change.id)
        return change.area

    def line(self, change: Change) -> str:
        """Take an order line as it is now; the township it is for."""
        need, units = self.got.pop(change.id, (None, 0))
        if need is not None:
            self.received[need] -= units
        values = change.values
        if values is not None and values["need"] is not None:
            units = values["received"] * values["stands_for"]
            self.got[change.id] = (values["need"], units)
            self.received[values["need"]] = self.received.get(values["need"], 0) + units
        return change.area

    def share(self, needs: Iterable[int | str]) -> float | None:
        """The share met of each of these needs, weighted by the people in need."""
        met = weight = 0.0
        for key in needs:
            wanted = self.needs[key]
            people = max(1, wanted.people)
            weight += people
            met += people * min(1.0, self.received.get(int(key), 0) / wanted.quantity)
        return round(met / weight, 4) if weight else None


Points = list[tuple[dt.datetime, float]]


def fill(history: History, *, begins_at: dt.datetime, ends_at: dt.datetime) -> Fill:
    """Fill rates after every act that changed a need or a receipt."""
    state = _State()
    by_area: dict[str, Points] = {}
    overall: Points = []
    worst: Points = []
    now: dict[str, float] = {}
    for at, changes in _by_act(history):
        touched = {state.need(one) if is_need else state.line(one) for is_need, one in changes}
        for area in sorted(touched):
            share = state.share(sorted(state.by_area.get(area, ()), key=str))
            if share is None:
                now.pop(area, None)
            else:
                now[area] = share
                _add(by_area.setdefault(area, []), at, share)
        whole = state.share(sorted(state.needs, key=str))
        if whole is not None:
            _add(overall, at, whole)
            _add(worst, at, min(now.values()))
    lines = {
        area: _line(area, points, begins_at=begins_at, ends_at=ends_at)
        for area, points in sorted(by_area.items())
    }
    last = {area: lines[area].at_end for area in now}
    return Fill(
        by_township=tuple(lines.values()),
        overall=_line("", overall, begins_at=begins_at, ends_at=ends_at) if overall else None,
        worst=_line("", worst, begins_at=begins_at, ends_at=ends_at) if worst else None,
        worst_area=_lowest(last),
        spread_at_end=round(max(last.values()) - min(last.values()), 4) if last else None,
    )


def _by_act(history: History) -> list[tuple[dt.datetime, list[tuple[bool, Change]]]]:
    """Changes to needs and order lines, act by act."""
    acts: dict[int, tuple[dt.datetime, list[tuple[bool, Change]]]] = {}
    for table in ("need", "order_line"):
        for change in history.of(table):
            _at, found = acts.setdefault(change.act.number, (change.act.at, []))
            found.append((table == "need", change))
    return [acts[number] for number in sorted(acts)]


def _add(points: Points, at: dt.datetime, share: float) -> None:
    """A new point where the share changed; the last of several at one moment stands."""
    if points and points[-1][0] == at:
        points.pop()
    if not points or points[-1][1] != share:
        points.append((at, share))


def _line(area: str, points: Points, *, begins_at: dt.datetime, ends_at: dt.datetime) -> FillLine:
    return FillLine(
        area=area,
        points=tuple(FillPoint(at, minutes(begins_at, at), share) for at, share in points),
        at_end=points[-1][1],
        mean=_mean(points, ends_at),
    )


def _mean(points: Points, ends_at: dt.datetime) -> float | None:
    """The average over time from the first point to the end; None where no time passed."""
    ends = [*(at for at, _share in points[1:]), max(ends_at, points[-1][0])]
    spans = [(end - at).total_seconds() for (at, _share), end in zip(points, ends, strict=True)]
    if not sum(spans):
        return None
    held = zip(points, spans, strict=True)
    return round(sum(share * span for (_at, share), span in held) / sum(spans), 4)


def _lowest(last: Mapping[str, float]) -> str | None:
    return min(last, key=lambda area: (last[area], area)) if last else None
