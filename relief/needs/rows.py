"""What boards show of needs."""

from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience
from relief.needs.models import Need

_SEEN_BY = audience(Audience.COMMAND, Audience.TOWNSHIP)


def need(wanted: Need) -> Row:
    return Row(
        table="need",
        id=wanted.id,
        area=wanted.area.path,
        audience=_SEEN_BY,
        values={
            "incident": wanted.incident_id,
            "item": wanted.item_id,
            "people": wanted.people,
            "quantity": wanted.quantity,
            "priority": wanted.priority,
        },
    )


TABLES = [
    Table(
        "need",
        _SEEN_BY,
        lambda book: Need.objects.filter(book_id=book).select_related("area").order_by("id"),
        need,
    )
]
