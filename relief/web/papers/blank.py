"""Blank emergency slips (应急空白单): numbered and coded ahead, filled in by hand without power."""

from dataclasses import dataclass

from relief.access.gate import Actor
from relief.stock.models import Depot
from relief.warehouse.models import BlankSlip
from relief.web.papers.qr import Code, code

LINES = 7  # of goods on half a page


@dataclass(frozen=True, slots=True)
class Blanks:
    """The slips printed together that are neither used nor void."""

    depot: Depot
    drill: bool
    slips: list[tuple[BlankSlip, Code]]

    @property
    def lines(self) -> range:
        return range(LINES)


def blanks(*, actor: Actor, slip_id: int, origin: str) -> Blanks:
    """What is left of the printing this slip belongs to. Raises NotFound."""
    one = BlankSlip.objects.visible_to(actor).select_related("depot", "book").one(id=slip_id)
    together = BlankSlip.objects.visible_to(actor).filter(
        depot=one.depot, printed_at=one.printed_at, trip=None, voided_at=None
    )
    return Blanks(
        depot=one.depot,
        drill=one.book.is_drill,
        slips=[
            (slip, code(origin=origin, kind="blank", id=slip.id))
            for slip in together.order_by("number")
        ],
    )
