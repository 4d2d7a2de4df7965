"""What came of each part of the evaluation report, in one line: what a folded part shows."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from relief.drills.measures.shapes import LinkKey
from relief.web.drills.report_words import span
from relief.web.templatetags.goods import percent

if TYPE_CHECKING:
    from relief.web.drills.report_page import Report


def results(report: "Report") -> dict[str, str]:
    """By part."""
    return {
        "verdict": _("Standards met: %(met)s of %(judged)s.")
        % {"met": report.met, "judged": report.judged},
        "course": _("Length in drill time: %(time)s.") % {"time": span(report.minutes)},
        "chain": _chain(report),
        "lessons": _in_all(len(report.strengths)),
        "problems": _in_all(len(report.shown_problems) + len(report.problems)),
        "suggestions": _in_all(len(report.suggestions)),
        "improvements": _("Items: %(all)s, still open: %(open)s.")
        % {
            "all": len(report.improvements),
            "open": sum(one.done_on is None for one in report.improvements),
        },
        **_people(report),
        **_reports(report),
        **_goods(report),
    }


def _in_all(count: int) -> str:
    return _("In all: %(n)s.") % {"n": count}


def _chain(report: "Report") -> str:
    ended = next(one for one in report.numbers.chain if one.key == LinkKey.ENDED)
    if ended.minutes is None:
        return _("The response was not ended.")
    return _("The response was ended after %(time)s.") % {"time": span(ended.minutes)}


def _people(report: "Report") -> dict[str, str]:
    injects = report.numbers.injects
    unrated = _("Objectives nobody rated: %(number)s.") % {"number": report.unrated}
    return {
        "organisation": _("Seats: %(seats)s; played by people: %(players)s, the others by robots.")
        % {"seats": len(report.seats), "players": report.players},
        "injects": _("Dealt with in time: %(in_time)s, late: %(late)s, never: %(never)s.")
        % {"in_time": injects.in_time, "late": injects.late, "never": injects.never},
        "objectives": report.by_rating if report.by_rating else unrated,
    }


def _reports(report: "Report") -> dict[str, str]:
    numbers = report.numbers
    first = numbers.first_reports
    return {
        "first": _("The middle one after %(median)s; in time: %(share)s.")
        % {"median": span(first.spread.median), "share": percent(first.in_time_share)},
        "errors": _("Versions: %(versions)s; sent back or merged: %(returned)s.")
        % {"versions": len(numbers.errors.versions), "returned": numbers.errors.returned},
        "silent": _("Noticed: %(noticed)s of %(all)s.")
        % {"noticed": report.noticed, "all": len(numbers.silent)},
        "decisions": _("Decisions: %(every)s; on stale data: %(stale)s.")
        % {"every": len(numbers.decisions.every), "stale": numbers.decisions.stale},
    }


def _goods(report: "Report") -> dict[str, str]:
    numbers = report.numbers
    whole = next((one for one in numbers.legs if not one.area), None)
    return {
        "journeys": _("Trips: %(trips)s; from the first order to the first receipt: %(time)s.")
        % {
            "trips": whole.trips if whole else 0,
            "time": span(whole.first_batch if whole else None),
        },
        "fill": _("Met at the end: %(all)s; worst-off township: %(worst)s.")
        % {"all": percent(report.met_at_end), "worst": percent(report.worst_at_end)},
        "stores": _("First expired, first out: %(share)s; receipts that differ: %(differing)s.")
        % {"share": percent(numbers.issues.share), "differing": numbers.receipts.differing},
        "vehicles": _("Vehicles used: %(used)s of %(all)s.")
        % {
            "used": sum(one.used for one in numbers.fleets),
            "all": sum(one.vehicles for one in numbers.fleets),
        },
    }
