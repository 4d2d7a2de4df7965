"""What boards show of shelters."""

from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience
from relief.preparedness.models import ShelterCount

_BELOW_AND_COMMAND = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.VILLAGE)


def shelter(obj: ShelterCount) -> Row:
    """A shelter as the book counts it: its id is the shelter's, 0 people until someone counts."""
    return Row(
        table="shelter",
        id=obj.shelter_id,
        area=obj.area.path,
        audience=_BELOW_AND_COMMAND,
        values={
            "people": obj.people,
            "capacity": obj.shelter.capacity,
            "counted_at": obj.counted_at,
        },
    )


TABLES = [
    Table(
        name="shelter",
        audience=_BELOW_AND_COMMAND,
        find=lambda book_id: ShelterCount.objects.filter(book_id=book_id).select_related(
            "area", "shelter"
        ),
        one=shelter,
    )
]
