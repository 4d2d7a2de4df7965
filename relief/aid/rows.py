"""What boards show of goods handed to households: one row per place and incident."""

from relief.aid.models import Reached
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience

_REACHED = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.VILLAGE)


def reached(found: Reached) -> Row:
    return Row(
        table="reached",
        id=found.id,
        area=found.area.path,
        audience=_REACHED,
        values={
            "incident": found.incident_id,
            "hand_outs": found.hand_outs,
            "households": found.households,
            "people": found.people,
            "person_times": found.person_times,
        },
    )


TABLES = [
    Table(
        "reached",
        _REACHED,
        lambda book: Reached.objects.filter(book_id=book).select_related("area").order_by("id"),
        reached,
    )
]
