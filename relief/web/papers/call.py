"""Call-off (协议调用单): what a supplier is asked to hand over, when, and at what price."""

from dataclasses import dataclass

from relief.access.gate import Actor
from relief.access.models import User
from relief.calls.models import CallOff, CallOffLine
from relief.catalog.models import Item
from relief.deliveries.models import Trip, TripState
from relief.stock.models import AgreedItem
from relief.web.papers.qr import Code, code


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one item that were called; `asked` leaves out what the supplier refused."""

    row: CallOffLine
    item: Item
    price_rule: str

    @property
    def asked(self) -> int:
        return self.row.quantity - self.row.refused

    @property
    def value_fen(self) -> int:
        return self.asked * self.row.price_fen


@dataclass(frozen=True, slots=True)
class CallSheet:
    """The paper of one call-off; `trips` are the vehicles that come to fetch the goods."""

    call: CallOff
    lines: list[Line]
    trips: list[Trip]
    caller: User | None
    code: Code

    @property
    def value_fen(self) -> int:
        return sum(line.value_fen for line in self.lines)


def call_sheet(*, actor: Actor, call_id: int, origin: str) -> CallSheet:
    """The call as it stands now. Raises NotFound."""
    call = (
        CallOff.objects.visible_to(actor)
        .select_related("agreement", "area", "book", "incident", "order__area")
        .defer("area__boundary", "order__area__boundary", "incident__footprint")
        .one(id=call_id)
    )
    rules = dict(
        AgreedItem.objects.filter(agreement=call.agreement).values_list("item_id", "price_rule")
    )
    rows = call.lines.select_related("line__item").order_by("line__item__order", "id")
    trips = (
        Trip.objects.filter(stops__loads__line__order=call.order_id)
        .exclude(state=TripState.CANCELLED)
        .select_related("fleet")
        .distinct()
        .order_by("leaves_at", "id")
    )
    return CallSheet(
        call=call,
        lines=[
            Line(row=row, item=row.line.item, price_rule=rules.get(row.line.item_id, ""))
            for row in rows
        ],
        trips=list(trips),
        caller=User.objects.filter(id=call.called_by).first(),
        code=code(origin=origin, kind="call", id=call.id),
    )
