"""The roll-up (灾情汇总): a county's figures as the sum of its townships, down to each report.

Which version counts is not decided here: a report says so itself (`counts`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gis.models import Area
from relief.access.gate import Actor
from relief.incidents.models import Incident
from relief.reports.indicators import INDICATORS, SHORT, Indicator, Section
from relief.reports.models import Report, ReportDuty, ReportState

Number = int | Decimal
MAIN = "main"  # the short form's figures, from all sections
ADOPTED = (ReportState.ADOPTED, ReportState.VERIFIED)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one place. `parts` is its villages' sum where that says something else."""

    key: str
    value: Number | None
    parts: Number | None = None


@dataclass
class Township:
    """One township: the reports that count, and those of its villages that only detail it."""

    area: Area
    counting: list[Report] = field(default_factory=list)
    detail: list[Report] = field(default_factory=list)
    duty: ReportDuty | None = None

    @property
    def whole(self) -> Report | None:
        """The report of the whole township, if that is what counts."""
        return next((one for one in self.counting if one.village_id is None), None)

    @property
    def villages(self) -> list[Report]:
        """Its villages' newest adopted reports, whether they count or not, by code."""
        found = [one for one in [*self.counting, *self.detail] if one.village is not None]
        return sorted(found, key=lambda one: (one.village.code, one.seq))  # type: ignore[union-attr]

    @property
    def silent(self) -> bool:
        """Nothing of it counts yet, though a report is owed."""
        return not self.counting and self.duty is not None

    @property
    def overdue(self) -> bool:
        return self.duty is not None and self.duty.overdue_since is not None

    def cell(self, key: str) -> Cell:
        value = total(self.counting, key)
        parts = total(self.detail, key) if self.whole else None
        return Cell(key, value, parts if parts is not None and parts != value else None)


@dataclass(frozen=True)
class Rollup:
    """The county's lines. `versions` are all reports that count, by township."""

    incident: Incident
    townships: list[Township]

    @property
    def versions(self) -> list[Report]:
        return [report for one in self.townships for report in one.counting]

    def total(self, key: str) -> Number | None:
        """The county's figure: the sum of its townships'; None where nobody gave it."""
        return total(self.versions, key)

    def given(self) -> list[str]:
        """The figures somebody gave, in the order of the form."""
        known = {key for report in self.versions for key in report.figures}
        return [key for key in INDICATORS if key in known]


def total(reports: Iterable[Report], key: str) -> Number | None:
    """The sum of one figure; what a report does not give is left out, never taken for 0."""
    given = [report.figures[key] for report in reports if key in report.figures]
    return sum((number(key, value) for value in given), number(key, 0)) if given else None


def number(key: str, value: object) -> Number:
    """A stored figure as a number: whole, or exact with decimals."""
    return int(str(value)) if INDICATORS[key].whole else Decimal(str(value))


def of_incident(*, actor: Actor, incident: Incident) -> Rollup:
    """The townships that owe a report or have given one, as far as the person sees them."""
    found: dict[int, Township] = {}
    duties = ReportDuty.objects.visible_to(actor).filter(incident=incident)
    for duty in duties.select_related("area").defer("area__boundary"):
        # The county's own duty to the level above is no township's.
        if duty.area_id != incident.area_id:
            found[duty.area_id] = Township(duty.area, duty=duty)
    for report in newest(actor=actor, incident=incident):
        township = found.setdefault(report.area_id, Township(report.area))
        if report.counts:
            township.counting.append(report)
        elif report.village_id is not None:
            township.detail.append(report)
    lines = sorted(found.values(), key=lambda one: one.area.code)
    return Rollup(incident, lines)


def passed_on(*, actor: Actor, report: Report) -> Rollup:
    """The lines as the county passed them on: reports are never edited, and it names its parts."""
    found: dict[int, Township] = {}
    parts = Report.objects.visible_to(actor).filter(
        incident=report.incident_id, id__in=report.scene.get("reports", [])
    )
    parts = parts.select_related("area", "village", "item").order_by("area__code", "seq")
    for part in parts.defer("area__boundary", "village__boundary"):
        found.setdefault(part.area_id, Township(part.area)).counting.append(part)
    return Rollup(report.incident, list(found.values()))


def newest(*, actor: Actor, incident: Incident) -> list[Report]:
    """What counts, and the newest adopted version of each place beside it, by township."""
    adopted = (
        Report.objects.visible_to(actor)
        .filter(incident=incident, state__in=ADOPTED)
        # What the county passed on to the level above is the sum itself, no part of it.
        .exclude(area=incident.area_id)
        # Thousands after some days, of which one of each place is read.
        .order_by("area_id", "village_id", "-counts", "-seq")
        .distinct("area_id", "village_id")
    )
    found = Report.objects.filter(id__in=adopted.values("id"))
    found = found.select_related("area", "village", "item").order_by("area__code", "seq")
    return list(found.defer("area__boundary", "village__boundary"))


def columns(*, rollup: Rollup, section: str) -> list[Indicator]:
    """The figures of one section of the form: those that are always asked and those given."""
    if section == MAIN:
        return [INDICATORS[key] for key in SHORT]
    given = set(rollup.given())
    return [
        one
        for one in INDICATORS.values()
        if one.section == section and (one.needed or one.key in given)
    ]


def sections(*, rollup: Rollup) -> list[tuple[str, str]]:
    """The sections with something to show, to choose from."""
    return [(one.value, str(one.label)) for one in Section if columns(rollup=rollup, section=one)]


def behind(*, rollup: Rollup, code: str, key: str) -> tuple[Area, list[Report], list[Report]]:
    """Whose figure it is, the reports it is the sum of, and the village reports that detail it.

    The county's own code stands for all townships. Raises LookupError for a place without a line.
    """
    if code == rollup.incident.area.code:
        return rollup.incident.area, _giving(rollup.versions, key), []
    for one in rollup.townships:
        if one.area.code == code:
            return one.area, _giving(one.counting, key), _giving(one.detail, key)
        for report in one.villages:
            if report.village is not None and report.village.code == code:
                return report.village, _giving([report], key), []
    raise LookupError(code)


def _giving(reports: Sequence[Report], key: str) -> list[Report]:
    return [report for report in reports if key in report.figures]
