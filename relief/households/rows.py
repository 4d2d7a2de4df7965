"""What boards show of affected villages. Single households are on maps and in the ledger."""

from relief.households.models import AffectedVillage, DamagedHouse
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience

_BELOW_AND_COMMAND = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.VILLAGE)


def affected(obj: AffectedVillage) -> Row:
    return Row(
        table="affected",
        id=obj.id,
        area=obj.area.path,
        audience=_BELOW_AND_COMMAND,
        values={
            "incident": obj.incident_id,
            "presumed_households": obj.presumed_households,
            "presumed_people": obj.presumed_people,
            "confirmed_households": obj.confirmed_households,
            "confirmed_people": obj.confirmed_people,
            "confirmed_at": obj.confirmed_at,
        },
    )


def damaged(obj: DamagedHouse) -> Row:
    """A tombstone: the record of events tells of the card, and no board keeps a row of it."""
    return Row(
        table="damaged_house",
        id=obj.id,
        area=obj.area.path,
        audience=_BELOW_AND_COMMAND,
        values=None,
    )


TABLES = [
    Table(
        name="affected",
        audience=_BELOW_AND_COMMAND,
        find=lambda book_id: AffectedVillage.objects.filter(book_id=book_id).select_related("area"),
        one=affected,
    )
]
