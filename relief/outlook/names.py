"""What the ids of a supposed problem are called, in one language."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from relief.allocation.problem import Question
from relief.catalog import queries as catalog
from relief.deliveries.fleets import fleet_id
from relief.deliveries.models import Fleet
from relief.outlook.changes import added

LANGUAGES = {"zh": "zh-hans", "en": "en"}


def of(question: Question, *, lang: str, places: Mapping[str, str], supposed: int = 0) -> dict:
    """Names of items, places, supplies, demands and fleets; `supposed` counts the changes."""
    with translation.override(LANGUAGES[lang]):
        found = {item.code: str(item) for item in catalog.items()} | dict(places)
        for key, supply in question.supplies.items():
            found[supply.holder] = str(supply.place)
            found[key] = f"{supply.place} {supply.mark}"
        for key, need in question.needs.items():
            found[f"area:{need.area.code}"] = found[key] = str(need.area)
        fleets = Fleet.objects.in_bulk({fleet_id(row["id"]) for row in question.data["fleets"]})
        for row in question.data["fleets"]:
            found[row["id"]] = str(fleets[fleet_id(row["id"])])
        for n in range(1, supposed + 1):
            found[added(n)] = _("what is supposed here")
    return found
