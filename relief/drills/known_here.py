"""What a scenario names that is not known here: places, depots, goods, roads."""

from django.utils.translation import gettext as _

from gis.models import Area
from relief.drills import effect_places, opening
from relief.drills.faults import sentence
from relief.drills.scenario import DrillScenario


def faults(*, scenario: DrillScenario, area: Area) -> list[str]:
    """Each with its place; every place of the scenario has to lie in its county."""
    places = scenario.places()
    known = set(
        Area.objects.within(area.path).filter(code__in=places).values_list("code", flat=True)
    )
    words = _("the code of a place in %(area)s is expected; %(got)s came.")
    numbers = [one.number for one in scenario.injects]
    return [
        *(
            sentence(place=place, wrong=words % {"area": area, "got": code}, numbers=numbers)
            for code, place in places.items()
            if code not in known
        ),
        *opening.faults(scenario=scenario, path=area.path),
        *effect_places.faults(scenario=scenario, path=area.path),
    ]
