"""Responses as alerts of the Common Alerting Protocol 1.2 (CAP), for other systems.

Each start, change and end of a county's response is one alert; what a drill says bears the status
`Exercise`. Namespace, names of elements and their order are those of the standard.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.incidents.models import Hazard, Incident
from relief.messaging.rules import DRILL
from relief.response.models import LEVEL_NAMES, Activation

MIME = "application/cap+xml"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
AREA_CODE = "CN-AREA12"  # 统计用区划代码, 12 digits
LANGUAGES = {"zh-CN": "zh-hans", "en-US": "en"}
CATEGORIES = {
    Hazard.QUAKE: "Geo",
    Hazard.LANDSLIDE: "Geo",
    Hazard.FIRE: "Fire",
    Hazard.PEST: "Env",
}  # every other hazard comes with the weather: Met
SEVERITIES = {1: "Extreme", 2: "Severe", 3: "Moderate", 4: "Minor"}
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
# Degrees: an outline for a map, not a survey.
COARSE = 0.002

# What XML 1.0 cannot carry, whoever typed it.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of an incident: `kind` is CAP's message type; `places` whom it is for."""

    number: int
    kind: str
    at: dt.datetime
    response: Activation
    places: Sequence[Area]

    @property
    def identifier(self) -> str:
        """Unique with its sender, for ever; without the characters CAP forbids."""
        response = self.response
        return f"{response.area.code}-{response.incident_id}-{response.number}-{self.number}"

    @property
    def sender(self) -> str:
        return settings.CAP_SENDER or f"cn-{self.response.area.code}"

    @property
    def reference(self) -> str:
        return f"{self.sender},{self.identifier},{_moment(self.at)}"


def alerts(*, incident: Incident) -> list[Alert]:
    """Every alert of an incident in the order they were given: starts, changes, ends."""
    found = Activation.objects.filter(incident=incident, area__level__lte=Level.TOWNSHIP)
    by_county: dict[int, list[Activation]] = {}
    counties: list[Activation] = []
    found = found.select_related("area").defer("area__boundary", "area__centre")
    for one in found.order_by("id"):
        if one.parent_id is None:
            counties.append(one)
        by_county.setdefault(one.parent_id or one.id, []).append(one)
    made: list[Alert] = []
    running = False
    for n, one in enumerate(counties):
        places = [linked.area for linked in by_county[one.id]]
        kind = "Update" if running else "Alert"
        made.append(Alert(len(made) + 1, kind, one.started_at, one, places))
        following = counties[n + 1] if n + 1 < len(counties) else None
        replaced = following is not None and one.ended_at == following.started_at
        running = replaced or one.ended_at is None
        if one.ended_at is not None and not replaced:
            made.append(Alert(len(made) + 1, "Cancel", one.ended_at, one, places))
    return made


def xml(*, alert: Alert, earlier: Sequence[Alert], incident: Incident, drill: bool) -> bytes:
    """The alert as a CAP 1.2 document; `earlier` are those before it, which it may refer to."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(f"{{{NAMESPACE}}}alert")
    _put(root, "identifier", alert.identifier)
    _put(root, "sender", alert.sender)
    _put(root, "sent", _moment(alert.at))
    _put(root, "status", "Exercise" if drill else "Actual")
    _put(root, "msgType", alert.kind)
    _put(root, "scope", "Restricted")
    _put(root, "restriction", "县级自然灾害救助应急指挥体系内部 / relief command of the county")
    if drill:
        _put(root, "note", f"{DRILL} Exercise: nothing in this alert is real.")
    if alert.kind != "Alert":
        _put(root, "references", " ".join(one.reference for one in _since_start(earlier)))
    _put(root, "incidents", f"{alert.response.area.code}-{incident.pk}")
    boundaries = dict(
        Area.objects.filter(id__in=[place.id for place in alert.places]).values_list(
            "id", "boundary"
        )
    )
    for language, ours in LANGUAGES.items():
        with translation.override(ours):
            info = ElementTree.SubElement(root, f"{{{NAMESPACE}}}info")
            _info(info, alert=alert, language=language, incident=incident, drill=drill)
            for place in alert.places:
                _area(info, place, boundaries[place.id])
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _info(
    info: ElementTree.Element, *, alert: Alert, language: str, incident: Incident, drill: bool
) -> None:
    response, over = alert.response, alert.kind == "Cancel"
    level = str(LEVEL_NAMES[response.level])
    facts = {
        "county": response.area,
        "level": level,
        "incident": incident,
        "number": response.number,
    }
    said = {
        "Alert": _("%(county)s: %(level)s response to “%(incident)s” started"),
        "Update": _("%(county)s: response to “%(incident)s” changed to %(level)s"),
        "Cancel": _("%(county)s: %(level)s response to “%(incident)s” ended"),
    }[alert.kind] % facts
    _put(info, "language", language)
    _put(info, "category", CATEGORIES.get(Hazard(incident.hazard), "Met"))
    _put(info, "event", str(Hazard(incident.hazard).label))
    _put(info, "responseType", "AllClear" if over else "Execute")
    _put(info, "urgency", "Past" if over else "Immediate")
    _put(info, "severity", SEVERITIES[response.level])
    _put(info, "certainty", "Observed")
    _put(info, "effective", _moment(alert.at))
    _put(info, "onset", _moment(incident.started_at))
    _put(info, "senderName", str(response.area))
    _put(info, "headline", f"{DRILL}{said}" if drill else said)
    _put(info, "description", _("Response no. %(number)s, %(level)s.") % facts)
    if not over:
        _put(info, "instruction", _("Take up your post and carry out the measures of the level."))
    _parameter(info, "response-level", ROMAN[response.level])
    _parameter(info, "response-number", response.number)


def _area(info: ElementTree.Element, place: Area, boundary: MultiPolygon | None) -> None:
    area = ElementTree.SubElement(info, f"{{{NAMESPACE}}}area")
    _put(area, "areaDesc", str(place))
    for ring in _rings(boundary):
        _put(area, "polygon", ring)
    code = ElementTree.SubElement(area, f"{{{NAMESPACE}}}geocode")
    _put(code, "valueName", AREA_CODE)
    _put(code, "value", place.code)


def _rings(boundary: MultiPolygon | None) -> Iterator[str]:
    """Outer rings as CAP writes them: `lat,lon` pairs, the last one the first again."""
    if boundary is None:
        return
    plain = boundary.simplify(COARSE, preserve_topology=True)
    for polygon in plain if isinstance(plain, MultiPolygon) else [plain]:
        assert isinstance(polygon, Polygon)
        yield " ".join(f"{lat:.4f},{lon:.4f}" for lon, lat, *_z in polygon.exterior_ring.coords)


def _since_start(earlier: Sequence[Alert]) -> Sequence[Alert]:
    """The alerts of the response that runs: from its start, after any that had ended."""
    starts = [n for n, one in enumerate(earlier) if one.kind == "Alert"]
    return earlier[starts[-1] :] if starts else earlier


def _parameter(info: ElementTree.Element, name: str, value: str) -> None:
    parameter = ElementTree.SubElement(info, f"{{{NAMESPACE}}}parameter")
    _put(parameter, "valueName", name)
    _put(parameter, "value", value)


def _put(above: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(above, f"{{{NAMESPACE}}}{name}").text = _NOT_XML.sub(" ", text)


def _moment(when: dt.datetime) -> str:
    """`2026-07-15T04:00:00+08:00`: whole seconds, with the offset, never Z."""
    local = timezone.localtime(when).replace(microsecond=0)
    return local.isoformat()
