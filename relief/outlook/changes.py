"""Supposed changes (假设变动): read from an address, said in words, put into a problem.

An address carries any number of `change=` values, so a supposition can be sent to a colleague and
is never stored:

    stock:<place>:<item>:<units>            more units at depot:3, agreement:2 or area:<code>
    vehicle:<fleet>:<count>                 more vehicles of a fleet
    agreement:<id>:<item>:<units>:<minutes> a supplier promises more, loaded so long after the call
    close:<link>,<link>                     road links closed to all vehicles
    reopen:<closure>                        a road closure lifted
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from relief.allocation.problem import LOADING_HOURS

MOST_CHANGES = 12
MOST_UNITS = 1_000_000
MOST_VEHICLES = 200
MOST_MINUTES = 14 * 24 * 60
MOST_LINKS = 50
_PLACE = re.compile(r"(depot|agreement):[1-9][0-9]{0,8}|area:[0-9]{12}", re.ASCII)
_ITEM = re.compile(r"[A-Z0-9-]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MoreStock:
    """So many units of an item more at one place of the problem."""

    place: str
    item: str
    units: int

    @property
    def text(self) -> str:
        return f"stock:{self.place}:{self.item}:{self.units}"


@dataclass(frozen=True, slots=True)
class MoreVehicles:
    fleet: int
    count: int

    @property
    def text(self) -> str:
        return f"vehicle:{self.fleet}:{self.count}"


@dataclass(frozen=True, slots=True)
class MoreAgreed:
    """A supplier promises so many units more, to be loaded `minutes` after the call."""

    agreement: int
    item: str
    units: int
    minutes: int

    @property
    def text(self) -> str:
        return f"agreement:{self.agreement}:{self.item}:{self.units}:{self.minutes}"


@dataclass(frozen=True, slots=True)
class Closed:
    links: tuple[int, ...]

    @property
    def text(self) -> str:
        return f"close:{','.join(str(number) for number in self.links)}"


@dataclass(frozen=True, slots=True)
class Reopened:
    closure: int

    @property
    def text(self) -> str:
        return f"reopen:{self.closure}"


Change = MoreStock | MoreVehicles | MoreAgreed | Closed | Reopened


@dataclass(frozen=True, slots=True)
class Goods:
    """What a change has to know of an item: its words, and the weight and volume of a unit."""

    name: str
    unit: str
    kg: float
    m3: float


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to suppose something about, by the names an address uses."""

    places: Mapping[str, str] = field(default_factory=dict)
    goods: Mapping[str, Goods] = field(default_factory=dict)
    fleets: Mapping[int, str] = field(default_factory=dict)
    agreements: Mapping[int, str] = field(default_factory=dict)
    links: Mapping[int, str] = field(default_factory=dict)
    closures: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What goods cost and what they may stand in for.

    `yuan` per unit by item; without a price they cost nothing. `replaces` lists (item, the item
    it stands in for, how many of those one unit is worth).
    """

    yuan: Mapping[str, float] = field(default_factory=dict)
    replaces: tuple[tuple[str, str, int], ...] = ()


class _Bad(ValueError):
    """One change that cannot be read; its text is the sentence."""


def parse(texts: Sequence[str], *, known: Known) -> tuple[list[Change], list[str]]:
    """The changes an address names, without repeats, and one sentence for each that is wrong."""
    found: list[Change] = []
    faults: list[str] = []
    for text in texts[:MOST_CHANGES]:
        try:
            change = _one(text, known)
        except _Bad as bad:
            faults.append(str(bad))
            continue
        if change not in found:
            found.append(change)
    if len(texts) > MOST_CHANGES:
        faults.append(
            _("At most %(most)d changes are reckoned at once; %(got)d came.")
            % {"most": MOST_CHANGES, "got": len(texts)}
        )
    return found, faults


def describe(change: Change, *, known: Known) -> str:
    """The change in words."""
    match change:
        case MoreStock(place, item, units):
            goods = known.goods[item]
            return _("%(place)s: %(item)s, +%(units)s %(unit)s") % {
                "units": f"{units:,}",
                "unit": goods.unit,
                "item": goods.name,
                "place": known.places[place],
            }
        case MoreVehicles(fleet, count):
            return _("%(count)d more: %(fleet)s") % {"count": count, "fleet": known.fleets[fleet]}
        case MoreAgreed(agreement, item, units, minutes):
            goods = known.goods[item]
            return _("%(supplier)s: %(item)s, +%(units)s %(unit)s, in %(minutes)d min") % {
                "supplier": known.agreements[agreement],
                "units": f"{units:,}",
                "unit": goods.unit,
                "item": goods.name,
                "minutes": minutes,
            }
        case Closed(links):
            names = list(dict.fromkeys(known.links[number] for number in links))
            return _("Closed: %(roads)s (stretches of road: %(count)d)") % {
                "roads": ", ".join(names[:3]) + ("…" if len(names) > 3 else ""),
                "count": len(links),
            }
        case Reopened(closure):
            return _("Reopened: %(reason)s") % {"reason": known.closures[closure]}


def closed_links(changes: Sequence[Change]) -> frozenset[int]:
    """Road links that are supposed to be closed as well."""
    return frozenset(n for change in changes if isinstance(change, Closed) for n in change.links)


def reopened(changes: Sequence[Change]) -> frozenset[int]:
    """Closures that are supposed to be lifted."""
    return frozenset(change.closure for change in changes if isinstance(change, Reopened))


def apply(
    data: Mapping[str, Any], changes: Sequence[Change], *, known: Known, terms: Terms
) -> dict[str, Any]:
    """The problem with goods and vehicles added; roads are not in here but in its travel tables."""
    after = copy.deepcopy(dict(data))
    for n, change in enumerate(changes, start=1):
        match change:
            case MoreStock(place, item, units):
                lot = {"place": place, "qty": units, "kind": "lot", "ready_h": LOADING_HOURS}
                _add_goods(after, n, item, lot, known=known, terms=terms)
            case MoreAgreed(agreement, item, units, minutes):
                promise = {
                    "place": f"agreement:{agreement}",
                    "qty": units,
                    "kind": "agreement",
                    "ready_h": LOADING_HOURS + minutes / 60,
                }
                _add_goods(after, n, item, promise, known=known, terms=terms)
            case MoreVehicles(fleet, count):
                _add_vehicles(after, n, fleet, count)
    return after


def added(number: int) -> str:
    """The planner's id of what the n-th change (from 1) brings."""
    return f"supposed:{number}"


def _add_goods(
    data: dict[str, Any],
    number: int,
    item: str,
    supply: dict[str, Any],
    *,
    known: Known,
    terms: Terms,
) -> None:
    goods = known.goods[item]
    if all(entry["id"] != item for entry in data["items"]):
        data["items"].append({"id": item, "kg": goods.kg, "m3": goods.m3})
    cost = terms.yuan.get(item, 0.0)
    data["supplies"].append(
        {"id": added(number), "item": item, "unit_cost": cost, "pack": 1, **supply}
    )
    _let_replace(data, item, terms)


def _let_replace(data: dict[str, Any], item: str, terms: Terms) -> None:
    """What the goods may stand in for, where today's problem had none of them to think of it."""
    wanted = {entry["item"] for entry in data["demands"]}
    pairs = data.get("substitutes", [])
    listed = {(entry["use"], entry["for"]) for entry in pairs}
    fresh = [
        {"use": use, "for": instead_of, "ratio": ratio}
        for use, instead_of, ratio in terms.replaces
        if use == item and instead_of in wanted and (use, instead_of) not in listed
    ]
    if fresh:
        data["substitutes"] = [*pairs, *fresh]


def _add_vehicles(data: dict[str, Any], number: int, fleet: int, count: int) -> None:
    """More of the group that stands ready; of a fleet wholly on the road, like the first back."""
    name = re.compile(rf"fleet:{fleet}(/\d+)?")
    mine = [entry for entry in data["fleets"] if name.fullmatch(entry["id"])]
    here = next((entry for entry in mine if entry["id"] == f"fleet:{fleet}"), None)
    if here is not None:
        here["count"] += count
    elif mine:
        first = min(mine, key=lambda entry: entry["ready_h"])
        data["fleets"].append({**first, "id": added(number), "count": count})


def _one(text: str, known: Known) -> Change:
    kind, _colon, rest = text.partition(":")
    readers: dict[str, Callable[[str, str, Known], Change]] = {
        "stock": _stock,
        "vehicle": _vehicle,
        "agreement": _agreement,
        "close": _close,
        "reopen": _reopen,
    }
    if kind not in readers:
        raise _Bad(
            _("A change begins with stock, vehicle, agreement, close or reopen; “%(got)s” came.")
            % {"got": text[:40]}
        )
    return readers[kind](text, rest, known)


def _stock(text: str, rest: str, known: Known) -> Change:
    place, *more = rest.rsplit(":", 2)
    if len(more) != 2 or not _PLACE.fullmatch(place):
        raise _shape(text, "stock:depot:3:QUILT:40")
    item = _item(more[0], known)
    units = _whole(more[1], text, what=_("units"), most=MOST_UNITS)
    if place not in known.places:
        raise _Bad(
            _("“%(got)s” is no store, supplier or township of this county.") % {"got": place}
        )
    return MoreStock(place, item, units)


def _vehicle(text: str, rest: str, known: Known) -> Change:
    parts = rest.split(":")
    if len(parts) != 2:
        raise _shape(text, "vehicle:2:1")
    fleet = _whole(parts[0], text, what=_("fleet"), most=10**9)
    count = _whole(parts[1], text, what=_("vehicles"), most=MOST_VEHICLES)
    if fleet not in known.fleets:
        raise _Bad(_("No fleet has the number %(got)d.") % {"got": fleet})
    return MoreVehicles(fleet, count)


def _agreement(text: str, rest: str, known: Known) -> Change:
    parts = rest.split(":")
    if len(parts) != 4:
        raise _shape(text, "agreement:1:RICE:50:90")
    agreement = _whole(parts[0], text, what=_("agreement"), most=10**9)
    item = _item(parts[1], known)
    units = _whole(parts[2], text, what=_("units"), most=MOST_UNITS)
    minutes = _whole(parts[3], text, what=_("minutes"), most=MOST_MINUTES, least=0)
    if agreement not in known.agreements:
        raise _Bad(_("No agreement in force has the number %(got)d.") % {"got": agreement})
    return MoreAgreed(agreement, item, units, minutes)


def _close(text: str, rest: str, known: Known) -> Change:
    parts = rest.split(",")
    if len(parts) > MOST_LINKS:
        raise _Bad(
            _("One change closes at most %(most)d stretches of road; %(got)d came.")
            % {"most": MOST_LINKS, "got": len(parts)}
        )
    links = {_whole(one, text, what=_("road"), most=10**9, least=0) for one in parts}
    unknown = sorted(links - set(known.links))
    if unknown:
        raise _Bad(
            _("No stretch of road has the number %(got)s.")
            % {"got": ", ".join(str(number) for number in unknown[:5])}
        )
    return Closed(tuple(sorted(links)))


def _reopen(text: str, rest: str, known: Known) -> Change:
    closure = _whole(rest, text, what=_("closure"), most=10**9)
    if closure not in known.closures:
        raise _Bad(_("No road closure in force has the number %(got)d.") % {"got": closure})
    return Reopened(closure)


def _item(code: str, known: Known) -> str:
    if not _ITEM.fullmatch(code) or code not in known.goods:
        raise _Bad(_("“%(got)s” is no item of the catalogue.") % {"got": code[:20]})
    return code


def _whole(word: str, text: str, *, what: str, most: int, least: int = 1) -> int:
    # Only plain digits: int() alone would also read "1_000", " 5 " and digits of other scripts.
    if re.fullmatch(r"[0-9]{1,12}", word, re.ASCII) and least <= int(word) <= most:
        return int(word)
    raise _Bad(
        _("%(what)s: a whole number from %(least)d to %(most)s is expected in “%(text)s”.")
        % {"what": what, "least": least, "most": f"{most:,}", "text": text[:60]}
    )


def _shape(text: str, example: str) -> _Bad:
    return _Bad(
        _("A change like “%(example)s” is expected; “%(got)s” came.")
        % {"example": example, "got": text[:60]}
    )
