"""Which stores a person keeps, and which of them a page is about."""

from collections.abc import Sequence

from django.http import HttpRequest

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.models import Item
from relief.stock.models import Bin, Depot


def depots(*, actor: Actor, act: Act = Act.READ_STOCK) -> list[Depot]:
    """Depots where the person may do that, the county's warehouses first."""
    found = Depot.objects.visible_to(actor).select_related("area").defer("area__boundary")
    mine = [one for one in found if actor.may(act, path=one.area.path)]
    return sorted(mine, key=lambda one: (one.kind != "warehouse", one.code))


def chosen(request: HttpRequest, found: Sequence[Depot]) -> Depot | None:
    """The depot that `?depot=` names, else the first."""
    wanted = request.GET.get("depot", "")
    return next((one for one in found if str(one.id) == wanted), found[0] if found else None)


def item_choices() -> list[tuple[str, str]]:
    """Every item of the catalogue by code, with its unit."""
    return [("", "–"), *((one.code, f"{one} · {one.code}") for one in Item.objects.all())]


def bin_choices(depot: Depot) -> list[tuple[str, str]]:
    found = Bin.objects.filter(depot=depot).order_by("code")
    return [("", "–"), *((str(one.id), one.code) for one in found)]
