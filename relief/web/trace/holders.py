"""Names of the places behind ledger holders such as `depot:3`, `area:222426100000`, `trip:8`."""

from collections.abc import Iterable

from gis.models import Area
from relief.allocation.queries import places
from relief.deliveries.models import Trip
from relief.warehouse.models import Purchase


def names(holders: Iterable[str]) -> dict[str, str]:
    """A name for each holder that has one; a household is never named here.

    `opening`, `donation` and their like have none: the kind of their account says it all.
    """
    wanted: dict[str, set[str]] = {"area": set(), "trip": set(), "purchase": set()}
    kept = sorted(set(holders))
    for holder in kept:
        kind, _, key = holder.partition(":")
        if kind in wanted and key:
            wanted[kind].add(key)
    found = {holder: str(place) for holder, place in places(holders=kept).items()}
    if wanted["area"]:
        for area in Area.objects.filter(code__in=wanted["area"]).defer("boundary"):
            found[f"area:{area.code}"] = str(area)
    if wanted["trip"]:
        for trip in Trip.objects.filter(id__in=wanted["trip"]):
            found[f"trip:{trip.id}"] = trip.number
    if wanted["purchase"]:
        for purchase in Purchase.objects.filter(id__in=wanted["purchase"]):
            found[f"purchase:{purchase.id}"] = f"{purchase.number} {purchase.supplier}"
    return found
