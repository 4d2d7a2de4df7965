"""The drill an address names, for who may run it by a duty of the real operation."""

from relief.access.gate import Actor, NotFound
from relief.drills.models import Drill
from relief.web.drills import list_page


def drill(*, actor: Actor, drill_id: int) -> Drill:
    """A drill of the person's areas with its truth and its book; anything else is not found."""
    mine = list_page.drills(actor=actor).filter(id=drill_id)
    # The truth and the scenario are read at once: the list leaves them out.
    found = mine.defer(None).defer("area__boundary").select_related("area", "book").first()
    if found is None:
        raise NotFound
    return found
