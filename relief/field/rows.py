"""What boards show of what comes from phones: the alerts."""

from relief.field.models import Alert, Item
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience

_COMMAND_AND_TOWNSHIP = audience(Audience.COMMAND, Audience.TOWNSHIP)


def item(obj: Item, *, path: str) -> Row:
    """Boards keep no row of items; the record of events tells of them at that place."""
    return Row(table="item", id=str(obj.id), area=path, audience=_COMMAND_AND_TOWNSHIP, values=None)


def alert(obj: Alert) -> Row:
    return Row(
        table="alert",
        id=obj.id,
        area=obj.area.path,
        audience=_COMMAND_AND_TOWNSHIP,
        values={
            "deaths": obj.deaths,
            "missing": obj.missing,
            "trapped": obj.trapped,
            "raised_at": obj.raised_at,
            "seen_at": obj.seen_at,
        },
    )


TABLES = [
    Table(
        name="alert",
        audience=_COMMAND_AND_TOWNSHIP,
        find=lambda book_id: Alert.objects.filter(book_id=book_id).select_related("area"),
        one=alert,
    )
]
