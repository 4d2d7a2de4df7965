"""What may be done with a report in which state. Pure."""

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.reports.chains import PENDING
from relief.reports.models import ReportState


class WrongState(Refused):
    """The report is not in the state the step needs."""


def check_verifiable(*, state: str) -> None:
    """Only an adopted report is verified. Raises WrongState."""
    if state != ReportState.ADOPTED:
        raise WrongState(
            _("A report that is adopted is expected; this one is %(state)s.")
            % {"state": ReportState(state).label}
        )


def check_open(*, state: str, seq: int) -> None:
    """A report that was returned or merged is decided upon for good. Raises WrongState."""
    if state in (ReportState.RETURNED, ReportState.MERGED):
        raise WrongState(
            _("No. %(seq)d is %(state)s already.") % {"seq": seq, "state": ReportState(state).label}
        )


def check_newest(*, seq: int, follower: int | None) -> None:
    """Only the last report of a chain is returned or merged. Raises WrongState."""
    if follower is not None:
        raise WrongState(
            _("The last report of the chain is expected: no. %(last)d came after no. %(this)d.")
            % {"last": follower, "this": seq}
        )


def check_adoptable(*, state: str, seq: int, adopted_beside: int | None) -> None:
    """A report not decided upon, that no adopted one stands beside. Raises WrongState."""
    check_open(state=state, seq=seq)
    if state not in PENDING:
        raise WrongState(
            _("No. %(seq)d is %(state)s already.") % {"seq": seq, "state": ReportState(state).label}
        )
    if adopted_beside is not None:
        raise WrongState(
            _(
                "No. %(other)d of the same place was adopted and does not know of no. %(seq)d: "
                "merge the two, or return one."
            )
            % {"other": adopted_beside, "seq": seq}
        )


def check_returnable(*, receipt: str, gathered: bool, returned: bool) -> None:
    """An item that is no report yet and was not returned before. Raises WrongState."""
    if gathered:
        raise WrongState(
            _("%(receipt)s is a report by now; return the report instead.") % {"receipt": receipt}
        )
    check_gatherable(receipt=receipt, returned=returned)


def check_gatherable(*, receipt: str, returned: bool) -> None:
    """What was returned waits for its correction. Raises WrongState."""
    if returned:
        raise WrongState(
            _("%(receipt)s was returned; its correction is expected.") % {"receipt": receipt}
        )
