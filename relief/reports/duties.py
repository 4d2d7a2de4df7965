"""Inner steps that keep the reporting duties (报送任务). Each needs the action's transaction."""

import copy
import datetime as dt
from collections.abc import Callable, Collection, Iterable

from django.db.models import QuerySet
from django.utils import timezone

from gis.models import Area, Level
from relief.incidents.models import Incident, IncidentStatus
from relief.journal.log import require_transaction
from relief.journal.repeated import repeated
from relief.norms import queries as norms
from relief.reports import chains, clocks
from relief.reports.models import Report, ReportDuty, ReportKind

# Norms by the level that reports: the first report, the daily one, the verified one.
INITIAL = {Level.TOWNSHIP: "deadline.initial.township", Level.COUNTY: "deadline.initial.county"}
DAILY = {Level.TOWNSHIP: "deadline.daily.township", Level.COUNTY: "deadline.daily.county"}
VERIFIED = {Level.TOWNSHIP: "deadline.verified.township", Level.COUNTY: "deadline.verified.county"}

# What `renewed` may change.
RENEWED = ["kind", "due_at", "last_report_at", "overdue_since"]


def local_day(moment: dt.datetime) -> dt.date:
    """The day of that moment in the county's zone: norms hold by the day."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def open_duties(*, incident: Incident, areas: Iterable[Area], now: dt.datetime) -> list[ReportDuty]:
    """Have areas without a duty yet file an initial report. Returns the new duties."""
    require_transaction("open_duties")
    having = set(incident.report_duties.values_list("area_id", flat=True))
    # A series closed by its verified report needs no further report.
    having |= closed(incident=incident)
    return ReportDuty.objects.bulk_create(
        ReportDuty(
            book_id=incident.book_id,
            incident=incident,
            area=area,
            kind=ReportKind.INITIAL,
            due_at=_first_due(incident=incident, area=area, now=now),
        )
        for area in areas
        if area.id not in having
    )


def closed(*, incident: Incident) -> set[int]:
    """Ids of the areas whose verified report (核报) of the whole ended their series."""
    found = incident.reports.filter(
        kind=ReportKind.VERIFIED, village=None, state__in=chains.LIVE
    ).values_list("area_id", flat=True)
    return set(found)


def of(*, incident: Incident, areas: Iterable[Area]) -> dict[int, ReportDuty]:
    """The duties of these areas in the incident, by area id."""
    found = _of(incident=incident.id, areas=sorted({area.id for area in areas}))
    return {duty.area_id: duty for duty in found}


@repeated
def _of(incident: int, areas: list[int]) -> QuerySet[ReportDuty]:
    return ReportDuty.objects.filter(incident_id=incident, area_id__among=areas)


def renew(
    report: Report, *, versions: Collection[Report], now: dt.datetime, again: bool = False
) -> tuple[ReportDuty | None, ReportDuty | None]:
    """The township's duty after what happened to the report, or the duty that ended with it."""
    require_transaction("renew")
    incident, area = report.incident, report.area
    duty = of(incident=incident, areas=[area]).get(area.id)
    fresh = renewed(duty, incident=incident, area=area, versions=versions, now=now, again=again)
    return store(duty, fresh, incident=incident, area=area)


def store(
    duty: ReportDuty | None, fresh: ReportDuty | None, *, incident: Incident, area: Area
) -> tuple[ReportDuty | None, ReportDuty | None]:
    """Store the duty as it is now, or end it: the duty, or the one that ended."""
    require_transaction("store")
    if fresh is None:
        return None, _ended(duty, incident=incident, area=area)
    fresh.save(update_fields=None if duty is None else RENEWED)
    return fresh, None


def renewed(
    duty: ReportDuty | None,
    *,
    incident: Incident,
    area: Area,
    versions: Collection[Report],
    now: dt.datetime,
    again: bool = False,
) -> ReportDuty | None:
    """The township's duty as its versions now want it, not stored; None once the series is over.

    What was said of the whole township meets the duty, adopted or not, and so does a village's
    report while it counts. A returned report is due `again` within the limit of an initial report,
    counted from now.
    """
    if any(one.counts and one.village_id is None and _verified(one) for one in versions):
        return None
    said = [
        one
        for one in versions
        if one.counts or (one.village_id is None and one.state in (*chains.LIVE, *chains.PENDING))
    ]
    last = max(said, key=lambda one: (one.as_of, one.seq), default=None)
    fresh = copy.copy(duty) if duty else ReportDuty(book_id=incident.book_id, incident=incident)
    if again:
        fresh.due_at = now + _minutes(INITIAL, area=area, now=now)
    elif last is None:
        fresh.due_at = _first_due(incident=incident, area=area, now=now)
    elif not _awaits_verified(fresh, incident=incident):
        fresh.due_at = next_daily(area=area, as_of=last.as_of, now=now)
    if not _awaits_verified(fresh, incident=incident):
        fresh.kind = ReportKind.FOLLOW_UP if last else ReportKind.INITIAL
    fresh.last_report_at = last.filed_at if last else None
    fresh.overdue_since = None
    fresh.area = area
    return fresh


def passed_on(
    *, incident: Incident, report: Report, now: dt.datetime
) -> tuple[ReportDuty | None, ReportDuty | None]:
    """The county's own duty after it passed its figures on (上报), or the one that ended."""
    require_transaction("passed_on")
    duty = ReportDuty.objects.filter(incident=incident, area=incident.area).first()
    if _verified(report):
        return None, _ended(duty, incident=incident, area=incident.area)
    if duty is None:
        duty = ReportDuty(book_id=incident.book_id, incident=incident)
    if not _awaits_verified(duty, incident=incident):
        duty.kind = ReportKind.FOLLOW_UP
        duty.due_at = next_daily(area=incident.area, as_of=report.as_of, now=now)
    duty.last_report_at, duty.overdue_since, duty.copies_due_at = report.filed_at, None, None
    duty.area = incident.area
    duty.save()
    return duty, None


def ask_copies(
    *,
    incident: Incident,
    duty: ReportDuty | None,
    dead_missing: int,
    told: Callable[[], int],
    now: dt.datetime,
) -> ReportDuty | None:
    """Set by when copies must be with province and ministry (直报); the duty if that changed.

    `duty` is the county's. `told` reads the dead and missing of the county's last report: from the
    bound on, the copies went with it. What becomes known after the limit has run out is due as a
    report passed on is.
    """
    require_transaction("ask_copies")
    if duty is None:
        return None
    keys = ["deadline.direct.dead_missing", "deadline.initial.county", "deadline.forward"]
    found = norms.numbers(area=incident.area, keys=keys, on=local_day(now))
    bound, limit, onward = (int(found[key]) for key in keys)
    due = None
    if dead_missing >= bound and told() < bound:
        due = clocks.direct_copy_due(
            started_at=incident.started_at,
            minutes=limit,
            dead_missing=dead_missing,
            threshold=bound,
        )
    if due is not None and due < now:
        due = duty.copies_due_at or clocks.forward_due(received_at=now, minutes=onward)
    if due == duty.copies_due_at:
        return None
    duty.copies_due_at, duty.area = due, incident.area
    duty.save(update_fields=["copies_due_at"])
    return duty


def ask_verified(*, incident: Incident, now: dt.datetime) -> list[ReportDuty]:
    """The disaster is stable: whoever still reports owes the verified report (核报) next."""
    require_transaction("ask_verified")
    found = list(
        ReportDuty.objects.filter(incident=incident)
        .select_related("area")
        .defer("area__boundary")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    days = {
        level: int(norms.number(area=incident.area, key=key, on=local_day(now)))
        for level, key in VERIFIED.items()
    }
    for duty in found:
        duty.kind, duty.overdue_since = ReportKind.VERIFIED, None
        duty.due_at = clocks.verified_due(stable_at=now, days=days[Level(duty.area.level)])
    ReportDuty.objects.bulk_update(found, ["kind", "due_at", "overdue_since"])
    return found


def ask_daily(*, incident: Incident, now: dt.datetime) -> list[ReportDuty]:
    """The disaster is no longer stable: verified reports are not due yet, daily ones are again."""
    require_transaction("ask_daily")
    found = list(
        ReportDuty.objects.filter(incident=incident, kind=ReportKind.VERIFIED)
        .select_related("area")
        .defer("area__boundary")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    for duty in found:
        duty.kind = ReportKind.FOLLOW_UP if duty.last_report_at else ReportKind.INITIAL
        duty.due_at = next_daily(area=duty.area, as_of=now, now=now)
        duty.overdue_since = None
    ReportDuty.objects.bulk_update(found, ["kind", "due_at", "overdue_since"])
    return found


def next_daily(*, area: Area, as_of: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When that area's next daily report is due: the morning after the next 24:00."""
    return clocks.daily_due(
        cut=clocks.next_cut(as_of=as_of, zone=timezone.get_default_timezone()),
        minute_of_day=int(norms.number(area=area, key=DAILY[Level(area.level)], on=local_day(now))),
    )


def _awaits_verified(duty: ReportDuty, *, incident: Incident) -> bool:
    return duty.kind == ReportKind.VERIFIED and incident.status == IncidentStatus.STABLE


def _verified(report: Report) -> bool:
    return report.kind == ReportKind.VERIFIED


def _ended(duty: ReportDuty | None, *, incident: Incident, area: Area) -> ReportDuty | None:
    if duty is None:
        return None
    gone = ReportDuty(id=duty.id, incident=incident, area=area)
    duty.delete()
    return gone


def _minutes(keys: dict[Level, str], *, area: Area, now: dt.datetime) -> dt.timedelta:
    found = norms.number(area=area, key=keys[Level(area.level)], on=local_day(now))
    return dt.timedelta(minutes=int(found))


def _first_due(*, incident: Incident, area: Area, now: dt.datetime) -> dt.datetime:
    return incident.started_at + _minutes(INITIAL, area=area, now=now)
