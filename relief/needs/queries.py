"""Needs beside what meets them."""

from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from relief.access.gate import Actor, PlacedQuerySet
from relief.incidents.models import Incident
from relief.needs.models import Need


def matrix(*, actor: Actor, incident: Incident) -> PlacedQuerySet[Any]:
    """Needs the person may see, with allocated, on the road and received.

    All in whole units of the item needed: a substitute counts for as many as it stands for.
    """
    lines = "order_lines__"
    each = F(f"{lines}stands_for")
    return (
        Need.objects.visible_to(actor)
        .filter(incident=incident)
        .select_related("area", "item", "norm", "report")
        .annotate(
            allocated=Coalesce(Sum((F(f"{lines}quantity") - F(f"{lines}lost")) * each), 0),
            on_the_road=Coalesce(
                Sum((F(f"{lines}loaded") - F(f"{lines}received") - F(f"{lines}lost")) * each), 0
            ),
            received=Coalesce(Sum(F(f"{lines}received") * each), 0),
        )
        .order_by("priority", "area__code", "item__order")
    )
