"""Closing and reopening roads (道路中断、抢通). Opening an incident lives in `response`."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.contrib.gis.geos import GEOSGeometry, MultiLineString, MultiPolygon, Polygon
from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area, Level, RoadLink, contains
from relief.access import gate
from relief.access.acts import Act
from relief.incidents import rows, rules, steps
from relief.incidents.models import Bars, Incident, RoadClosure
from relief.journal import log


@transaction.atomic(durable=True)
def close_road(
    *,
    actor: gate.Actor,
    incident_id: int,
    links: Sequence[int] | None,
    polygon: GEOSGeometry | None,
    reason: str,
    bars: str = Bars.ALL,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> RoadClosure:
    """Close road links, named or found under a drawn area, until they are reopened.

    `bars` says whom the closure holds up (禁行车型): all vehicles, or heavy trucks only.

    A closure concerns all traffic of the county and is seen by everyone in it. Who closes it needs
    the duty where one of its links lies. Raises NoRoad or AlreadyClosed.
    """
    incident = Incident.objects.visible_to(actor).select_related("area").locked(id=incident_id)
    rules.check_way_named(links=links, polygon=polygon)
    rules.check_bars(bars=bars)
    shape = _as_multipolygon(polygon)
    found = _links(numbers=links, shape=shape)
    lines = MultiLineString([link.line for link in found], srid=4326)
    _require_on_the_way(actor=actor, incident=incident, lines=lines)
    sent_before = RoadClosure.objects.filter(request_key=request_key).first()
    if sent_before is not None:
        rules.check_same_form(
            same=(sent_before.incident_id, sent_before.closed_by) == (incident.id, actor.user_id)
        )
        return sent_before
    rules.check_takes_entries(incident=incident)
    rules.check_links(
        found=[link.number for link in found],
        named=links,
        bars=bars,
        running=list(incident.closures.filter(reopened_at=None)),
    )
    closure = RoadClosure.objects.create(
        book_id=incident.book_id,
        incident=incident,
        area=incident.area,
        links=[link.number for link in found],
        polygon=shape,
        shape=lines,
        bars=bars,
        reason=rules.text(reason, limit=120, name=_("reason"), needed=True),
        closed_at=now,
        closed_by=actor.user_id,
        request_key=request_key,
    )
    marked = {one.id: one for one in steps.mark_cut_off(incident=incident)}
    told = {closure.id: closure} | marked
    log.record(
        book=incident.book_id,
        kind="road_closed",
        rows=[rows.closure(one) for one in told.values()],
        actor=actor.user_id,
        now=now,
        facts={
            "incident": incident.id,
            "links": closure.links,
            "reason": closure.reason,
            "bars": closure.bars,
            "cut_off": told[closure.id].cut_off,
        },
    )
    return told[closure.id]


@transaction.atomic(durable=True)
def reopen_road(*, actor: gate.Actor, closure_id: int, now: dt.datetime) -> RoadClosure:
    """Lift a closure. Raises AlreadyOpen when that has happened before."""
    closure = (
        RoadClosure.objects.visible_to(actor)
        .select_related("area", "incident__area")
        .locked(id=closure_id)
    )
    _require_on_the_way(actor=actor, incident=closure.incident, lines=closure.shape)
    rules.check_reopening(closure=closure)
    closure.reopened_at = now
    closure.save(update_fields=["reopened_at"])
    others = steps.mark_cut_off(incident=closure.incident)
    log.record(
        book=closure.book_id,
        kind="road_reopened",
        rows=[rows.closure(one) for one in [closure, *others]],
        actor=actor.user_id,
        now=now,
        facts={
            "incident": closure.incident_id,
            "links": closure.links,
            "reason": closure.reason,
        },
    )
    return closure


def _links(*, numbers: Sequence[int] | None, shape: MultiPolygon | None) -> list[RoadLink]:
    if shape is not None:
        return list(RoadLink.objects.filter(line__intersects=shape).order_by("number"))
    return list(RoadLink.objects.filter(number__in=numbers or ()).order_by("number"))


def _as_multipolygon(polygon: GEOSGeometry | None) -> MultiPolygon | None:
    """The drawn area as it is stored. Raises NoRoad for anything that is not a valid area."""
    if polygon is None:
        return None
    shape = polygon.clone() if isinstance(polygon, MultiPolygon) else None
    if isinstance(polygon, Polygon):
        shape = MultiPolygon(polygon, srid=polygon.srid or 4326)
    if shape is None or shape.empty or not shape.valid:
        raise rules.NoRoad(
            _("An area whose outline does not cross itself is expected; %(got)s came.")
            % {"got": polygon.geom_type}
        )
    shape.srid = shape.srid or 4326
    if shape.srid != 4326:
        shape.transform(4326)
    return shape


def _require_on_the_way(*, actor: gate.Actor, incident: Incident, lines: MultiLineString) -> None:
    """The duty is needed in one township the links touch; in the county if none is known."""
    inside = Area.objects.within(incident.area.path).filter(level=Level.TOWNSHIP).order_by("code")
    if lines.empty:
        # Nothing will be closed; whoever may close roads here is told that no road was met.
        paths = [path for path in actor.paths(Act.CLOSE_ROAD) if contains(incident.area.path, path)]
    else:
        touched = inside.filter(boundary__intersects=lines)
        paths = list(touched.values_list("path", flat=True))
    paths = paths or [incident.area.path]
    path = next(
        (one for one in paths if actor.may(Act.CLOSE_ROAD, path=one)),
        next((one for one in paths if actor.sees(path=one)), paths[0]),
    )
    gate.require(actor=actor, act=Act.CLOSE_ROAD, area=path, book_id=incident.book_id)
