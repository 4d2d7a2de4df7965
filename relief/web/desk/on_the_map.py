"""Reports and damaged houses as points of the county map (灾情点位)."""

from typing import Any

from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils.translation import gettext as _

from gis.layers import DIGITS
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.households.models import DamagedHouse, Grade
from relief.incidents.models import Incident
from relief.reports.models import Report, ReportState

HIDDEN = (ReportState.RETURNED, ReportState.MERGED)


def for_map(*, actor: Actor, incident: Incident | None) -> dict[str, Any] | None:
    """Where the map fetches the points and the words of their cards; None without the duty."""
    if incident is None or not actor.paths(Act.READ_REPORTS):
        return None
    return {
        "url": reverse("web:damage_map", args=[incident.id]),
        "words": {
            "report": _("Report"),
            "reports": _("Reports"),
            "houses": _("Damaged houses"),
            "number": _("Number"),
            "affected": _("Affected people"),
            "rooms": _("Rooms in all"),
            "collapsed": _("of these collapsed"),
            "severe": _("severely damaged"),
            "general": _("damaged"),
            "open": _("Open"),
            **{f"grade_{grade.value}": str(grade.label) for grade in Grade},
        },
    }


def of_incident(*, actor: Actor, incident: Incident) -> dict[str, Any]:
    """Points with what their cards say, as far as the person may see reports and houses.

    Of a chain only the newest report with a point is shown. No names of people are in here.
    """
    reports = (
        Report.objects.visible_to(actor)
        .filter(incident=incident, point__isnull=False)
        .exclude(state__in=HIDDEN)
        .select_related("area", "village")
        .defer("area__boundary", "village__boundary")
        .order_by("chain", "-seq")
        .distinct("chain")
    )
    houses = (
        DamagedHouse.objects.visible_to(actor)
        .filter(incident=incident, replaced_by=None, point__isnull=False)
        .select_related("area")
        .defer("area__boundary")
    )
    return {
        "reports": [
            {
                **_at(report.point),
                "id": report.id,
                "place": str(report.village or report.area),
                "kind": str(report.get_kind_display()),
                "state": str(report.get_state_display()),
                "seq": report.seq,
                "affected": report.figures.get("affected_population"),
                "url": reverse("web:report", args=[report.id]),
            }
            for report in reports
        ],
        "houses": [
            {
                **_at(house.point),
                "id": house.id,
                "place": str(house.area),
                "grade": house.grade,
                "label": str(house.get_grade_display()),
                "rooms": house.rooms_total,
                "collapsed": house.rooms_collapsed,
                "severe": house.rooms_severe,
                "general": house.rooms_general,
                "url": reverse("web:house", args=[house.id]),
            }
            for house in houses
        ],
    }


def _at(point: Point | None) -> dict[str, float]:
    if point is None:  # the query asked for those with a point only
        return {}
    return {"lon": round(point.x, DIGITS), "lat": round(point.y, DIGITS)}
