"""What tests of preparing a drill share."""

from relief.drills import (
    precheck,
    script,
)
from relief.drills.models import Drill

OUTLINE = {
    "type": "Polygon",
    "coordinates": [
        [[127.99, 42.99], [128.1, 42.99], [128.1, 43.049], [127.99, 43.049], [127.99, 42.99]]
    ],
}


def problems(drill: Drill) -> set[str]:
    """Titles of the checks that found something."""
    return {str(one.title) for one in precheck.look(drill=drill) if one.state != "good"}


def inject(hall, number: int | None = None, **said):
    """Write an inject of the hall's drill as the scenario file says it."""
    plan = {"from": "县委", "to": "duty", "way": "phone", "minutes": 10} | said
    one = hall.inject(number).pk if number else None
    return script.write_inject(actor=hall.actor, drill_id=hall.drill.pk, inject_id=one, said=plan)
