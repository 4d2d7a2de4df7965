"""Whether a head count can be true, and when a drill is due again. Pure."""

import datetime as dt

from django.utils.translation import gettext as _

from relief.access.gate import Refused


class CountRefused(Refused):
    """A head count that is no count."""


def check_people(people: int) -> None:
    """People are counted from 0 up; more than the capacity is a fact, not a mistake."""
    if isinstance(people, bool) or not isinstance(people, int) or not 0 <= people <= 100_000:
        raise CountRefused(
            _("A whole number of people from 0 to 100,000 is expected; “%(got)s” came.")
            % {"got": people}
        )


def drill_due_on(*, last: dt.date, years: int) -> dt.date:
    """The last day on which the next drill is in time: that many years after the last one.

    After 29 February it is the 28th in a year that has no 29th.
    """
    try:
        return last.replace(year=last.year + years)
    except ValueError:
        return last.replace(year=last.year + years, day=28)
