"""What a map shows beside its live rows: areas, roads, places, the footprint."""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from gis import layers
from gis.models import Area, Level, ancestors, contains
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.boards import tables as boards
from relief.boards.page import number
from relief.boards.scopes import Scope, View, may_open, scopes_for
from relief.deliveries.models import TransportAgreement
from relief.incidents.models import Incident
from relief.journal.rows import Table
from relief.preparedness.models import Shelter
from relief.stock.models import Depot, SupplyAgreement

DRAWN = {"affected", "closure", "delivery", "gap", "need", "order_line", "shelter"}


def county_of(actor: Actor, *, code: str = "") -> Area:
    """The county asked for, or the one of the person's first duty; NotFound outside the duties."""
    counties = Area.objects.filter(level=Level.COUNTY).defer("boundary").order_by("code")
    if code:
        counties = counties.filter(code=code)
    for county in counties:
        if any(related(duty.path, county.path) for duty in actor.duties):
            return county
    raise NotFound


def related(one: str, other: str) -> bool:
    return contains(one, other) or contains(other, one)


def base(*, county: Area, incident: Incident | None) -> dict[str, Any]:
    """The layers of the county with its places; the footprint of the incident, if there is one."""
    found = layers.base(county=county)
    found["places"] = places(county=county)
    if incident is not None and incident.footprint is not None:
        found["footprint"] = json.loads(incident.footprint.geojson)
    return found


def places(*, county: Area) -> list[dict[str, Any]]:
    """Warehouses, suppliers, yards and shelters: where they stand is no secret in the county."""
    inside = Area.objects.within(county.path).values("id")
    # A store or partner of a level above also serves this county.
    serving = [*inside.values_list("id", flat=True)]
    serving += Area.objects.filter(path__in=ancestors(county.path)).values_list("id", flat=True)
    found = [
        _place("depot" if depot.kind == "warehouse" else "point", f"depot:{depot.id}", depot)
        for depot in Depot.objects.filter(area_id__in=serving)
    ]
    found += [
        _place("supplier", f"agreement:{party.id}", party)
        for party in SupplyAgreement.objects.filter(area_id__in=serving)
    ]
    found += [
        _place("yard", f"yard:{party.id}", party)
        for party in TransportAgreement.objects.filter(area_id__in=serving)
    ]
    found += [
        _place("shelter", f"shelter:{shelter.id}", shelter)
        for shelter in Shelter.objects.filter(area_id__in=inside)
    ]
    return found


def _place(kind: str, key: str, obj: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "key": key,
        "name": obj.name,
        "name_en": obj.name_en,
        "lon": obj.point.x,
        "lat": obj.point.y,
    }


def running_incident(actor: Actor, *, county: Area, chosen: str = "") -> Incident | None:
    """The incident named, or the newest running one of the county."""
    found = Incident.objects.visible_to(actor).filter(area=county).select_related("area")
    if (incident := number(chosen)) is not None:
        return found.one(id=incident)
    return found.exclude(status="closed").order_by("-started_at", "-id").first()


def scope_for_map(actor: Actor, *, county: Area) -> Scope | None:
    """The person's widest board: its rows and its socket feed the map."""
    whole = Scope(actor.book_id, View.COMMAND, county.path)
    if may_open(actor=actor, scope=whole):
        return whole
    return next(iter(scopes_for(actor=actor)), None)


def tables() -> list[Table]:
    """The tables a map draws."""
    return [table for table in boards.tables() if table.name in DRAWN]


def tile_address(actor: Actor) -> str | None:
    """Address of the household tiles with {z}, {x}, {y}; None without the duty to see them."""
    if not actor.paths(Act.READ_HOUSEHOLDS):
        return None
    open_address = reverse("web:household_tiles", kwargs={"z": 1, "x": 2, "y": 3})
    return open_address.replace("1/2/3", "{z}/{x}/{y}")


def base_address(*, county: Area, incident: Incident | None) -> str:
    """Address of the base; the browser may keep it, so the incident is part of it."""
    words = {"county": county.code} | ({"incident": incident.id} if incident else {})
    return f"{reverse('web:map_base')}?{urlencode(words)}"


def line_address() -> str:
    """Address of a stop's way on the road, with {id}."""
    return reverse("web:stop_line", kwargs={"id": 918273}).replace("918273", "{id}")


def nonce(request: HttpRequest) -> str:
    """The response's CSP nonce."""
    return str(getattr(request, "csp_nonce", ""))
