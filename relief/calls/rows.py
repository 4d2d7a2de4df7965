"""What boards show of calls on suppliers; of other calls, that something happened."""

from collections.abc import Iterable

from gis.models import Area
from relief.calls.models import CallOff
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience

_CALL = audience(Audience.COMMAND, Audience.WAREHOUSE)


def call_off(call: CallOff) -> Row:
    """What the supplier was told and said; what has come of it, the order's lines say."""
    lines = sorted(call.lines.all(), key=lambda line: line.id)
    return Row(
        table="call_off",
        id=call.id,
        area=call.area.path,
        audience=_CALL,
        values={
            "incident": call.incident_id,
            "agreement": call.agreement_id,
            "order": call.order.number,
            "number": call.number,
            "state": call.state,
            "called_at": call.called_at,
            "due_at": call.due_at,
            "answered_at": call.answered_at,
            "promised_at": call.promised_at,
            "reason": call.reason,
            "lines": [
                {"item": line.line.item_id, "quantity": line.quantity, "refused": line.refused}
                for line in lines
            ],
        },
    )


def only_told(*, table: str, id: int, area: Area) -> Row:
    """A tombstone: people read the line in the record of events, and no board keeps a row."""
    return Row(table=table, id=id, area=area.path, audience=_CALL, values=None)


def _calls():
    return (
        CallOff.objects.select_related("area", "order")
        .prefetch_related("lines__line")
        .order_by("id")
    )


def call_offs(ids: Iterable[int]) -> list[Row]:
    """Fresh rows of these calls."""
    return [call_off(call) for call in _calls().filter(id__in=set(ids))]


TABLES = [Table("call_off", _CALL, lambda book: _calls().filter(book_id=book), call_off)]
