"""The readiness page: if it happened tonight, who would be worst off, and what to buy first."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.incidents.models import Hazard
from relief.outlook import queries
from relief.outlook.models import ReadinessCheck
from relief.planner.problem import CLASSES

FEW_POINTS = 0.0005


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    people: int
    covers: list[float | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario's outcome with its words in the reader's language."""

    name: str
    hazard: str
    cold: bool
    magnitude: float | None
    story: str
    basis: str
    people: int
    roads_cut: int
    covers: list[float | None]
    worst: str
    worst_class: int | None
    worst_cover: float | None
    item: str
    why: str
    first_batch: int
    townships: int
    due_h: float | None
    last_hour: float
    cut_off: list[str]
    by_air: list[str]
    towns: list[Town]


@dataclass(frozen=True, slots=True)
class Buy:
    """One purchase; `together` is the cover after it and all before it."""

    what: str
    where: str
    yuan: float | None
    gain: float
    together: float | None

    @property
    def points(self) -> str:
        """The gain in percentage points."""
        return f"{self.gain * 100:.1f}"


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history."""

    check: ReadinessCheck
    who: User | None
    case: Case | None


@dataclass(slots=True)
class ReadinessPage:
    """Everything the page shows; without `check` none was finished yet."""

    area: Area
    areas: list[Area]
    check: ReadinessCheck | None
    under_way: ReadinessCheck | None
    may_run: bool
    verdict: str = ""
    advice: str = ""
    since: str = ""
    turn: str = ""
    cases: list[Case] = field(default_factory=list)
    buys: list[Buy] = field(default_factory=list)
    unpriced: list[Buy] = field(default_factory=list)
    history: list[Past] = field(default_factory=list)
    classes: tuple[int, ...] = CLASSES


def address(area: Area) -> str:
    return f"{reverse('web:readiness')}?area={area.code}"


def page(*, actor: Actor, area: Area) -> ReadinessPage:
    check = queries.newest(actor=actor, area=area)
    found = ReadinessPage(
        area=area,
        areas=queries.areas(actor=actor),
        check=check,
        under_way=queries.under_way(actor=actor, area=area),
        may_run=actor.may(Act.DRAFT_PLAN, path=area.path),
    )
    past = queries.history(actor=actor, area=area)
    people = User.objects.in_bulk({one.asked_by for one in past if one.asked_by})
    for one in past:
        cases = one.results.get("scenarios", [])
        who = people.get(one.asked_by) if one.asked_by else None
        found.history.append(Past(one, who, _case(cases[0]) if cases else None))
    if check is not None:
        found.cases = [_case(row) for row in check.results["scenarios"]]
        buys = [_buy(row) for row in check.results["purchases"]]
        found.buys = [buy for buy in buys if buy.yuan is not None]
        found.unpriced = [buy for buy in buys if buy.yuan is None]
        found.verdict = _verdict(found.cases[0])
        found.advice = _advice(found.cases[0], found.buys)
        before = queries.before(actor=actor, check=check)
        if before is not None and before.results["scenarios"]:
            found.since, found.turn = _since(found.cases[0], _case(before.results["scenarios"][0]))
    return found


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _word(row: dict[str, Any], key: str) -> str:
    return row[key] if _chinese() else row[f"{key}_en"]


def _case(row: dict[str, Any]) -> Case:
    worst = row["worst"]
    names = {town["code"]: _word(town, "name") for town in row["towns"]}
    return Case(
        name=_word(row, "name"),
        hazard=str(Hazard(row["hazard"]).label),
        cold=row["cold"],
        magnitude=row["magnitude"],
        story=_word(row, "story"),
        basis=_word(row, "basis"),
        people=row["people"],
        roads_cut=row["roads_cut"],
        covers=[row["cover"].get(str(cls)) for cls in CLASSES],
        worst=_word(worst, "name") if worst else "",
        worst_class=worst["class"] if worst else None,
        worst_cover=worst["cover"] if worst else None,
        item=_word(worst, "item") if worst else "",
        why=_word(worst, "why") if worst else "",
        first_batch=row["first_batch"],
        townships=row["townships"],
        due_h=row["due_h"],
        last_hour=row["last_hour"],
        cut_off=[names[code] for code in row["cut_off"] if code in names],
        by_air=[names[code] for code in [*row["by_air"], *row["by_water"]] if code in names],
        towns=[
            Town(
                name=_word(town, "name"),
                people=town["people"],
                covers=[town["cover"].get(str(cls)) for cls in CLASSES],
            )
            for town in row["towns"]
        ],
    )


def _buy(row: dict[str, Any]) -> Buy:
    if row["kind"] == "vehicle":
        what = _("one more: %(fleet)s") % {"fleet": _word(row, "fleet")}
        return Buy(what, "–", row["yuan"], row["gain"], row["together"])
    where = _word(row, "place")
    return Buy(
        what=_("%(item)s (%(units)s %(unit)s)")
        % {"units": f"{row['units']:,}", "unit": _word(row, "unit"), "item": _word(row, "item")},
        where=_("in %(town)s itself") % {"town": where} if row["in_township"] else where,
        yuan=row["yuan"],
        gain=row["gain"],
        together=row["together"],
    )


def percent(share: float) -> str:
    """Rounded down, so that only what is full says 100."""
    return f"{int(share * 100 + 1e-9)}\u00a0%"


def _verdict(worst: Case) -> str:
    if worst.worst_cover is None:
        return _("Tonight everybody would get all they need in every scenario.")
    words = (
        _(
            "Tonight the worst case is “%(case)s”: %(town)s is cut off and gets %(share)s "
            "of its class %(cls)d goods."
        )
        if worst.worst in worst.cut_off
        else _(
            "Tonight the worst case is “%(case)s”: %(town)s gets %(share)s "
            "of its class %(cls)d goods."
        )
    )
    return words % {
        "case": worst.name,
        "town": worst.worst,
        "share": percent(worst.worst_cover),
        "cls": worst.worst_class,
    }


def _advice(worst: Case, buys: list[Buy]) -> str:
    """Where the first money does most; nothing where no purchase with a price helps."""
    if worst.worst_cover is None or not buys:
        return ""
    first = buys[0]
    assert first.yuan is not None, "advice is about priced purchases"
    return _(
        "The first ¥%(yuan)s are best spent on %(what)s, %(where)s: %(town)s would get %(share)s."
    ) % {
        "yuan": f"{first.yuan:,.0f}",
        "what": first.what,
        "where": first.where,
        "town": worst.worst,
        "share": percent(worst.worst_cover + first.gain),
    }


def _since(now: Case, before: Case) -> tuple[str, str]:
    """What became of the worst case since the check before, and whether that is better."""

    def rank(case: Case) -> tuple[int, float]:
        if case.worst_class is None or case.worst_cover is None:
            return (9, 1.0)
        return (case.worst_class, case.worst_cover)

    here, there = rank(now), rank(before)
    if here[0] == there[0] and abs(here[1] - there[1]) < FEW_POINTS:
        return _("The worst case is as it was at the check before."), ""
    turn = "better" if here > there else "worse"
    if before.worst_cover is None:
        return _("At the check before nobody lacked anything."), turn
    words = (
        _("Better than at the check before: then it was %(town)s with %(share)s of class %(cls)d.")
        if turn == "better"
        else _(
            "Worse than at the check before: then it was %(town)s with %(share)s of class %(cls)d."
        )
    )
    return words % {
        "town": before.worst,
        "share": percent(before.worst_cover),
        "cls": before.worst_class,
    }, turn
