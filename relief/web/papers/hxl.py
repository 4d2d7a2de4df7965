"""The roll-up as CSV with HXL tags (hxlstandard.org), one line per place that counts.

A place stands once, as a township or as its villages, so that adding up a column gives the county's
figure and nothing is counted twice.
"""

import csv
import io

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report
from relief.web.papers.rapid import Paper
from relief.web.papers.xlsx import FORMULA

MIME = "text/csv; charset=utf-8"
# Figures with a tag of their own; money is in 10,000 yuan, as on the form.
TAGS = {
    "affected_population": "#affected",
    "deaths": "#affected +killed",
    "missing": "#affected +missing",
    "injured": "#affected +injured",
    "relocated_now": "#affected +displaced",
    "emergency_aid_now": "#inneed",
    "dwelling_hh_collapsed": "#affected +hh +housing +collapsed",
    "dwelling_hh_severe": "#affected +hh +housing +severe",
    "dwelling_hh_general": "#affected +hh +housing +general",
}
PLACES = [
    (Level.PROVINCE, "#adm1"),
    (Level.PREFECTURE, "#adm2"),
    (Level.COUNTY, "#adm3"),
    (Level.TOWNSHIP, "#adm4"),
    (Level.VILLAGE, "#adm5"),
]


def tag(key: str) -> str:
    """The HXL tag of one figure."""
    if key in TAGS:
        return TAGS[key]
    return f"#value +cny +{key}" if key.startswith("loss_") else f"#impact +{key}"


def text(paper: Paper) -> bytes:
    """The file: names, tags, then the lines; UTF-8 with the mark that spreadsheets look for."""
    keys = paper.rolled.given()
    made = io.StringIO(newline="")
    write = csv.writer(made).writerow
    places = [
        (level, f"{mark} +{part}", part) for level, mark in PLACES for part in ("name", "code")
    ]
    write(
        [
            *(_safe(_named(level, part)) for level, _mark, part in places),
            _("as at"),
            *(_safe(INDICATORS[key].label) for key in keys),
        ]
    )
    write([*(mark for _level, mark, _part in places), "#date +reported", *map(tag, keys)])
    for report in paper.rolled.versions:
        chain = {area.level: area for area in [*paper.above, report.area, *_village(report)]}
        write(
            [
                *(_safe(_part(chain.get(level), part)) for level, _mark, part in places),
                timezone.localtime(report.as_of).isoformat(timespec="minutes"),
                *(report.figures.get(key, "") for key in keys),
            ]
        )
    return ("\ufeff" + made.getvalue()).encode()


def _named(level: Level, part: str) -> str:
    if part == "name":
        return str(level.label)
    return _("%(level)s, area code") % {"level": level.label}


def _village(report: Report) -> list[Area]:
    return [report.village] if report.village else []


def _part(area: Area | None, part: str) -> str:
    if area is None:
        return ""
    return str(area) if part == "name" else area.code


def _safe(value: str) -> str:
    """A text that a spreadsheet would take for a formula stands behind an apostrophe."""
    return f"'{value}" if value.startswith(FORMULA) else value
