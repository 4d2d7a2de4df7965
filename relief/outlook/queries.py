"""Reading readiness checks."""

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor, PlacedQuerySet
from relief.outlook.models import OPEN, CheckState, ReadinessCheck

SHOWN = 10


def areas(*, actor: Actor) -> list[Area]:
    """Counties whose readiness the person may see, in code order."""
    paths = actor.paths(Act.READ_COMMAND_BOARD)
    found = Area.objects.none()
    for path in paths:
        found = found | Area.objects.within(path)
    return list(found.filter(level=Level.COUNTY).defer("boundary").order_by("code"))


def newest(*, actor: Actor, area: Area) -> ReadinessCheck | None:
    """The last check of the area that was finished."""
    return _of(actor, area).filter(state=CheckState.DONE).first()


def before(*, actor: Actor, check: ReadinessCheck) -> ReadinessCheck | None:
    """The finished check before that one."""
    return _of(actor, check.area).filter(state=CheckState.DONE, id__lt=check.id).first()


def under_way(*, actor: Actor, area: Area) -> ReadinessCheck | None:
    """The check that waits for the worker or is in its hands."""
    return _of(actor, area).filter(state__in=OPEN).first()


def history(*, actor: Actor, area: Area) -> list[ReadinessCheck]:
    """The last ended checks, the newest first."""
    return list(_of(actor, area).exclude(state__in=OPEN)[:SHOWN])


def _of(actor: Actor, area: Area) -> PlacedQuerySet[ReadinessCheck]:
    return ReadinessCheck.objects.visible_to(actor).filter(area=area).order_by("-id")
