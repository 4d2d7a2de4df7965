"""Inner steps: assessing the level, starting and ending responses."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.models import Area, Level, contains
from relief.access import gate
from relief.access.acts import Act
from relief.incidents import rows as incident_rows
from relief.incidents.models import Incident, IncidentStatus
from relief.incidents.rules import check_takes_entries
from relief.journal import log, numbers
from relief.journal.log import require_transaction
from relief.journal.models import Book
from relief.journal.rows import Row
from relief.norms import queries as norms
from relief.norms.models import TaskNorm
from relief.reports import duties
from relief.reports import queries as reports
from relief.reports import rows as report_rows
from relief.reports import steps as report_steps
from relief.reports.filing import Filing
from relief.reports.models import Report, ReportDuty
from relief.response import alerts, queries, rows, rules
from relief.response.models import Activation, LevelAssessment, ResponseTask

# Figures that say somebody in the township is touched.
TOUCHED = ("affected_population", "relocated_cum", "emergency_aid_cum", "drought_aid_cum")


@dataclass(frozen=True, slots=True)
class Activated:
    """What activating changed: the county's response, the linked ones, tasks and duties.

    `ended` are the responses of another level that this one replaces; `tasks` are the new ones and
    those carried over. `incident` is given when its status changed.
    """

    activation: Activation
    linked: list[Activation]
    tasks: list[ResponseTask]
    duties: list[ReportDuty]
    ended: list[Activation] = field(default_factory=list)
    incident: Incident | None = None

    def rows(self) -> list[Row]:
        """The rows for the journal."""
        return [
            *([incident_rows.incident(self.incident)] if self.incident else []),
            *(rows.activation(one) for one in [*self.ended, self.activation, *self.linked]),
            *(rows.task(one) for one in self.tasks),
            *(report_rows.duty_report(one) for one in self.duties),
        ]


def area(area_id: int) -> Area:
    """The area, or NotFound."""
    try:
        return Area.objects.defer("boundary").get(id=area_id)
    except (Area.DoesNotExist, ValueError) as missing:
        raise gate.NotFound from missing


def locked(*, actor: gate.Actor, incident_id: int) -> Incident:
    """The incident, locked: its reports and responses change one at a time."""
    found = Incident.objects.visible_to(actor).select_related("area")
    return found.defer("area__boundary", "area__centre", "footprint").locked(id=incident_id)


def locked_report(*, actor: gate.Actor, report_id: int) -> tuple[Incident, Report]:
    """A report the actor may check, with its incident: both locked, the incident first."""
    found = Report.objects.visible_to(actor).select_related("area").defer("area__boundary")
    incident = locked(actor=actor, incident_id=found.one(id=report_id).incident_id)
    report = found.locked(id=report_id)
    gate.require(actor=actor, act=Act.VERIFY_REPORT, area=report.area, book_id=report.book_id)
    report.incident = incident
    check_takes_entries(incident=incident)
    return incident, report


def may_report(*, actor: gate.Actor, incident: Incident, area: Area, village: Area | None) -> None:
    """Whether the actor may report that place of the incident. Raises NotHere and the gate's."""
    act = Act.FILE_REPORT if village is None else Act.REPORT_VILLAGE
    gate.require(actor=actor, act=act, area=village or area, book_id=incident.book_id)
    rules.check_reports(**township_of(incident=incident, area=area, village=village))


def township_of(*, incident: Incident, area: Area, village: Area | None) -> dict[str, Any]:
    """Whether reports of the incident come from there, for `rules.check_reports`."""
    return {
        "township": area.level == Level.TOWNSHIP and contains(incident.area.path, area.path),
        "village": village is None
        or (village.level == Level.VILLAGE and contains(area.path, village.path)),
        "incident": str(incident),
        "county": str(incident.area),
        "place": str(area),
        "inside": str(village),
    }


def tell(
    *,
    rows_of_reports: Sequence[Row],
    report: Report,
    kind: str,
    incident: Incident,
    county_duty: ReportDuty | None,
    actor: gate.Actor,
    now: dt.datetime,
) -> None:
    """Assess the level and journal what happened to reports, the assessment and the county's clock.

    `report` is the last of them; `county_duty` the county's own duty.
    """
    assessment = assess(incident=incident, now=now)
    copies = _ask_copies(incident=incident, duty=county_duty, assessment=assessment, now=now)
    log.record(
        book=incident.book_id,
        kind=kind,
        rows=[
            *rows_of_reports,
            *([rows.assessment(assessment)] if assessment else []),
            *([report_rows.duty_report(copies)] if copies else []),
        ],
        actor=actor.user_id,
        now=now,
        facts={
            "incident": incident.id,
            "report": report.id,
            "seq": report.seq,
            "suggested_level": assessment.suggested_level if assessment else None,
        },
    )


def tell_one(
    filed: report_steps.Filed, *, kind: str, incident: Incident, actor: gate.Actor, now: dt.datetime
) -> None:
    """`tell` of what happened to one report."""
    tell(
        rows_of_reports=filed.rows(),
        report=filed.report,
        kind=kind,
        incident=incident,
        county_duty=duties.of(incident=incident, areas=[incident.area]).get(incident.area_id),
        actor=actor,
        now=now,
    )


def tell_filed(
    filing: Filing, *, kind: str, incident: Incident, actor: gate.Actor, now: dt.datetime
) -> None:
    """Write what was filed and `tell` of it, if there is anything."""
    filing.write()
    if filing.last is not None:
        tell(
            rows_of_reports=filing.rows(),
            report=filing.last,
            kind=kind,
            incident=incident,
            county_duty=filing.county_duty,
            actor=actor,
            now=now,
        )


def _ask_copies(
    *,
    incident: Incident,
    duty: ReportDuty | None,
    assessment: LevelAssessment | None,
    now: dt.datetime,
) -> ReportDuty | None:
    """The county's duty, if the dead and missing now call for copies (直报) or no longer do."""
    if assessment is None:
        return None

    def told() -> int:
        last = reports.last(incident=incident, area=incident.area)
        return rules.dead_missing(last.figures) if last else 0

    return duties.ask_copies(
        incident=incident,
        duty=duty,
        dead_missing=rules.dead_missing(assessment.figures["sums"]),
        told=told,
        now=now,
    )


def assess(*, incident: Incident, now: dt.datetime) -> LevelAssessment | None:
    """Assess the level from the reports that count (研判); None if none ever did.

    Each assessment is kept with its figures, so a later plan does not change it.
    """
    require_transaction("assess")
    counting = reports.counting_figures(incident=incident)
    if not counting and not LevelAssessment.objects.filter(incident=incident).exists():
        return None
    profile = norms.profile(area=incident.area, on=duties.local_day(now))
    sums = reports.whole_sums(figures=counting.values())
    found = rules.assess(
        figures=sums, thresholds=profile.thresholds.all(), people_rule=profile.people_rule
    )
    return LevelAssessment.objects.create(
        book_id=incident.book_id,
        incident=incident,
        area=incident.area,
        profile=profile,
        computed_at=now,
        figures={
            "sums": sums,
            "values": found.values,
            "reason": found.reason,
            "people_rule": profile.people_rule,
            "report_ids": list(counting),
        },
        by_criterion=found.by_criterion,
        suggested_level=found.level,
    )


def activate(
    *,
    incident: Incident,
    level: int,
    assessment: LevelAssessment | None,
    actor_id: int,
    now: dt.datetime,
) -> Activated:
    """Start a response at county level with those of its touched townships and villages (三级联动).

    The caller holds the incident's lock. The committee may choose another level than suggested. A
    response of another level that runs is ended and replaced; its tasks go over to the new one.
    Raises WrongLevel, AlreadyRuns or IncidentClosed.
    """
    require_transaction("activate")
    rules.check_level(level)
    check_takes_entries(incident=incident)
    running = queries.running(incident=incident)
    rules.check_not_running(
        level=level,
        running_level=running.level if running else None,
        since=running.started_at if running else None,
    )
    ended = end(incident=incident, now=now) if running else []
    places = touched(incident=incident)
    activation, *linked = _start(
        incident=incident,
        areas=[incident.area, *places],
        level=level,
        assessment=assessment,
        actor_id=actor_id,
        now=now,
    )
    tasks = _tasks(incident=incident, started=[activation, *linked], ended=ended, now=now)
    reopened = _reopened(incident)
    again = duties.ask_daily(incident=incident, now=now) if reopened else []
    owed = duties.open_duties(
        incident=incident, areas=[one for one in places if one.level == Level.TOWNSHIP], now=now
    )
    alerts.tell_started(incident=incident, started=[activation, *linked], ended=ended, now=now)
    return Activated(
        activation=activation,
        linked=linked,
        tasks=tasks,
        duties=[*again, *owed],
        ended=ended,
        incident=reopened,
    )


def end(*, incident: Incident, now: dt.datetime) -> list[Activation]:
    """End the incident's running responses at every level; the ones ended, the county's first."""
    require_transaction("end")
    running = list(
        Activation.objects.filter(incident=incident, ended_at=None)
        .select_related("area")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    for one in running:
        one.ended_at = now
    Activation.objects.bulk_update(running, ["ended_at"])
    return running


def touched(*, incident: Incident) -> list[Area]:
    """Townships and villages that are affected: on the map, or by a report with people. By code."""
    villages = [row.area for row in incident.affected_villages.select_related("area__parent")]
    found = {area.id: area for area in villages}
    for village in villages:
        if village.parent is not None:
            found[village.parent.id] = village.parent
    for report in reports.current(incident=incident):
        if _has_people(report):
            found[report.area.id] = report.area
    return sorted(found.values(), key=lambda area: area.code)


def _has_people(report: Report) -> bool:
    return any(int(report.figures.get(key, 0)) for key in TOUCHED)


def _start(
    *,
    incident: Incident,
    areas: Sequence[Area],
    level: int,
    assessment: LevelAssessment | None,
    actor_id: int,
    now: dt.datetime,
) -> list[Activation]:
    """The county's activation under a new number, and the linked ones under the same number."""
    number = numbers.next_number(book=Book.objects.get(id=incident.book_id), prefix="XY")
    county: Activation | None = None
    made: list[Activation] = []
    for area in areas:
        one = Activation(
            book_id=incident.book_id,
            incident=incident,
            area=area,
            parent=county,
            assessment=assessment,
            level=level,
            number=number,
            decided_by=actor_id,
            started_at=now,
        )
        if county is None:
            one.save()
            county = one
        made.append(one)
    Activation.objects.bulk_create(made[1:])
    return made


def _tasks(
    *,
    incident: Incident,
    started: Sequence[Activation],
    ended: Sequence[Activation],
    now: dt.datetime,
) -> list[ResponseTask]:
    """The measures that the level calls for in each area, with their deadlines.

    A measure that the replaced response had already raised goes over as it stands, done or not.
    """
    measures = norms.tasks(area=incident.area, on=duties.local_day(now))
    old = {
        (task.area_id, task.key): task
        for task in ResponseTask.objects.filter(activation__in=ended).select_related("area")
    }
    kept: list[ResponseTask] = []
    fresh: list[ResponseTask] = []
    for activation in started:
        for measure in measures:
            if not _calls_for(measure, activation=activation):
                continue
            earlier = old.get((activation.area_id, measure.key))
            if earlier is not None:
                earlier.activation = activation
                kept.append(earlier)
                continue
            fresh.append(
                ResponseTask(
                    book_id=activation.book_id,
                    activation=activation,
                    area=activation.area,
                    key=measure.key,
                    title=measure.title,
                    title_en=measure.title_en,
                    due_at=now + dt.timedelta(minutes=measure.minutes),
                )
            )
    ResponseTask.objects.bulk_update(kept, ["activation"])
    return [*kept, *ResponseTask.objects.bulk_create(fresh)]


def _calls_for(measure: TaskNorm, *, activation: Activation) -> bool:
    return measure.for_level == activation.area.level and activation.level <= measure.least_level


def _reopened(incident: Incident) -> Incident | None:
    """An incident that was stable is open again once a response runs."""
    if incident.status == IncidentStatus.OPEN:
        return None
    incident.status = IncidentStatus.OPEN
    incident.save(update_fields=["status"])
    return incident
