"""Whether a head count can be true. Pure."""

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
