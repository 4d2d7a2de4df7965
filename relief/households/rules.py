"""Whether a village's confirmed count can be true. Pure."""

from fractions import Fraction

from django.utils.translation import gettext as _

from relief.access.gate import Refused


class CountRefused(Refused):
    """A confirmed count that contradicts the register or itself."""


def check_confirmation(
    *,
    households: int,
    people: int,
    registered_households: int,
    registered_people: int,
    plausible_share: Fraction,
    village: str,
) -> None:
    """Counts are whole and not negative, people at least as many as households, and both at most
    the register's with the allowance for guests and newcomers. Raises CountRefused.
    """
    for name, got in ((_("Households"), households), (_("People"), people)):
        if isinstance(got, bool) or not isinstance(got, int) or got < 0:
            raise CountRefused(
                _("%(name)s: a whole number from 0 is expected; “%(got)s” came.")
                % {"name": name, "got": got}
            )
    if people < households or (people and not households):
        raise CountRefused(
            _("%(households)d households have at least as many people; %(people)d came.")
            % {"households": households, "people": people}
            if people < households
            else _("%(people)d people live in at least 1 household; 0 came.") % {"people": people}
        )
    for name, got, registered in (
        (_("Households"), households, registered_households),
        (_("People"), people, registered_people),
    ):
        most = int(registered * plausible_share)
        if registered and got > most:
            raise CountRefused(
                _("%(name)s: %(village)s has %(registered)d, so at most %(most)d; %(got)d came.")
                % {
                    "name": name,
                    "village": village,
                    "registered": registered,
                    "most": most,
                    "got": got,
                }
            )
