"""The county whose provision is looked at: targets, rotation, seasons, the year."""

from django.http import HttpRequest

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound


def counties(*, actor: Actor) -> list[Area]:
    """Counties whose agreements and stock the person sees, in code order."""
    found = Area.objects.none()
    for path in actor.paths(Act.READ_AGREEMENTS):
        found = found | Area.objects.within(path)
    return list(found.filter(level=Level.COUNTY).defer("boundary").order_by("code"))


def chosen(request: HttpRequest, *, code: str | None = None) -> tuple[Area, list[Area]]:
    """The county named by `code` or `?area=`, else the first; and all there are.

    Raises NotFound when the person sees none, or not that one.
    """
    found = counties(actor=request.actor)  # type: ignore[attr-defined]
    wanted = code or request.GET.get("area")
    area = next((one for one in found if wanted in (None, one.code)), None)
    if area is None:
        raise NotFound
    return area, found
