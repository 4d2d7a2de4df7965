"""Where a proposed plan no longer fits the day, in plain sentences with what to do about each."""

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from relief.allocation.models import Plan
from relief.allocation.problem import Question
from relief.deliveries.plan_names import names
from relief.planner import Proposal, Violation, parse, violations
from relief.planner.wording import say

# What follows from another conflict is told only where it stands alone.
FOLLOWING = {"wrong_unmet", "empty_trip", "mixed_sources", "load_mismatch", "wrong_arrival"}
STOCK = {"unknown_supply", "over_supply"}
NEED = {"unknown_demand", "over_demand"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that no longer fits, and what to do about it."""

    what: str
    cure: str


def conflicts(*, plan: Plan, today: Question) -> list[Conflict]:
    """Every conflict of the plan with the problem as it stands today; none means it still fits."""
    found = violations(parse(today.data), Proposal.from_dict(plan.proposal))
    telling = _Telling(plan, today)
    told = [*telling.needs(), *telling.stock(found)]
    for one in found:
        if one.code not in STOCK | NEED | FOLLOWING:
            told.append(telling.of(one))
    if not told:
        told = [telling.of(one) for one in found]
    return list(dict.fromkeys(told))


class _Telling:
    """The sentences, with the names of places, goods and vehicles of the plan."""

    def __init__(self, plan: Plan, today: Question) -> None:
        self.plan, self.today = plan, today
        self.names = names(plan, with_place=True)
        self.again = _("Plan again; the new plan reckons with it.")

    def needs(self) -> list[Conflict]:
        """Needs that grew, shrank, or are met in part by now."""
        asked = {entry["id"]: entry for entry in self.plan.problem["demands"]}
        wanted = {entry["id"]: entry for entry in self.today.data["demands"]}
        told = []
        for key in sorted(asked.keys() | wanted.keys()):
            then, now = asked.get(key, {}), wanted.get(key, {})
            need = self.today.needs[key]
            facts = {"area": need.area, "item": need.item}
            if then.get("qty", 0) != now.get("qty", 0):
                facts |= {"now": now.get("qty", 0), "then": then.get("qty", 0)}
                words = _("%(area)s now needs %(now)d of %(item)s, the plan reckons with %(then)d.")
            elif then["committed"] != now["committed"]:
                facts |= {"now": now["committed"], "then": then["committed"]}
                words = _(
                    "%(area)s: %(now)d of %(item)s have left or arrived by now, the plan reckons "
                    "with %(then)d."
                )
            else:
                continue
            told.append(Conflict(words % facts, self.again))
        return told

    def stock(self, found: list[Violation]) -> list[Conflict]:
        """Sources that no longer have what the plan takes."""
        short = {dict(one.params)["supply"] for one in found if one.code in STOCK}
        if not short:
            return []
        taken: Counter[str] = Counter()
        for supply, _demand, quantity, _hour in self.plan.proposal["lines"]:
            taken[supply] += quantity
        item_of = {entry["id"]: entry["item"] for entry in self.plan.problem["supplies"]}
        free = {entry["id"]: entry["qty"] for entry in self.today.data["supplies"]}
        return [
            Conflict(
                _("%(source)s has %(free)d of %(item)s left, the plan takes %(taken)d.")
                % {
                    "source": self._name(supply),
                    "item": self._name(item_of[supply]),
                    "free": free.get(supply, 0),
                    "taken": taken[supply],
                },
                _("Plan again; it then takes what other stores still have."),
            )
            for supply in sorted(short)
        ]

    def of(self, one: Violation) -> Conflict:
        facts: dict[str, Any] = dict(one.params)
        if one.code == "no_road":
            return Conflict(
                _("No way is open from %(origin)s to %(target)s any more.")
                % {"origin": self._name(facts["origin"]), "target": self._name(facts["target"])},
                _("Reopen the road, or plan again."),
            )
        if one.code == "too_fast" and not math.isfinite(facts["limit"]):
            return Conflict(
                _("Trip %(trip)d can no longer get to %(place)s.")
                % {"trip": facts["trip"], "place": self._name(facts["place"])},
                _("Reopen the road, or plan again."),
            )
        if one.code == "too_fast":
            return Conflict(
                _("Trip %(trip)d cannot be at %(place)s before %(time)s now; planned is %(then)s.")
                % {
                    "trip": facts["trip"],
                    "place": self._name(facts["place"]),
                    "time": self._clock(facts["limit"]),
                    "then": self._clock(facts["got"]),
                },
                self.again,
            )
        if one.code in ("unknown_fleet", "unknown_vehicle"):
            return Conflict(
                _("%(fleet)s no longer has the vehicle the plan sends.")
                % {"fleet": self._name(facts["fleet"])},
                _("Plan again; it then sends vehicles that are free."),
            )
        if one.code == "too_early":
            return Conflict(
                _("%(fleet)s can leave at %(time)s at the earliest; planned is %(then)s.")
                % {
                    "fleet": self._name(facts["fleet"]),
                    "time": self._clock(facts["limit"]),
                    "then": self._clock(facts["got"]),
                },
                self.again,
            )
        if one.code == "outside_shift":
            return Conflict(
                _(
                    "Trip %(trip)d would be out from %(leave)s to %(back)s, outside the working "
                    "hours of %(fleet)s."
                )
                % {
                    "trip": facts["trip"],
                    "leave": self._clock(facts["leave"]),
                    "back": self._clock(facts["back"]),
                    "fleet": self._name(facts["fleet"]),
                },
                self.again,
            )
        named = {key: self._name(value) for key, value in facts.items()}
        language = "zh" if (get_language() or "").startswith("zh") else "en"
        return Conflict(say("violation", one.code, lang=language, **named), self.again)

    def _name(self, value: Any) -> Any:
        return self.names.get(value, value) if isinstance(value, str) else value

    def _clock(self, hours: float) -> str:
        return f"{localtime(self.plan.drafted_at + dt.timedelta(hours=hours)):%m-%d %H:%M}"
