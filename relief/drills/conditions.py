"""Whether something has come about in a drill, read from its own book."""

from collections.abc import Callable, Mapping
from typing import Any

from relief.allocation.models import Plan
from relief.deliveries.models import Stop, Trip
from relief.drills.models import Drill, Inject, InjectState
from relief.incidents.models import Incident, RoadClosure
from relief.reports.models import Report
from relief.response.models import Activation
from relief.warehouse.models import ReturnNote


def holds(condition: Mapping[str, Any], *, drill: Drill) -> bool:
    """One of the kinds that a scenario file may name (`scenario.CONDITIONS`)."""
    return _KINDS[condition["kind"]](drill, condition)


def _opened(drill: Drill, _said: Mapping[str, Any]) -> bool:
    return Incident.objects.filter(book=drill.book_id).exists()


def _response(drill: Drill, said: Mapping[str, Any]) -> bool:
    """A response of that level or a stronger one (1 is the strongest) was started."""
    return Activation.objects.filter(book=drill.book_id, level__lte=said["level"]).exists()


def _approved(drill: Drill, _said: Mapping[str, Any]) -> bool:
    approved = Plan.objects.filter(book=drill.book_id, decided_at__isnull=False)
    return approved.filter(orders__isnull=False).exists()


def _dispatched(drill: Drill, said: Mapping[str, Any]) -> bool:
    gone = Trip.objects.filter(book=drill.book_id, dispatched_at__isnull=False)
    return gone.count() >= said["count"]


def _received(drill: Drill, said: Mapping[str, Any]) -> bool:
    here = Stop.objects.filter(book=drill.book_id, received_at__isnull=False)
    return here.count() >= said["count"]


def _filed(drill: Drill, said: Mapping[str, Any]) -> bool:
    return Report.objects.filter(book=drill.book_id).count() >= said["count"]


def _done(drill: Drill, said: Mapping[str, Any]) -> bool:
    injects = Inject.objects.filter(drill=drill, number=said["number"])
    return injects.filter(state=InjectState.DONE).exists()


def _closed(drill: Drill, _said: Mapping[str, Any]) -> bool:
    return RoadClosure.objects.filter(book=drill.book_id).exists()


def _ended(drill: Drill, _said: Mapping[str, Any]) -> bool:
    """Responses were started, and none of them runs any more."""
    responses = Activation.objects.filter(book=drill.book_id)
    return responses.exists() and not responses.filter(ended_at=None).exists()


def _returned(drill: Drill, _said: Mapping[str, Any]) -> bool:
    return ReturnNote.objects.filter(book=drill.book_id).exists()


_KINDS: dict[str, Callable[[Drill, Mapping[str, Any]], bool]] = {
    "incident_opened": _opened,
    "response_at_least": _response,
    "plan_approved": _approved,
    "trips_dispatched": _dispatched,
    "stops_received": _received,
    "reports_filed": _filed,
    "inject_done": _done,
    "road_closed": _closed,
    "response_ended": _ended,
    "goods_returned": _returned,
}
