"""What an incident and a road closure must be, without database or clock."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Level
from relief.access.gate import Refused
from relief.incidents.models import Bars, Hazard, Incident, IncidentStatus, RoadClosure

PLACES_NAMED = 3  # of those that two incidents share


class TooLong(Refused):
    """A text longer than its field."""


class Missing(Refused):
    """A text that must not be empty is."""


class WrongIncident(Refused):
    """An incident that cannot be opened as it was entered."""


class OtherOpen(Refused):
    """An incident of the same place is open, and nobody said that this is another disaster."""


class IncidentClosed(Refused):
    """The incident takes no more entries."""


class FormUsed(Refused):
    """A form's key comes a second time with another content."""


class NoRoad(Refused):
    """The closure names no road link that exists."""


class UnknownBars(Refused):
    """The closure bars neither all vehicles nor heavy trucks."""


class AlreadyClosed(Refused):
    """Every link of the closure is closed already to the same vehicles, or to all."""


class AlreadyOpen(Refused):
    """The closure was lifted before."""


def text(value: str, *, limit: int, name: str, needed: bool = False) -> str:
    """The text without outer spaces, if it fits its field."""
    value = (value or "").strip()
    if needed and not value:
        raise Missing(_("“%(name)s” is empty; a text is expected.") % {"name": name})
    if len(value) > limit:
        raise TooLong(
            _("“%(name)s” may have %(limit)d characters; %(got)d came.")
            % {"name": name, "limit": limit, "got": len(value)}
        )
    return value


def moment(value: dt.datetime) -> str:
    """A moment in the county's zone, as sentences show it."""
    return timezone.localtime(value, timezone.get_default_timezone()).strftime("%Y-%m-%d %H:%M")


def check_opening(
    *, level: int, area_name: str, hazard: str, started_at: dt.datetime, now: dt.datetime
) -> None:
    """An incident is one county's, of a known hazard, and has begun. Raises WrongIncident."""
    if level != Level.COUNTY:
        raise WrongIncident(
            _("An incident is opened for a county; %(area)s is a %(level)s.")
            % {"area": area_name, "level": Level(level).label}
        )
    if hazard not in Hazard.values:
        raise WrongIncident(
            _("A hazard such as flood or earthquake is expected; “%(got)s” came.") % {"got": hazard}
        )
    if started_at > now:
        raise WrongIncident(
            _("The disaster must have begun by %(now)s; %(got)s came.")
            % {"now": moment(now), "got": moment(started_at)}
        )


def check_separate(
    *, others: Mapping[str, tuple[dt.datetime, Sequence[str]]], separate: bool
) -> None:
    """One disaster process (灾害过程) is one incident, whatever its hazards. Raises OtherOpen.

    `others` are the open incidents by name: when they began, and which townships they share with
    the new one. A person may say that the new one is a `separate` disaster.
    """
    if separate or not others:
        return
    name, (began, shared) = next(iter(others.items()))
    more = "…" if len(shared) > PLACES_NAMED else ""
    raise OtherOpen(
        _(
            "“%(name)s”, begun %(began)s, is open for %(places)s. Reports of one disaster belong "
            "to one incident: go on there. If this is another disaster, say so below."
        )
        % {
            "name": name,
            "began": moment(began),
            "places": ", ".join(shared[:PLACES_NAMED]) + more,
        }
    )


def check_footprint(*, footprint: Any, boundary: Any, area_name: str) -> None:
    """A footprint is a valid shape that touches the county. Raises WrongIncident."""
    if footprint.empty or not footprint.valid:
        raise WrongIncident(_("The footprint must be an area whose outline does not cross itself."))
    if boundary is not None and not footprint.intersects(boundary):
        raise WrongIncident(
            _("The footprint must touch %(area)s; it lies outside.") % {"area": area_name}
        )


def check_takes_entries(*, incident: Incident) -> None:
    """A closed incident takes no reports, closures or responses. Raises IncidentClosed."""
    if incident.status == IncidentStatus.CLOSED:
        raise IncidentClosed(
            _("“%(name)s” is closed; an open incident is expected.") % {"name": incident}
        )


def check_same_form(*, same: bool) -> None:
    """A form sent twice is one row; the same key on another form is refused. Raises FormUsed."""
    if not same:
        raise FormUsed(_("This form was sent before with another content; please open a new one."))


def check_way_named(*, links: Collection[int] | None, polygon: Any) -> None:
    """A closure names links or draws an area: one of both. Raises NoRoad."""
    if bool(links) == (polygon is not None):
        raise NoRoad(_("Name road links or draw an area: one of the two is expected."))


def check_bars(*, bars: str) -> None:
    """A closure holds up all vehicles or heavy trucks (禁行车型). Raises UnknownBars."""
    if bars not in Bars.values:
        raise UnknownBars(
            _("A road is closed to “%(all)s” or to “%(heavy)s”; “%(got)s” came.")
            % {"all": Bars.ALL.label, "heavy": Bars.HEAVY.label, "got": bars}
        )


def check_links(
    *,
    found: Collection[int],
    named: Collection[int] | None,
    bars: str,
    running: Sequence[RoadClosure],
) -> None:
    """Every named link exists, at least one is met, and not all are closed already.

    A road closed to heavy trucks can still be closed to all vehicles.
    """
    unknown = sorted(set(named or ()) - set(found))
    if unknown:
        raise NoRoad(
            _("No road link has the number %(numbers)s.")
            % {"numbers": ", ".join(str(number) for number in unknown)}
        )
    if not found:
        raise NoRoad(_("The area drawn meets no road; draw it across the road that is closed."))
    for closure in running:
        if closure.bars in (bars, Bars.ALL) and set(found) <= set(closure.links):
            raise AlreadyClosed(
                _("That road is closed already, since %(since)s: %(reason)s.")
                % {"since": moment(closure.closed_at), "reason": closure.reason}
            )


def check_reopening(*, closure: RoadClosure) -> None:
    """Only a running closure is lifted. Raises AlreadyOpen."""
    if closure.reopened_at is not None:
        raise AlreadyOpen(
            _("That road was reopened at %(at)s already.") % {"at": moment(closure.reopened_at)}
        )
