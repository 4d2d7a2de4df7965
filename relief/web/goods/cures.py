"""What would help a short need, and where a person does it or tries it out."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation.models import Plan
from relief.deliveries.fleets import fleet_id
from relief.incidents.models import RoadClosure

MOST_REOPENED = 12


@dataclass(frozen=True, slots=True)
class Cure:
    """`done_at` is the page where it is done, with what its link says; `tried_at` the what-if."""

    done_at: str | None
    words: str
    tried_at: str


def cures(*, actor: Actor, plan: Plan, items: dict[int, str]) -> dict[int, Cure]:
    """The cure of each short need of a plan, by need; `items` are the codes of what each wants."""
    what_if = reverse("web:what_if", args=[plan.incident_id])
    reopened = [
        ("change", f"reopen:{number}")
        for number in RoadClosure.objects.visible_to(actor)
        .filter(incident_id=plan.incident_id, reopened_at=None)
        .order_by("id")
        .values_list("id", flat=True)[:MOST_REOPENED]
    ]
    found: dict[int, Cure] = {}
    for unmet in plan.proposal["unmet"]:
        need = int(unmet["demand"].partition(":")[2])
        if need not in items:
            continue
        change = _change(unmet["cure"], items[need], reopened)
        done_at, words = _place(actor, plan, unmet["cure"], items[need])
        found[need] = Cure(
            done_at=done_at,
            words=words,
            tried_at=f"{what_if}?{urlencode(change)}" if change else what_if,
        )
    return found


def _change(
    cure: dict[str, Any], item: str, reopened: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    kind = cure.get("kind")
    if kind == "stock" and "place" in cure:
        units = cure.get("full", cure["qty"])
        return [("change", f"stock:{cure['place']}:{item}:{units}")]
    if kind == "vehicle":
        return [("change", f"vehicle:{fleet_id(cure['fleet'])}:{cure['count']}")]
    if kind == "road":
        return reopened
    return []


def _place(actor: Actor, plan: Plan, cure: dict[str, Any], item: str) -> tuple[str | None, str]:
    """Where it is done, as far as the person may look there."""
    kind, path = cure.get("kind"), plan.area.path
    if kind == "road" and actor.may(Act.CLOSE_ROAD, path=path):
        return reverse("web:closure_new", args=[plan.incident_id]), _("Roads: close or reopen")
    if kind in ("vehicle", "fleet") and actor.may(Act.READ_AGREEMENTS, path=path):
        return reverse("web:agreements"), _("Vehicles under agreement")
    if kind == "stock" and str(cure.get("place", "")).startswith("agreement:"):
        if actor.may(Act.READ_AGREEMENTS, path=path):
            return reverse("web:agreements"), _("Supply agreements")
    elif kind == "stock" and actor.may(Act.READ_STOCK, path=path):
        return f"{reverse('web:stock')}?{urlencode({'item': item})}", _("Stock of this item")
    return None, ""
