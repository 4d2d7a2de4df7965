"""The evaluation report (评估报告) of a drill: what stands in it, for screen, PDF and archive.

Every number comes from `measures.measure`; ratings, findings and improvement items are what people
wrote down. Nothing in it depends on when it is read, so the same drill gives the same paper.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from relief.deliveries.models import DifferenceKind
from relief.drills import ratings
from relief.drills.measures import Evaluation, measure
from relief.drills.measures.shapes import InjectTime, SeatActs
from relief.drills.measures.shapes_goods import FillLine, Issue, Wrong
from relief.drills.models import (
    Drill,
    DrillState,
    Finding,
    FindingKind,
    Improvement,
    Inject,
    Seat,
)
from relief.drills.observing import Observations, observations_of
from relief.drills.ratings import Rated
from relief.reports.indicators import INDICATORS, Indicator
from relief.web.drills import charts, report_charts, report_results, report_shown, report_words
from relief.web.drills.report_names import Names, names_of
from relief.web.papers.sheet import Sheet

BODY, LOOK = "web/drills/report_body.html", "css/drill_report.css"
MOST_COLUMNS = 6  # moments of the fill rate that a table has room for


@dataclass(frozen=True, slots=True)
class InjectLine:
    """An inject with its planned and its actual times, and what evaluators said of it."""

    inject: Inject
    time: InjectTime
    rating: str

    @property
    def text(self) -> str:
        return self.inject.text if chinese() else self.inject.text_en or self.inject.text


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One indicator: the county's total at the end, and the error of each version as a share."""

    indicator: Indicator
    told: float | None
    true: float | None
    share: float | None
    by_version: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says."""

    drill: Drill
    numbers: Evaluation
    names: Names
    rated: Sequence[Rated]
    seats: Sequence[Seat]
    injects: Sequence[InjectLine]
    findings: Sequence[Finding]
    improvements: Sequence[Improvement]

    @property
    def over(self) -> bool:
        return self.drill.state in (DrillState.ENDED, DrillState.STOPPED)

    @property
    def story(self) -> str:
        return _of_file(self.drill, "story")

    @property
    def scenario_basis(self) -> str:
        return _of_file(self.drill, "basis")

    @property
    def players(self) -> int:
        """Seats in which a person sat at the end; robots played the others."""
        return sum(1 for seat in self.seats if seat.user_id)

    @property
    def met(self) -> int:
        return sum(1 for one in self.numbers.standards if one.met)

    @property
    def judged(self) -> int:
        """Standards of which it can be said whether they were met."""
        return sum(1 for one in self.numbers.standards if one.met is not None)

    @property
    def minutes(self) -> float:
        """Drill minutes from the event to the end."""
        return self.numbers.hours * 60

    @property
    def by_rating(self) -> str:
        """How many objectives got which rating, the best first, in words."""
        found = Counter(one.rating for one in self.rated)
        words = [
            _("%(rating)s: %(number)s") % {"rating": one.label, "number": found[one]}
            for one in ratings.FROM_BEST
            if found[one]
        ]
        return _("; ").join(words)

    @property
    def unrated(self) -> int:
        return sum(1 for one in self.rated if not one.rating)

    @property
    def noticed(self) -> int:
        return sum(1 for one in self.numbers.silent if one.noticed_at is not None)

    @property
    def activity(self) -> list[tuple[list[Seat], SeatActs]]:
        """What was done from the seats, with the seats' names."""
        seats = {seat.key: seat for seat in self.seats}
        return [
            ([seats[key] for key in one.seats if key in seats], one)
            for one in self.numbers.activity
        ]

    @property
    def met_at_end(self) -> float | None:
        """Share of the whole area's need that was met at the end."""
        return self.numbers.fill.overall.at_end if self.numbers.fill.overall else None

    @property
    def worst_at_end(self) -> float | None:
        """The same of the township worst off at the end."""
        return self.numbers.fill.worst.at_end if self.numbers.fill.worst else None

    @property
    def out_of_order(self) -> list[Issue]:
        return [one for one in self.numbers.issues.every if not one.in_order]

    @property
    def wrong(self) -> list[tuple[str, Wrong]]:
        return [(str(DifferenceKind(one.kind).label), one) for one in self.numbers.wrong]

    @property
    def shown_problems(self) -> dict[str, str]:
        """What the numbers show by themselves, in sentences."""
        return report_shown.problems(self.numbers, self.names)

    @property
    def strengths(self) -> list[Finding]:
        return self._of(FindingKind.STRENGTH)

    @property
    def problems(self) -> list[Finding]:
        return self._of(FindingKind.PROBLEM)

    @property
    def suggestions(self) -> list[Finding]:
        return self._of(FindingKind.SUGGESTION)

    def _of(self, kind: FindingKind) -> list[Finding]:
        return [one for one in self.findings if one.kind == kind]

    @property
    def versions(self) -> list[tuple[str, int]]:
        """The versions of reports there were, in the order in which they are sent."""
        order = ("initial", "follow_up", "zero", "verified")
        found = {(one.label, one.round) for one in self.numbers.errors.by_version}
        return sorted(found, key=lambda one: (order.index(one[0]), one[1]))

    @property
    def version_names(self) -> list[str]:
        return [report_words.version(*one) for one in self.versions]

    @property
    def error_lines(self) -> list[ErrorLine]:
        """Each indicator of which something was true or told."""
        errors = self.numbers.errors
        at_end = {one.indicator: one for one in errors.at_end}
        cells = {(one.indicator, one.label, one.round): one for one in errors.by_version}
        lines = []
        for key, indicator in INDICATORS.items():
            told = [cells.get((key, *version)) for version in self.versions]
            end = at_end.get(key)
            shown = [one for one in (end, *told) if one is not None]
            if not any(one.told or one.true for one in shown):
                continue
            lines.append(
                ErrorLine(
                    indicator,
                    end.told if end else None,
                    end.true if end else None,
                    end.share if end else None,
                    [one.share if one else None for one in told],
                )
            )
        return lines

    @property
    def fill_moments(self) -> list[int]:
        """Minutes from the event at which the fill rate is told, evenly apart; the end beside."""
        whole = int(self.minutes)
        step = next((one for one in charts.STEPS if whole / one <= MOST_COLUMNS), charts.STEPS[-1])
        return list(range(step, whole, step))

    @property
    def fill_lines(self) -> list[tuple[FillLine, list[float]]]:
        """Each township's fill rate at those moments, the worst-off at the end first."""
        lines = sorted(self.numbers.fill.by_township, key=lambda one: (one.at_end, one.area))
        return [(one, [share_at(one, at) for at in self.fill_moments]) for one in lines]

    @property
    def fill_chart(self) -> SafeString:
        return report_charts.fill(self.numbers, until=self.minutes)

    @property
    def fill_chart_narrow(self) -> SafeString:
        return report_charts.fill(self.numbers, until=self.minutes, width=charts.NARROW)

    @property
    def first_report_chart(self) -> SafeString:
        return report_charts.first_reports(self.numbers, self.names)

    @property
    def first_report_chart_narrow(self) -> SafeString:
        return report_charts.first_reports(self.numbers, self.names, width=charts.NARROW)

    @property
    def results(self) -> dict[str, str]:
        """The result of each part of the report in a line."""
        return report_results.results(self)


def share_at(line: FillLine, minutes: float) -> float:
    """The fill rate that held at that many minutes after the event; 0 before the first point."""
    before = [point.share for point in line.points if point.minutes <= minutes]
    return before[-1] if before else 0.0


def report_of(*, drill: Drill, real: dt.datetime) -> Report:
    """The report of a drill as it stands; one that is over does not depend on `real`."""
    numbers = measure(drill=drill, real=real)
    seen = observations_of(drill)
    injects = list(drill.injects.select_related("seat", "objective").order_by("number"))
    return Report(
        drill=drill,
        numbers=numbers,
        names=names_of(numbers),
        rated=ratings.rate(
            objectives=drill.objectives.select_related("evaluator").order_by("id"),
            objective_of={one.pk: one.objective_id for one in injects},
            seen=seen,
        ),
        seats=list(
            drill.seats.select_related("area", "user").defer("area__boundary").order_by("id")
        ),
        injects=_lines(injects, numbers, seen),
        findings=list(drill.findings.select_related("objective").order_by("id")),
        improvements=list(
            drill.improvements.select_related("revises", "revised_by").order_by("due_on", "id")
        ),
    )


def sheet(report: Report, **live: Any) -> Sheet:
    """The report as a paper; `live` is what only the page on screen has."""
    drill = report.drill
    return Sheet(
        title=_("Evaluation report: %(drill)s") % {"drill": drill},
        file=f"report-{drill.pk}",
        body=BODY,
        content={"report": report, **live},
        drill=True,
        back=reverse("web:drill", args=[drill.pk]),
        back_name=str(drill),
        looks=[LOOK],
    )


def _lines(injects: Sequence[Inject], numbers: Evaluation, seen: Observations) -> list[InjectLine]:
    times = {one.inject: one for one in numbers.injects.every}
    return [
        InjectLine(
            one,
            times[one.pk],
            ratings.worst(said.observation.rating for said in seen.of_inject.get(one.pk, [])),
        )
        for one in injects
    ]


def _of_file(drill: Drill, key: str) -> str:
    """A text of the scenario file in the reader's language."""
    data = drill.scenario
    return str(data.get(key, "") if chinese() else data.get(f"{key}_en") or data.get(key, ""))


def chinese() -> bool:
    return (get_language() or "").startswith("zh")
