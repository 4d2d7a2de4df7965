"""Plans in words (方案解释): why a demand got what it got, why a line comes from where it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .problem import Demand, Problem, Supply
from .proposal import Line, Proposal, Unmet
from .soonest import First, Soonest
from .teller import Teller, hour, share, stands_in
from .why_here import line_sentences

__all__ = ["UnknownDemand", "line_sentences", "reasons", "sentences"]


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
    tell = Teller(lang, names, problem.now)
    d = problem.demands[problem.demand_index[demand_id]]
    lines = [line for line in proposal.lines if line.demand == demand_id]
    planned = sum(line.qty * _ratio(problem, line) for line in lines)
    unmet = next((u for u in proposal.unmet if u.demand == demand_id), None)
    short = unmet.qty if unmet else 0
    out = [
        tell(
            "need",
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
            tell("from", qty=line.qty, supply=tell.name(s.id), arrival=tell.at(line.arrival_h))
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
    return _why(Teller(lang, names, problem.now), problem, demand, unmet)


def _why(tell: Teller, problem: Problem, d: Demand, unmet: Unmet) -> list[str]:
    return [*_reason(tell, problem, d, unmet), *_cure(tell, problem, d, unmet)]


def _ratio(problem: Problem, line: Line) -> int:
    s = problem.supplies[problem.supply_index[line.supply]]
    d = problem.demands[problem.demand_index[line.demand]]
    return problem.ratio_of[s.item, d.item]


def _reason(tell: Teller, problem: Problem, d: Demand, unmet: Unmet) -> list[str]:
    end = tell.at(problem.horizon_h)
    if unmet.why == "road":
        return [tell("road", place=tell.name(d.place))]
    if unmet.why == "horizon":
        at = float(unmet.cure.get("arrival_h", problem.horizon_h))
        return [tell("horizon", arrival=tell.at(at), end=end)]
    if unmet.why == "reach":
        return [tell("reach", demand=tell.name(d.id))]
    if unmet.why == "fleet":
        return [_fleet(tell, problem, d, unmet)]
    if unmet.detail == "none":
        return [tell("stock_none", item=tell.name(d.item))]
    if unmet.detail == "expired":
        return [tell("expired")]
    if unmet.detail == "pack":
        return [tell("pack", short=unmet.qty, pack=unmet.cure.get("pack", 1))]
    out = [tell(unmet.why, block=tell.several(unmet.block))]
    if unmet.detail == "higher":
        return [*out, tell("higher", takers=tell.several(unmet.others))]
    if unmet.detail == "ahead":
        return [*out, tell("ahead")]
    level = share(unmet.level)
    if unmet.shares_with:
        mates = tell.several(unmet.others, of=unmet.shares_with)
        return [*out, tell("shared", mates=mates, level=level)]
    return [*out, tell("alone", level=level)]


def _fleet(tell: Teller, problem: Problem, d: Demand, unmet: Unmet) -> str:
    """What vehicles lack: there are none, they are too small, too late, or busy."""
    known = [problem.supplies[problem.supply_index[s]] for s in unmet.block]
    end = tell.at(problem.horizon_h)
    if unmet.detail == "busy":
        origins = tell.several(list(dict.fromkeys(s.place for s in known)))
        return tell("fleet_busy", origins=origins, end=end)
    if unmet.detail == "none":
        return tell("fleet_none")
    if unmet.detail == "size":
        return tell("fleet_size", pack=min((s.pack for s in known), default=1))
    return _late(tell, problem, d, known)


def _late(tell: Teller, problem: Problem, d: Demand, known: list[Supply]) -> str:
    soonest = Soonest(problem)
    firsts = [(s, soonest.first(supply=s, demand=d)) for s in known]
    found: list[tuple[Supply, First]] = [(s, f) for s, f in firsts if f]
    if not found:
        return tell("fleet_shift")
    supply, first = min(found, key=lambda pair: (pair[1].arrive, pair[1].fleet))
    words = {
        "fleet": tell.name((problem.fleets or ())[first.fleet].id),
        "leave": tell.at(first.leave),
        "arrival": tell.at(first.arrive),
    }
    if first.arrive > problem.horizon_h:
        return tell("fleet_late", **words, end=tell.at(problem.horizon_h))
    if supply.expires_h is not None and first.arrive > supply.expires_h:
        return tell("fleet_expired", **words, expires=tell.at(supply.expires_h))
    # It could be there, but not be back within its working hours.
    return tell("fleet_shift")


def _cure(tell: Teller, problem: Problem, d: Demand, unmet: Unmet) -> list[str]:
    cure, kind = unmet.cure, unmet.cure.get("kind")
    if kind == "stock":
        return _stock(tell, problem, d, cure)
    words: dict[str, Any] = {}
    if kind in ("road", "fleet"):
        words = {"origin": tell.name(cure["from"]), "target": tell.name(cure["to"])}
    elif kind == "horizon":
        words = {"hours": hour(cure["hours"])}
    elif kind == "reach":
        words = {"supply": tell.name(cure["supply"])}
    elif kind == "vehicle":
        words = {"count": cure["count"], "fleet": tell.name(cure["fleet"])}
    elif kind == "pack" and "qty" in cure:
        return [tell("cure_pack", qty=cure["qty"])]
    else:
        return []
    sure = cure.get("sure")
    said = [tell(f"cure_{kind}" if sure else f"cure_{kind}_perhaps", **words)]
    if sure is False:
        return [tell(f"cure_{kind}_opens", **words), tell("cure_alone_not")]
    return said


def _stock(tell: Teller, problem: Problem, d: Demand, cure: dict[str, Any]) -> list[str]:
    place, qty, full = tell.name(cure["place"]), cure["qty"], cure.get("full")
    if "supply" not in cure:
        return [tell("cure_own", qty=qty, item=tell.name(d.item), place=place)]
    if not cure.get("sure"):
        return [tell("cure_stock_perhaps", qty=qty, place=place)]
    said = (
        tell("cure_stock", qty=qty, place=place)
        if full is None
        else tell("cure_stock_full", qty=qty, place=place, full=full)
    )
    if problem.fleets is None or cure["place"] == d.place:
        return [said]
    return [said, tell("as_carried")]
