"""What the page of an incident shows, read once and put side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation.models import Plan
from relief.boards.scopes import View, scopes_for
from relief.households.models import AffectedVillage
from relief.incidents import queries as incidents
from relief.incidents.models import Incident
from relief.norms.models import Criterion
from relief.reports.models import Report, ReportDuty
from relief.reports.rules import total
from relief.response import queries as response
from relief.response.models import LevelAssessment, ResponseTask

# What the table of townships shows: the figures the level rests on, and how many are affected.
COLUMNS = [
    (_("Affected people"), ("affected_population",)),
    (_("Dead and missing"), ("deaths", "missing")),
    (_("Relocated so far"), ("relocated_cum",)),
    (_("Others needing aid so far"), ("emergency_aid_cum",)),
    (_("Rooms collapsed or severely damaged"), ("rooms_collapsed", "rooms_severe")),
    (
        _("Households, home collapsed or severely damaged"),
        ("dwelling_hh_collapsed", "dwelling_hh_severe"),
    ),
]
LEVELS = (1, 2, 3, 4)


@dataclass
class Township:
    """One line of the table: the reports that count, and when the next one is due."""

    area: Area
    reports: list[Report] = field(default_factory=list)
    duty: ReportDuty | None = None
    may_file: bool = False

    @property
    def report(self) -> Report | None:
        """The newest that counts: the whole township's, or of its villages the last to report."""
        return max(self.reports, key=lambda one: one.seq, default=None)

    @property
    def cells(self) -> list[int | None]:
        if not self.reports:
            return [None] * len(COLUMNS)
        figures = total(one.figures for one in self.reports)
        return [sum(int(figures.get(key, 0)) for key in keys) for _label, keys in COLUMNS]


@dataclass
class Measure:
    """One measure at one administrative level: where it is done and where not yet."""

    title: ResponseTask
    level: int
    tasks: list[ResponseTask] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(task.done_at is not None for task in self.tasks)

    @property
    def due_at(self):
        return min(task.due_at for task in self.tasks)

    @property
    def open(self) -> list[ResponseTask]:
        return [task for task in self.tasks if task.done_at is None]


def facts(*, actor: Actor, incident: Incident) -> dict[str, Any]:
    """Everything the page needs, each part as far as the person may see it."""
    townships = list(reporting(actor=actor, incident=incident))
    assessment = response.latest_assessment(actor=actor, incident=incident)
    activations = response.activations(actor=actor, incident=incident)
    running = [one for one in activations if one.ended_at is None]
    own = next((one for one in running if one.area_id == incident.area_id), None)
    own = own or next(iter(running), None)
    tasks = response.tasks(actor=actor, incident=incident)
    return {
        "incident": incident,
        "columns": [label for label, _keys in COLUMNS],
        "townships": townships,
        "sums": sums(townships),
        "assessment": assessment,
        "criteria": list(criteria(assessment)) if assessment else [],
        "activation": own,
        "linked": linked(running),
        "ended": [one for one in activations if one.ended_at and one.parent_id is None],
        "measures": measures(actor, tasks),
        "villages": village_sums(actor=actor, incident=incident),
        "closures": incidents.closures(actor=actor, incident=incident),
        "plan": latest_plan(actor=actor, incident=incident),
        "boards": boards(actor),
        "levels": LEVELS,
        "chosen": chosen_level(assessment, own),
        "may": may(actor=actor, incident=incident),
    }


def chosen_level(assessment: LevelAssessment | None, running: Any) -> int | None:
    """The level the form starts with: the one suggested, else the one that runs."""
    suggested = assessment.suggested_level if assessment else None
    return suggested or (running.level if running else None)


def may(*, actor: Actor, incident: Incident) -> dict[str, bool]:
    """Which buttons the page offers; the actions ask the gate again."""
    path = incident.area.path
    return {
        "activate": actor.may(Act.ACTIVATE_RESPONSE, path=path),
        "close_road": bool(actor.paths(Act.CLOSE_ROAD)),
        "plans": bool(actor.paths(Act.READ_PLANS)),
        "households": bool(actor.paths(Act.READ_HOUSEHOLDS)),
        "reports": bool(actor.paths(Act.READ_REPORTS)),
        "orders": bool(actor.paths(Act.READ_ORDERS)),
        "draft": actor.may(Act.DRAFT_PLAN, path=path),
        "suppose": actor.may(Act.READ_COMMAND_BOARD, path=path),
    }


def reporting(*, actor: Actor, incident: Incident) -> Iterable[Township]:
    """Townships that owe a report or have given one, by code."""
    found: dict[int, Township] = {}
    duties = ReportDuty.objects.visible_to(actor).filter(
        incident=incident, area__level=Level.TOWNSHIP
    )
    for duty in duties.select_related("area").defer("area__boundary"):
        found[duty.area_id] = Township(duty.area, duty=duty)
    counting = Report.objects.visible_to(actor).filter(incident=incident, counts=True)
    for report in counting.select_related("area").defer("area__boundary").order_by("id"):
        found.setdefault(report.area_id, Township(report.area)).reports.append(report)
    for township in sorted(found.values(), key=lambda one: one.area.code):
        township.may_file = actor.may(Act.FILE_REPORT, path=township.area.path)
        yield township


def sums(townships: Sequence[Township]) -> list[int]:
    """The county's line: the sum of the reports that count."""
    lines = [one.cells for one in townships if one.report is not None]
    return [sum(line[n] or 0 for line in lines) for n in range(len(COLUMNS))]


def criteria(assessment: LevelAssessment) -> Iterable[dict[str, Any]]:
    """Each criterion of the plan: the figure, the level it alone gives, and the next bound."""
    values = assessment.figures.get("values", {})
    deciding = set(assessment.figures.get("reason", ()))
    bounds: dict[str, dict[int, int]] = {}
    for threshold in assessment.profile.thresholds.all():
        bounds.setdefault(threshold.criterion, {})[threshold.level] = threshold.lower
    for criterion in Criterion:
        if criterion in bounds:
            yield {
                "label": criterion.label,
                "value": values.get(criterion, 0),
                "level": assessment.by_criterion.get(criterion),
                "decides": criterion in deciding,
                "bounds": [(level, bounds[criterion].get(level)) for level in LEVELS],
            }


def linked(running: Sequence[Any]) -> list[tuple[Level, int]]:
    """How many townships and villages respond together with the county (三级联动)."""
    counted: dict[int, int] = {}
    for one in running:
        if one.parent_id is not None:
            counted[one.area.level] = counted.get(one.area.level, 0) + 1
    return [(Level(level), number) for level, number in sorted(counted.items())]


def measures(actor: Actor, tasks: Sequence[ResponseTask]) -> list[tuple[Level, list[Measure]]]:
    """Tasks grouped by administrative level and measure, in the order of their deadlines."""
    found: dict[tuple[int, str], Measure] = {}
    for task in tasks:
        task.may_finish = actor.may(Act.FINISH_TASK, path=task.area.path)  # type: ignore[attr-defined]
        key = (task.area.level, task.key)
        found.setdefault(key, Measure(task, task.area.level)).tasks.append(task)
    levels: dict[int, list[Measure]] = {}
    for measure in sorted(found.values(), key=lambda one: (one.level, one.due_at)):
        levels.setdefault(measure.level, []).append(measure)
    return [(Level(level), group) for level, group in levels.items()]


def village_sums(*, actor: Actor, incident: Incident) -> dict[str, int]:
    found = AffectedVillage.objects.visible_to(actor).filter(incident=incident)
    return found.aggregate(
        villages=Count("id"),
        confirmed=Count("confirmed_at"),
        presumed_households=Sum("presumed_households"),
        presumed_people=Sum("presumed_people"),
        confirmed_households=Sum("confirmed_households"),
        confirmed_people=Sum("confirmed_people"),
    )


def latest_plan(*, actor: Actor, incident: Incident) -> Plan | None:
    found = Plan.objects.visible_to(actor).filter(incident=incident)
    return found.defer("problem", "proposal").order_by("-id").first()


def boards(actor: Actor) -> list[dict[str, Any]]:
    """The boards of the person's own level, with the code their address ends in.

    Boards of the levels below are reached from these.
    """
    found = []
    for scope in scopes_for(actor=actor):
        code = scope.path.rsplit("/", 1)[-1]
        if scope.view == View.WAREHOUSE or len(code) <= scope.view.level:
            found.append(
                {
                    "view": scope.view.value,
                    "code": code.ljust(12, "0"),
                    "label": str(scope.view.label),
                    "own": len(code) == scope.view.level,
                }
            )
    return [board for board in found if board["own"]] or found[:1]
