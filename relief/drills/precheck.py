"""The pre-check of a drill (预检): what would spoil it, before it begins.

Each check answers with what it found: a fault keeps the drill from beginning, a warning does not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, contains
from relief.access.gate import Refused
from relief.drills import writing
from relief.drills.models import Drill, DrillKind, DrillState, Inject, InjectWay, Trigger
from relief.journal.models import BookKind
from relief.messaging.models import AllowedPhone
from relief.stock.models import Holding

SPOKEN = (InjectWay.MESSAGE, InjectWay.PHONE)  # ways that need a telephone
HIT = "affected_population"


class NotReady(Refused):
    """The pre-check found faults; the drill cannot begin."""

    def __init__(self, *, faults: list["Problem"]) -> None:
        self.faults = faults
        said = " ".join(one.sentence for one in faults[:5])
        super().__init__(_("The drill cannot begin yet. %(faults)s") % {"faults": said})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found: what to say, and the step of the preparation and the `row` of its page."""

    sentence: str
    step: str
    fault: bool = False
    row: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: what was looked at, and what was found. Nothing found is good."""

    title: str | Promise
    problems: list[Problem] = field(default_factory=list)

    @property
    def state(self) -> str:
        if not self.problems:
            return "good"
        return "fault" if any(one.fault for one in self.problems) else "warning"


def look(*, drill: Drill) -> list[Check]:
    """Every check, in the order of the preparation."""
    desk = _Desk(drill)
    return [Check(title, list(find(desk))) for title, find in _CHECKS]


def faults(*, drill: Drill) -> list[Problem]:
    return [one for check in look(drill=drill) for one in check.problems if one.fault]


def require(*, drill: Drill) -> None:
    """Raises NotReady."""
    found = faults(drill=drill)
    if found:
        raise NotReady(faults=found)


class _Desk:
    """What the checks read, read once."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.seats = list(drill.seats.select_related("area", "user").order_by("id"))
        self.objectives = list(drill.objectives.select_related("evaluator").order_by("id"))
        rows = drill.injects.select_related("seat__user", "objective__evaluator", "evaluator")
        self.injects: list[Inject] = list(rows.order_by("number"))
        self.enabled = [one for one in self.injects if one.enabled]
        self.towns: dict[str, Any] = drill.truth.get("townships", {})


def _hits(desk: _Desk) -> Iterator[Problem]:
    if any(figures.get(HIT) for figures in desk.towns.values()):
        return
    yield Problem(
        _("The footprint meets no household: nothing would happen."),
        "area",
        fault=desk.drill.kind == DrillKind.OPERATIONS and "hazard" in desk.drill.scenario,
    )


def _seats_inside(desk: _Desk) -> Iterator[Problem]:
    for seat in desk.seats:
        if not contains(desk.drill.area.path, seat.area.path):
            yield Problem(
                _("Seat “%(seat)s” is in %(area)s, outside the drill.")
                % {"seat": seat, "area": seat.area},
                "people",
                fault=True,
                row=f"row-{seat.pk}",
            )


def _hit_towns_have_seats(desk: _Desk) -> Iterator[Problem]:
    hit = [code for code, figures in desk.towns.items() if figures.get(HIT)]
    for town in Area.objects.filter(code__in=hit).defer("boundary").order_by("code"):
        if not any(contains(town.path, seat.area.path) for seat in desk.seats):
            yield Problem(
                _("%(area)s is hit, and no seat there would report.") % {"area": town}, "people"
            )


def _receivers(desk: _Desk) -> Iterator[Problem]:
    if not desk.enabled:
        yield Problem(_("No inject is left to be sent."), "script", fault=True)
    for one in desk.enabled:
        if one.seat.user_id is None and one.seat.robot_id is None:
            yield Problem(
                _("Inject %(number)d goes to “%(seat)s”, where neither a person nor a robot sits.")
                % {"number": one.number, "seat": one.seat},
                "people",
                fault=desk.drill.kind == DrillKind.OPERATIONS,
                row=f"row-{one.seat_id}",
            )


def _phones(desk: _Desk) -> Iterator[Problem]:
    allowed = set(AllowedPhone.objects.filter(book=desk.drill.book_id).values_list("phone"))
    spoken = {one.seat_id for one in desk.enabled if one.way in SPOKEN}
    for seat in desk.seats:
        if seat.phone and (seat.phone,) not in allowed:
            yield Problem(
                _("%(phone)s of “%(seat)s” is not on the list of participants' numbers.")
                % {"phone": seat.phone, "seat": seat},
                "people",
                fault=True,
                row=f"row-{seat.pk}",
            )
        elif seat.user_id is not None and not seat.phone and seat.pk in spoken:
            yield Problem(
                _("“%(seat)s” has no telephone number: injects reach it on the screen alone.")
                % {"seat": seat},
                "people",
                row=f"row-{seat.pk}",
            )


def _evaluators(desk: _Desk) -> Iterator[Problem]:
    players = {seat.user_id for seat in desk.seats if seat.user_id is not None}
    for one in desk.objectives:
        if one.evaluator is None:
            yield Problem(
                _("Nobody evaluates “%(objective)s”.") % {"objective": one},
                "people",
                row=f"row-o{one.pk}",
            )
        elif one.evaluator_id in players:
            yield Problem(
                _("%(person)s plays a seat and evaluates “%(objective)s”.")
                % {"person": one.evaluator, "objective": one},
                "people",
                row=f"row-o{one.pk}",
            )


def _judged(desk: _Desk) -> Iterator[Problem]:
    used = {one.objective_id for one in desk.enabled}
    for objective in desk.objectives:
        if objective.pk not in used:
            yield Problem(
                _("No inject serves the objective “%(objective)s”.") % {"objective": objective},
                "script",
            )
    for one in desk.enabled:
        if not (one.expected or one.expected_en) or one.deadline_minutes is None:
            yield Problem(
                _("Inject %(number)d names no expected action or no deadline.")
                % {"number": one.number},
                "script",
                row=f"row-{one.pk}",
            )


def _conditions(desk: _Desk) -> Iterator[Problem]:
    by_number = {one.number: one for one in desk.injects}
    for one in desk.enabled:
        if one.trigger != Trigger.CONDITION:
            continue
        after = (one.condition or {}).get("number")
        if after is None:
            continue
        other = by_number.get(after)
        facts = {"number": one.number, "other": after}
        if other is None:
            said = _("Inject %(number)d waits for inject %(other)s, which does not exist.")
        elif _circle(one, by_number):
            said = _("Inject %(number)d waits for itself, by way of inject %(other)s.")
        elif not other.enabled:
            said = _("Inject %(number)d waits for inject %(other)s, which is not sent.")
        elif other.done_when is None:
            said = _("Inject %(number)d waits for inject %(other)s, which is never dealt with.")
        else:
            continue
        yield Problem(said % facts, "script", fault=True, row=f"row-{one.pk}")


def _circle(one: Inject, by_number: dict[int, Inject]) -> bool:
    """Whether it can go off only after itself."""
    seen: set[int] = set()
    at: Inject | None = one
    while at is not None and at.number not in seen:
        seen.add(at.number)
        after = (at.condition or {}).get("number") if at.trigger == Trigger.CONDITION else None
        if after == one.number:
            return True
        at = by_number.get(after) if after is not None else None
    return False


def _in_time(desk: _Desk) -> Iterator[Problem]:
    last = desk.drill.scenario.get("minutes", 0)
    for one in desk.enabled:
        if one.due_at is None:
            continue
        minutes = (one.due_at - desk.drill.begins_at).total_seconds() / 60
        if minutes > last:
            yield Problem(
                _("Inject %(number)d is due after the end: it keeps the drill open.")
                % {"number": one.number},
                "script",
                row=f"row-{one.pk}",
            )


def _attachments(desk: _Desk) -> Iterator[Problem]:
    for one in desk.enabled:
        if one.attachment_name and not one.attachment:
            yield Problem(
                _("Inject %(number)d names the file “%(name)s”, which is not there.")
                % {"number": one.number, "name": one.attachment_name},
                "script",
                row=f"row-{one.pk}",
            )


def _stock(desk: _Desk) -> Iterator[Problem]:
    listed = desk.drill.scenario.get("opening_stock")
    held = Holding.objects.filter(
        book__kind=BookKind.REAL,
        area__path__startswith=desk.drill.area.path,
        account__balance__gt=0,
    )
    if (listed is None and not held.exists()) or listed == []:
        yield Problem(_("The depots of the drill would be empty."), "world")


def _tried(desk: _Desk) -> Iterator[Problem]:
    last = desk.drill.trials.order_by("-id").first()
    if last is None:
        yield Problem(_("The drill has not been tried out yet."), "trial")
    elif last.state != DrillState.ENDED:
        yield Problem(_("The last trial has not come to its end."), "trial")
    elif last.scenario != writing.as_file(drill=desk.drill):
        yield Problem(_("Something was changed after the last trial."), "trial")


_CHECKS: list[tuple[Promise, Callable[[_Desk], Iterator[Problem]]]] = [
    (gettext_lazy("The disaster meets people"), _hits),
    (gettext_lazy("Every seat lies in the area of the drill"), _seats_inside),
    (gettext_lazy("Every township that is hit has a seat"), _hit_towns_have_seats),
    (gettext_lazy("Every inject has a receiver"), _receivers),
    (gettext_lazy("Injects go to numbers of participants only"), _phones),
    (gettext_lazy("Every objective has an evaluator who does not play"), _evaluators),
    (gettext_lazy("Every inject can be judged, every objective is tried"), _judged),
    (gettext_lazy("Every condition can come true"), _conditions),
    (gettext_lazy("Every inject is due before the end"), _in_time),
    (gettext_lazy("Every file that is named is there"), _attachments),
    (gettext_lazy("There are goods in the depots"), _stock),
    (gettext_lazy("Robots have tried the drill out"), _tried),
]
