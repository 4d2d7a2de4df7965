"""Everything a phone needs while it has no network, for the areas of the person's duties only."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from gis.models import Area, Level, ancestors, contains, inside
from relief.access import gate
from relief.access.acts import Act, Role
from relief.access.models import Duty, User
from relief.catalog.models import Item
from relief.catalog.pinyin import initials
from relief.catalog.tags import write as tag
from relief.deliveries.models import Load, Stop, TripState
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import clock
from relief.norms import queries as norms
from relief.reports import chains as chain_rules
from relief.reports.indicators import INDICATORS, SUMS, WITHIN
from relief.reports.models import Report, ReportDuty, ReportState
from relief.response.models import ResponseTask
from relief.web.api import drill_now, drill_reference, schemas, store_reference
from relief.web.api.answers import encode, stamp
from relief.web.api.store_trips import lot_of

CHUNK_BYTES = 512 * 1024
_NUMBERS = ["report.plausible_share", "report.growth_note_factor"]


def books(*, user: User, real: dt.datetime) -> list[Any]:
    """Books in which the person holds duties now, each by its own clock, the real one first.

    Each bears as `watches` whether the person evaluates the drill.
    """
    mine = list(Duty.objects.filter(user=user).select_related("book"))
    now = clock.times_in(books=[duty.book for duty in mine], real=real)
    held: dict[Any, set[str]] = {}
    for duty in mine:
        moment = now[duty.book_id]
        if duty.valid_from <= moment and (duty.valid_to is None or duty.valid_to > moment):
            held.setdefault(duty.book, set()).add(duty.role)
    for book, roles in held.items():
        book.watches = Role.EVALUATOR in roles
    return sorted(held, key=lambda book: (book.is_drill, -book.pk))


def person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": str(user), "name_en": user.shown_name_en or str(user)}


def reference(
    *,
    user: User,
    actor: gate.Actor,
    held: Sequence[Any],
    real: dt.datetime,
    device_id: uuid.UUID,
) -> tuple[dict[str, Any], str]:
    """The reference, and its tag: the same as long as nothing but the time has changed.

    `clock` holds the stretches of a drill's clock; the real book has none.

    `real` is the machine's time, by which phones put their own clocks right; everything of the book
    is in the book's time. Numbers of issue slips are given to the device, for the time without a
    network.
    """
    book = next(one for one in held if one.pk == actor.book_id)
    segments = clock.segments_of(book.pk) if book.is_drill else []
    now = clock.sim_at(segments, real) if segments else real
    areas, own = _areas(actor)
    incidents = list(
        Incident.objects.visible_to(actor)
        .exclude(status=IncidentStatus.CLOSED)
        .defer("footprint")
        .order_by("-started_at", "id")
    )
    open_ids = [one.pk for one in incidents]
    duties = _duties(actor, open_ids)
    reports = any(actor.paths(act) for act in (Act.FILE_REPORT, Act.REPORT_VILLAGE))
    content: dict[str, Any] = {
        "person": person(user),
        "reports": reports,
        "books": [
            {"id": one.pk, "kind": one.kind, "name": one.name, "watches": one.watches}
            for one in held
        ],
        "book": actor.book_id,
        "held": drill_now.held(actor),
        "clock": drill_now.stretches(segments),
        "areas": [_area(one, own=one.pk in own) for one in areas],
        "incidents": [_incident(one, duties) for one in incidents],
        "indicators": _INDICATORS,
        "rules": _rules(areas, now=now),
        "chains": _chains(actor, open_ids, own) if reports else [],
        "duties": duties,
        "stops": _stops(actor, own),
        "tasks": _tasks(actor, own),
        "items": [_item(one) for one in Item.objects.order_by("order", "code")],
        "store": store_reference.store(
            actor=actor,
            book=book,
            device_id=device_id,
            incidents=open_ids,
            now=now,
        ),
        "drill": drill_reference.drill(actor=actor),
        "contacts": {"county_phone": settings.COUNTY_PHONE},
        "limits": {
            "schema": schemas.SCHEMA,
            "oldest_schema": schemas.OLDEST_SCHEMA,
            "photo_bytes": settings.PHOTO_MOST_BYTES,
            "chunk_bytes": CHUNK_BYTES,
            "clock_off_seconds": settings.FIELD_CLOCK_OFF_SECONDS,
            "batch": schemas.BATCH,
        },
    }
    etag = hashlib.sha256(encode(content)).hexdigest()[:32]
    return {"server_time": stamp(real), **content}, etag


def _item(one: Item) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "name_en": one.name_en,
        "unit": one.unit,
        "unit_en": one.unit_en,
        "pinyin": initials(one.name),
        "category": one.category,
        "recoverable": one.recoverable,
    }


_INDICATORS = [
    {
        "key": one.key,
        "zh": one.zh,
        "en": one.en,
        "section": str(one.section.value),
        "whole": one.whole,
        "short": one.short,
        "needed": one.needed,
        "rises": one.rises,
    }
    for one in INDICATORS.values()
]


def _areas(actor: gate.Actor) -> tuple[list[Area], set[int]]:
    """Areas of the person's duties with those above them; ids of the former, their `own`."""
    paths = sorted({duty.path for duty in actor.duties})
    wanted = Q(pk__in=[])
    for path in paths:
        wanted |= inside(path) | Q(path__in=ancestors(path))
    found = list(Area.objects.filter(wanted).defer("boundary").order_by("code"))
    own = {one.pk for one in found if any(contains(path, one.path) for path in paths)}
    return found, own


def _area(one: Area, *, own: bool) -> dict[str, Any]:
    # The code of the area above: its path's last part but one, filled up to 12 digits.
    above = one.path.split("/")[-2:-1]
    return {
        "code": one.code,
        "name": one.name,
        "name_en": one.name_en,
        "level": one.level,
        "parent": above[0].ljust(12, "0") if above else None,
        "point": [round(one.centre.x, 6), round(one.centre.y, 6)],
        "population": one.population,
        "own": own,
    }


def _incident(one: Incident, duties: Iterable[dict[str, Any]]) -> dict[str, Any]:
    due = [duty["due_at"] for duty in duties if duty["incident"] == one.pk]
    return {
        "id": one.pk,
        "name": one.name,
        "name_en": one.name_en or one.name,
        "hazard": one.hazard,
        "status": one.status,
        "started_at": stamp(one.started_at),
        "due_at": min(due, default=None),
    }


def _rules(areas: Sequence[Area], *, now: dt.datetime) -> dict[str, Any]:
    """The county's rules, of the lowest area that is not a village."""
    day = timezone.localdate(now, timezone.get_default_timezone())
    place = max((one for one in areas if one.level < Level.VILLAGE), key=lambda one: one.level)
    found = norms.numbers(area=place, keys=_NUMBERS, on=day)
    return {
        "within": WITHIN,
        "sums": SUMS,
        "plausible_share": float(found["report.plausible_share"]),
        "growth_note_factor": float(found["report.growth_note_factor"]),
    }


def _chains(actor: gate.Actor, incidents: list[int], own: set[int]) -> list[dict[str, Any]]:
    """The newest version of every chain of the person's places that can be gone on with."""
    found = (
        Report.objects.filter(book_id=actor.book_id, incident_id__in=incidents)
        .filter(Q(village=None, area_id__in=own) | Q(village_id__in=own))
        .exclude(state__in=[ReportState.RETURNED, ReportState.MERGED])
        .select_related("area", "village")
        .defer("area__boundary", "area__centre", "village__boundary", "village__centre")
        .order_by("chain", "-seq")
        .distinct("chain")
    )
    return [
        {
            "chain": one.chain,
            "head": one.item_id or one.request_key,
            "report_seq": one.seq,
            "incident": one.incident_id,
            "area": one.area.code,
            "village": one.village.code if one.village else None,
            "kind": one.kind,
            "state": "received" if one.state in chain_rules.PENDING[:1] else one.state,
            "as_of": stamp(one.as_of),
            "figures": one.figures,
        }
        for one in found
    ]


def _duties(actor: gate.Actor, incidents: list[int]) -> list[dict[str, Any]]:
    """Reports that are due: of the person's areas, or of the township around their village."""
    paths = actor.paths(Act.READ_INCIDENTS)
    found = ReportDuty.objects.filter(book_id=actor.book_id, incident_id__in=incidents)
    found = found.select_related("area").defer("area__boundary", "area__centre").order_by("id")
    return [
        {
            "incident": one.incident_id,
            "area": one.area.code,
            "kind": one.kind,
            "due_at": stamp(one.due_at),
            "overdue_since": stamp(one.overdue_since) if one.overdue_since else None,
        }
        for one in found
        if any(
            contains(path, one.area.path)
            or (one.area.level == Level.TOWNSHIP and contains(one.area.path, path))
            for path in paths
        )
    ]


def _stops(actor: gate.Actor, own: set[int]) -> list[dict[str, Any]]:
    """Goods on the way to the person's places."""
    if not actor.paths(Act.RECEIVE_TRIP):
        return []
    stops = list(
        Stop.objects.visible_to(actor)
        .filter(area_id__in=own, received_at=None, trip__state=TripState.ON_THE_ROAD)
        .select_related("trip__fleet__agreement")
        .order_by("arrives_at", "id")
    )
    loads = Load.objects.filter(stop__in=stops, loaded__gt=0).select_related("line__item")
    lines: dict[int, list[dict[str, Any]]] = {}
    for load in loads.order_by("id"):
        item = load.line.item
        lines.setdefault(load.stop_id, []).append(
            {
                "line": load.pk,
                "lot": lot_of(load.commodity),
                "tag": _lot_tag(load.commodity),
                "item": item.code,
                "name": item.name,
                "name_en": item.name_en,
                "unit": item.unit,
                "unit_en": item.unit_en,
                "loaded": load.loaded,
            }
        )
    return [
        {
            "id": one.pk,
            "tag": tag(kind="stop", id=one.pk),
            "trip": one.trip_id,
            "trip_tag": tag(kind="trip", id=one.trip_id),
            "number": one.trip.number,
            "slip": f"{one.trip.number}/{one.position}",
            "slip_number": one.trip.slip_number,
            "plate": one.trip.plate,
            "driver": one.trip.driver,
            # Who drives may not be known; then whoever sends the vehicle.
            "phone": one.trip.driver_phone or one.trip.fleet.agreement.phone,
            "leaves_at": stamp(one.trip.dispatched_at or one.trip.leaves_at),
            "arrives_at": stamp(one.arrives_at),
            "state": one.trip.state,
            "lines": lines.get(one.pk, []),
        }
        for one in stops
        if one.pk in lines
    ]


def _lot_tag(commodity: str) -> str | None:
    lot = lot_of(commodity)
    return tag(kind="lot", id=lot) if lot is not None else None


def _tasks(actor: gate.Actor, own: set[int]) -> list[dict[str, Any]]:
    """Orders of running responses to the person's areas."""
    found = ResponseTask.objects.visible_to(actor).filter(
        area_id__in=own, activation__ended_at=None
    )
    return [
        {
            "id": one.pk,
            "title": one.title,
            "title_en": one.title_en,
            "due_at": stamp(one.due_at),
            "done_at": stamp(one.done_at) if one.done_at else None,
        }
        for one in found.order_by("due_at", "id")
    ]
