"""Effects of injects in words: what happens in the world of the drill, where, for how long."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gis.models import Area
from relief.catalog.models import Item
from relief.deliveries.models import Means
from relief.stock.models import Depot
from relief.web.spans import minutes_in_words

_ROWS: dict[str, Any] = {"item": Item, "area": Area, "depot": Depot}


def in_words(said: Mapping[str, Any] | None) -> str:
    """An effect as a person says it; empty without one."""
    if not said:
        return ""
    words = {
        "spoil_lot": _("the largest lot of %(item)s spoils"),
        "more_people": _("more people hit in %(area)s: %(people)s"),
        "cut_road": _("road links cut for %(time)s: %(links)s"),
        "cut_off": _("every road into %(area)s is cut for %(time)s"),
        "block_store": _("no vehicle gets to %(depot)s for %(time)s"),
        "refuse_supplier": _("suppliers have no more %(item)s for %(time)s"),
        "lose_vehicles": _("vehicles lost for %(time)s, %(means)s: %(count)s"),
    }[said["kind"]]
    return words % _facts(said)


def _facts(said: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an effect, with names in place of codes."""
    facts: dict[str, Any] = dict(said)
    for key, model in _ROWS.items():
        if key in said:
            facts[key] = model.objects.filter(code=said[key]).first() or said[key]
    if "minutes" in said:
        facts["time"] = minutes_in_words(said["minutes"])
    if "means" in said:
        facts["means"] = Means(said["means"]).label
    if "links" in said:
        facts["links"] = _(", ").join(map(str, said["links"]))
    return facts
