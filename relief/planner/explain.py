"""Plans in words (方案解释): why a demand got what it got, why a line comes from where it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .draft import share_out
from .problem import Demand, Problem
from .proposal import Line, Proposal, Unmet
from .teller import Teller, hour, share, stands_in
from .why_here import line_sentences

__all__ = ["UnknownDemand", "block_of", "line_sentences", "sentences"]


class UnknownDemand(KeyError):
    """The problem has no demand of this id."""


def sentences(
    problem: Problem,
    proposal: Proposal,
    demand_id: str,
    lang: str = "en",
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """What this demand gets, what is missing, why, and the smallest cure.

    `names` turns ids of items, places, supplies, demands and fleets into words for people.
    """
    if demand_id not in problem.demand_index:
        raise UnknownDemand(demand_id)
    tell = Teller(lang, names)
    d = problem.demands[problem.demand_index[demand_id]]
    lines = [line for line in proposal.lines if line.demand == demand_id]
    planned = sum(line.qty * _ratio(problem, line) for line in lines)
    unmet = next((u for u in proposal.unmet if u.demand == demand_id), None)
    short = unmet.qty if unmet else 0
    out = [
        tell(
            "need",
            demand=tell.name(d.id),
            qty=d.qty,
            item=tell.name(d.item),
            place=tell.name(d.place),
            cls=d.cls,
            committed=d.committed,
            planned=planned,
            short=short,
        )
    ]
    for line in lines:
        s = problem.supplies[problem.supply_index[line.supply]]
        out.append(
            tell(
                "from",
                qty=line.qty,
                supply=tell.name(s.id),
                origin=tell.name(s.place),
                arrival=hour(line.arrival_h),
            )
        )
        if s.item != d.item:
            out.append(stands_in(tell, problem, s, d))
    if unmet is None:
        return [*out, tell("met")]
    return [*out, *_why(tell, problem, d, unmet)]


def reasons(
    problem: Problem,
    unmet: Unmet,
    lang: str = "en",
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """Why this much stays unmet, and the smallest cure; without what is sent."""
    if unmet.demand not in problem.demand_index:
        raise UnknownDemand(unmet.demand)
    demand = problem.demands[problem.demand_index[unmet.demand]]
    return _why(Teller(lang, names), problem, demand, unmet)


def _why(tell: Teller, problem: Problem, d: Demand, unmet: Unmet) -> list[str]:
    cure = _cure(tell, unmet.cure)
    return [*_reason(tell, problem, d, unmet), *([cure] if cure else [])]


def _ratio(problem: Problem, line: Line) -> int:
    s = problem.supplies[problem.supply_index[line.supply]]
    d = problem.demands[problem.demand_index[line.demand]]
    return problem.ratio_of[s.item, d.item]


def _reason(tell: Teller, problem: Problem, d: Demand, unmet: Unmet) -> list[str]:
    horizon = hour(problem.horizon_h)
    if unmet.why == "road":
        return [tell("road", place=tell.name(d.place))]
    if unmet.why == "horizon":
        at = hour(float(unmet.cure.get("arrival_h", problem.horizon_h)))
        return [tell("horizon", arrival=at, horizon=horizon)]
    if unmet.why == "reach":
        return [tell("reach", demand=tell.name(d.id))]
    if unmet.why == "fleet":
        return [tell("fleet", horizon=horizon)]
    if unmet.detail == "none":
        return [tell("stock_none", item=tell.name(d.item))]
    if unmet.detail == "expired":
        return [tell("expired")]
    if unmet.detail == "pack":
        return [tell("pack", short=unmet.qty)]
    out = [tell(unmet.why, block=tell.several(unmet.block))]
    if unmet.detail == "higher":
        return [*out, tell("higher")]
    level = share(unmet.level)
    if unmet.shares_with:
        return [*out, tell("shared", n=unmet.shares_with, level=level)]
    return [*out, tell("alone", level=level)]


def _cure(tell: Teller, cure: dict[str, Any]) -> str | None:
    kind = cure.get("kind")
    if kind == "stock":
        place = tell.name(cure["place"])
        return tell("cure_stock", qty=cure["qty"], full=cure["full"], place=place)
    if kind == "road":
        return tell("cure_road", origin=tell.name(cure["from"]), target=tell.name(cure["to"]))
    if kind == "horizon":
        return tell("cure_horizon", hours=hour(cure["hours"]))
    if kind == "reach":
        return tell("cure_reach", supply=tell.name(cure["supply"]))
    if kind == "vehicle":
        return tell("cure_vehicle", count=cure["count"], fleet=tell.name(cure["fleet"]))
    if kind == "fleet":
        return tell("cure_fleet", origin=tell.name(cure["from"]), target=tell.name(cure["to"]))
    if kind == "pack":
        return tell("cure_pack", qty=cure["qty"])
    return None


def block_of(problem: Problem, demand_id: str) -> tuple[str, ...]:
    """The demands that share one level with this one, itself among them, from a fresh solve."""
    if demand_id not in problem.demand_index:
        raise UnknownDemand(demand_id)
    j = problem.demand_index[demand_id]
    draft = share_out(problem, only_item=problem.demands[j].item)
    step = draft.main_pass[j]
    n = step.net.dem.tolist().index(j)
    bound = int(step.amounts.limited_by[n])
    if bound < 0:
        return (demand_id,)
    block = step.amounts.blocks[bound]
    members = block.dem[step.net.cls[block.dem] == step.net.cls[n]]
    return tuple(problem.demands[int(step.net.dem[m])].id for m in members.tolist())
