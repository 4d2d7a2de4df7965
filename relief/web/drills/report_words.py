"""What the keys of the evaluation's numbers are called on the report."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relief.boards.words import HAPPENED
from relief.drills.measures.shapes import LinkKey, Outcome, Stale, StandardKey
from relief.drills.measures.shapes_basis import Goal
from relief.reports.models import ReportKind
from relief.web.spans import minutes_in_words

STANDARDS: dict[StandardKey, Promise] = {
    StandardKey.TOWNSHIP_REPORTS: gettext_lazy("Townships' initial reports"),
    StandardKey.COUNTY_REPORT: gettext_lazy("The county's initial report"),
    StandardKey.FORWARDED: gettext_lazy("Reports looked at and passed on"),
    StandardKey.RESPONSE: gettext_lazy("Response activated"),
    StandardKey.FIRST_BATCH: gettext_lazy("First goods with the people"),
    StandardKey.TASKS: gettext_lazy("Measures of the response done"),
}
OUTCOMES: dict[Outcome, Promise] = {
    Outcome.IN_TIME: gettext_lazy("dealt with in time"),
    Outcome.LATE: gettext_lazy("dealt with late"),
    Outcome.NEVER: gettext_lazy("never dealt with"),
    Outcome.OPEN: gettext_lazy("not yet due at the end"),
    Outcome.JUDGED: gettext_lazy("judged by evaluators"),
    Outcome.UNSENT: gettext_lazy("not sent"),
    Outcome.OVERDUE: gettext_lazy("overdue, not sent"),
    Outcome.LEFT_OUT: gettext_lazy("left out"),
}
LINKS: dict[LinkKey, Promise] = {
    LinkKey.OPENED: gettext_lazy("Incident opened"),
    LinkKey.RESPONSE: gettext_lazy("Response activated"),
    LinkKey.APPROVED: gettext_lazy("Plan approved"),
    LinkKey.LEFT: gettext_lazy("Goods left a store"),
    LinkKey.RECEIVED: gettext_lazy("Goods received by a township"),
    LinkKey.HANDED: gettext_lazy("Goods handed to households"),
    LinkKey.ENDED: gettext_lazy("Response ended"),
    LinkKey.VERIFIED: gettext_lazy("Verified report filed"),
    LinkKey.RETURNED: gettext_lazy("Reusable goods taken back"),
}
STALE: dict[Stale, Promise] = {
    Stale.NEWER_REPORTS: gettext_lazy("newer reports were adopted before it"),
    Stale.WAITING_REPORTS: gettext_lazy("reports waited too long to be looked at"),
    Stale.TOO_OLD: gettext_lazy("its figures were too old"),
}


def span(minutes: float | None) -> str:
    """Minutes in words, rounded to whole ones; a dash where there is nothing to say."""
    return "–" if minutes is None else minutes_in_words(round(minutes))


def limit(goal: Goal | None) -> str:
    """A goal's limit with its unit in words: `2 h`."""
    if goal is None:
        return "–"
    return span(goal.limit * (60 if goal.unit == "h" else 1))


def in_unit(value: float | None, goal: Goal | None) -> str:
    """What was reached, in words; `value` is in the goal's unit."""
    hours = goal is not None and goal.unit == "h"
    return span(None if value is None else value * (60 if hours else 1))


def version(label: str, number: int) -> str:
    """Which version of a report: `initial report`, `follow-up report 2`."""
    words = str(ReportKind(label).label)
    return f"{words} {number}" if label == ReportKind.FOLLOW_UP else words


def act(kind: str) -> str:
    """What the journal calls an act, in words."""
    known = HAPPENED.get(kind)
    return _(known) if known else kind.replace("_", " ")
