"""Whether a head count can be true, what a version of a plan is, when a drill is due. Pure."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.preparedness.models import PlanPart


class CountRefused(Refused):
    """A head count that is no count."""


class PlanRefused(Refused):
    """A version of a plan that cannot be: without a name, out of order, without its six parts."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a response plan (预案版本) as it is typed; `parts` are those it has."""

    title: str
    title_en: str
    number: str
    version: str
    approved_on: dt.date
    effective_from: dt.date
    next_review_on: dt.date
    parts: Sequence[str]
    change_note: str = ""
    last_drill_on: dt.date | None = None


def check_people(people: int) -> None:
    """People are counted from 0 up; more than the capacity is a fact, not a mistake."""
    if isinstance(people, bool) or not isinstance(people, int) or not 0 <= people <= 100_000:
        raise CountRefused(
            _("A whole number of people from 0 to 100,000 is expected; “%(got)s” came.")
            % {"got": people}
        )


def check_version(given: Version, *, before: dt.date | None) -> None:
    """A version has all it is known by; it begins after the one it replaces, on `before`, did."""
    for said, name in (
        (given.title, _("title")),
        (given.number, _("document number")),
        (given.version, _("version")),
    ):
        if not said.strip():
            raise PlanRefused(_("A plan needs a %(what)s; nothing came.") % {"what": name})
    if given.effective_from < given.approved_on:
        raise PlanRefused(
            _("A plan is in force from its approval on, %(approved)s or later; %(got)s came.")
            % {"approved": given.approved_on.isoformat(), "got": given.effective_from.isoformat()}
        )
    if given.next_review_on <= given.effective_from:
        raise PlanRefused(
            _("The next review comes after the plan is in force, %(start)s; %(got)s came.")
            % {
                "start": given.effective_from.isoformat(),
                "got": given.next_review_on.isoformat(),
            }
        )
    if before is not None and given.effective_from <= before:
        raise PlanRefused(
            _(
                "The version replaced is in force from %(before)s; a later day is expected, "
                "%(got)s came."
            )
            % {"before": before.isoformat(), "got": given.effective_from.isoformat()}
        )
    if before is not None and not given.change_note.strip():
        raise PlanRefused(_("A new version says why it came; nothing was written."))


def missing_parts(parts: Collection[str]) -> list[PlanPart]:
    """Those of the six parts (六项内容) that a plan does not have."""
    return [part for part in PlanPart if part not in parts]


def drill_due_on(*, last: dt.date, years: int) -> dt.date:
    """The last day on which the next drill is in time: that many years after the last one.

    After 29 February it is the 28th in a year that has no 29th.
    """
    try:
        return last.replace(year=last.year + years)
    except ValueError:
        return last.replace(year=last.year + years, day=28)
