"""Opening incidents, filing and returning reports, finishing tasks, ending responses.

What else the county's desk does with reports is in `desk`.

Activating also computes needs and drafts a plan; it lives in `deliveries`.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.field import steps as field_steps
from relief.field.models import Item
from relief.field.steps import Sent
from relief.households import rows as household_rows
from relief.households import steps as household_steps
from relief.incidents import rows as incident_rows
from relief.incidents import rules as incident_rules
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.reports import duties as report_duties
from relief.reports import rows as report_rows
from relief.reports import steps as report_steps
from relief.reports.filing import Filing
from relief.reports.models import Report
from relief.response import alerts, rows, rules, steps
from relief.response.models import Activation, ResponseTask


@transaction.atomic(durable=True)
def open_incident(
    *,
    actor: gate.Actor,
    area_id: int,
    name: str,
    name_en: str,
    hazard: str,
    started_at: dt.datetime,
    cold_season: bool,
    footprint: GEOSGeometry | None,
    request_code: str,
    separate: bool = False,
    now: dt.datetime,
) -> Incident:
    """Open an incident of a county (灾害事件), with the villages its footprint touches.

    Every township touched owes an initial report; without a footprint every township of the county
    does, and the county owes its own to the prefecture. The same `request_code` sent twice is one
    incident. While another is open for one of the townships, the person must say that this is a
    `separate` disaster. Raises WrongIncident or OtherOpen.
    """
    area = steps.area(area_id)
    gate.require(actor=actor, act=Act.OPEN_INCIDENT, area=area, book_id=actor.book_id)
    # Two who open one at the same moment go one after the other.
    Area.objects.select_for_update(of=("self",), no_key=True).only("id").get(id=area_id)
    sent_before = Incident.objects.filter(book_id=actor.book_id, code=str(request_code)).first()
    if sent_before is not None:
        incident_rules.check_same_form(same=sent_before.area_id == area.id)
        return sent_before
    incident_rules.check_opening(
        level=area.level,
        area_name=str(area),
        hazard=hazard,
        started_at=started_at,
        now=now,
    )
    shape = _footprint(footprint, area=area)
    incident, made = Incident.objects.get_or_create(
        book_id=actor.book_id,
        code=incident_rules.text(str(request_code), limit=40, name=_("form"), needed=True),
        defaults={
            "area": area,
            "name": incident_rules.text(name, limit=80, name=_("name"), needed=True),
            "name_en": incident_rules.text(name_en, limit=120, name=_("English name")),
            "hazard": hazard,
            "started_at": started_at,
            "cold_season": cold_season,
            "footprint": shape,
        },
    )
    if not made:  # the same form, at the same moment, in another process
        return incident
    villages = household_steps.find_affected(incident=incident)
    towns = _reporting(incident=incident)
    incident_rules.check_separate(others=_open_beside(incident, towns=towns), separate=separate)
    owed = report_duties.open_duties(incident=incident, areas=[area, *towns], now=now)
    log.record(
        book=incident.book_id,
        kind="incident_opened",
        rows=[
            incident_rows.incident(incident),
            *(household_rows.affected(village) for village in villages),
            *(report_rows.duty_report(duty) for duty in owed),
        ],
        actor=actor.user_id,
        now=now,
        facts={"incident": incident.id, "name": incident.name, "villages": len(villages)},
    )
    return incident


@dataclass(frozen=True, slots=True)
class Asked:
    """A report somebody files: of a township, or the village that `given` names.

    `item` is what a phone sent: it is stored with the report.
    """

    area: Area
    given: report_steps.Given
    item: Sent | None = None


@transaction.atomic(durable=True)
def file_reports(
    *, actor: gate.Actor, incident_id: int, asked: Sequence[Asked], now: dt.datetime
) -> list[Report | gate.Refused | gate.NotFound]:
    """File reports (灾情快报) of one person in this order, and assess the level anew.

    Each is a report or its refusal; one that is refused leaves the others as they are, and nothing
    of it is kept. What was filed before is the same report again. Raises IntegrityError, with
    nothing filed, if one item is among them twice, or another process stored it just now.
    """
    incident = steps.locked(actor=actor, incident_id=incident_id)
    sents = [one.item for one in asked if one.item is not None]
    known = field_steps.find(sents=sents, book_id=incident.book_id) if sents else {}
    filing = Filing(incident=incident, places=[one.area for one in asked], now=now)
    found: list[Report | gate.Refused | gate.NotFound] = []
    for one in asked:
        try:
            stored = known.get(one.item.id) if one.item else None
            # A text message's item may be completed here, which a refusal takes back.
            with transaction.atomic() if stored else nullcontext():
                report = _filed(
                    one, actor=actor, incident=incident, filing=filing, known=stored, now=now
                )
        except (gate.Refused, gate.NotFound) as refused:
            found.append(refused)
        else:
            found.append(report)
    steps.tell_filed(filing, kind="report_filed", incident=incident, actor=actor, now=now)
    return found


def file_report(
    *,
    actor: gate.Actor,
    incident_id: int,
    area_id: int,
    kind: str,
    figures: Mapping[str, object],
    as_of: dt.datetime,
    change_note: str,
    narrative: str,
    request_key: uuid.UUID,
    now: dt.datetime,
    village_id: int | None = None,
    chain: uuid.UUID | None = None,
    base: uuid.UUID | None = None,
    change_reason: str = "",
    scene: Mapping[str, Any] | None = None,
    point: Point | None = None,
    accuracy_m: int | None = None,
    item: Sent | None = None,
) -> Report:
    """`file_reports` with one; raises what refuses it.

    With a `chain` the report extends the version named by `base`, or starts the chain; without one
    it goes on with the newest of its place. Raises FiguresRefused with one sentence per field, or
    SameIdOtherBody.
    """
    given = report_steps.Given(
        kind=kind,
        figures=figures,
        as_of=as_of,
        request_key=request_key,
        village=steps.area(village_id) if village_id else None,
        chain=chain,
        base=base,
        change_reason=change_reason,
        change_note=change_note,
        narrative=narrative,
        scene=scene or {},
        point=point,
        accuracy_m=accuracy_m,
    )
    asked = Asked(area=steps.area(area_id), given=given, item=item)
    [found] = file_reports(actor=actor, incident_id=incident_id, asked=[asked], now=now)
    if isinstance(found, Exception):
        raise found
    return found


@transaction.atomic(durable=True)
def return_report(*, actor: gate.Actor, report_id: int, note: str, now: dt.datetime) -> Report:
    """Return the last report of a chain (驳回) with the reason, and assess the level anew.

    The report before it counts again. Raises WrongState.
    """
    incident, report = steps.locked_report(actor=actor, report_id=report_id)
    filed = report_steps.take_back(report=report, checked_by=actor.user_id, note=note, now=now)
    steps.tell_one(filed, kind="report_returned", incident=incident, actor=actor, now=now)
    return filed.report


@transaction.atomic(durable=True)
def finish_task(
    *,
    actor: gate.Actor,
    task_id: int,
    evidence: str,
    now: dt.datetime,
    item: Sent | None = None,
) -> ResponseTask:
    """Report a task as done (任务完成). Raises TaskClosed.

    `item` is what a phone sent: it is stored with the task; the same item again changes nothing.
    """
    task = (
        ResponseTask.objects.visible_to(actor)
        .select_related("area", "activation")
        .locked(id=task_id)
    )
    gate.require(actor=actor, act=Act.FINISH_TASK, area=task.area, book_id=task.book_id)
    if item is not None:
        _item, known = field_steps.take(
            sent=item, book_id=task.book_id, area=task.area, author_id=actor.user_id, now=now
        )
        if known:
            return task
    rules.check_can_finish(done_at=task.done_at, ended_at=task.activation.ended_at)
    task.done_at, task.done_by = now, actor.user_id
    task.evidence = incident_rules.text(evidence, limit=200, name=_("evidence"))
    task.save(update_fields=["done_at", "done_by", "evidence"])
    log.record(
        book=task.book_id,
        kind="task_finished",
        rows=[rows.task(task)],
        actor=actor.user_id,
        now=now,
        facts={"incident": task.activation.incident_id, "task": task.key, "id": task.id},
    )
    return task


@transaction.atomic(durable=True)
def end_response(*, actor: gate.Actor, incident_id: int, now: dt.datetime) -> Activation:
    """End the county's response and those linked to it (响应终止); the incident is then stable.

    Who still reports owes the verified report (核报) next. Raises NoResponse when none runs.
    """
    incident = steps.locked(actor=actor, incident_id=incident_id)
    gate.require(
        actor=actor,
        act=Act.ACTIVATE_RESPONSE,
        area=incident.area,
        book_id=incident.book_id,
    )
    ended = steps.end(incident=incident, now=now)
    if not ended:
        raise rules.NoResponse(
            _("No response to “%(incident)s” runs that could be ended.") % {"incident": incident}
        )
    incident.status = IncidentStatus.STABLE
    incident.save(update_fields=["status"])
    alerts.tell_ended(incident=incident, ended=ended, now=now)
    owed = report_duties.ask_verified(incident=incident, now=now)
    log.record(
        book=incident.book_id,
        kind="response_ended",
        rows=[
            incident_rows.incident(incident),
            *(rows.activation(one) for one in ended),
            *(report_rows.duty_report(duty) for duty in owed),
        ],
        actor=actor.user_id,
        now=now,
        facts={"incident": incident.id, "number": ended[0].number, "level": ended[0].level},
    )
    return ended[0]


def _filed(
    one: Asked,
    *,
    actor: gate.Actor,
    incident: Incident,
    filing: Filing,
    known: Item | None,
    now: dt.datetime,
) -> Report:
    """One of the reports asked for, in the person's name; `known` is what is stored of its item."""
    area, village = one.area, one.given.village
    steps.may_report(actor=actor, incident=incident, area=area, village=village)
    item = None
    if one.item is not None:
        place = village or area
        book, by = incident.book_id, actor.user_id
        item = field_steps.unstored(sent=one.item, book_id=book, area=place, author_id=by, now=now)
        if known is not None:
            item, _same = field_steps.take_again(
                known, sent=one.item, book_id=book, area=place, author_id=by, now=now
            )
    return filing.file(
        area=area,
        given=one.given,
        item=item,
        trusted=actor.may(Act.FILE_REPORT, path=area.path),
        filed_by=actor.user_id,
    )


def _footprint(footprint: GEOSGeometry | None, *, area: Area) -> MultiPolygon | None:
    """The footprint as it is stored, in WGS-84."""
    if footprint is None:
        return None
    if footprint.geom_type not in ("Polygon", "MultiPolygon"):
        raise incident_rules.WrongIncident(
            _("The footprint must be an area; a %(got)s came.") % {"got": footprint.geom_type}
        )
    shape = footprint.clone()
    shape.srid = shape.srid or 4326
    if shape.srid != 4326:
        shape.transform(4326)
    if not isinstance(shape, MultiPolygon):
        shape = MultiPolygon(shape, srid=4326)
    incident_rules.check_footprint(footprint=shape, boundary=area.boundary, area_name=str(area))
    return shape


def _open_beside(
    incident: Incident, *, towns: Sequence[Area]
) -> dict[str, tuple[dt.datetime, list[str]]]:
    """Other open incidents by name: when they began, and which of these townships they touch."""
    found = {}
    others = Incident.objects.filter(
        book_id=incident.book_id, area=incident.area, status=IncidentStatus.OPEN
    ).select_related("area")
    for other in others.exclude(id=incident.id).order_by("-started_at", "-id"):
        touched = {one.id for one in _reporting(incident=other)}
        shared = [str(one) for one in towns if one.id in touched]
        if shared:
            found[str(other)] = (other.started_at, shared)
    return found


def _reporting(*, incident: Incident) -> list[Area]:
    """Townships that owe reports: touched by the footprint, or all of the county without one."""
    townships = (
        Area.objects.within(incident.area.path).filter(level=Level.TOWNSHIP).order_by("code")
    )
    if incident.footprint is not None:
        villages = incident.affected_villages.values("area__parent")
        townships = townships.filter(
            Q(boundary__intersects=incident.footprint) | Q(id__in=villages)
        )
    return list(townships)
