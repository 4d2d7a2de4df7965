"""Requisitions in three groups: still out, returned and not compensated, settled."""

from dataclasses import dataclass

from relief.access.acts import Act
from relief.access.gate import Actor, PlacedQuerySet
from relief.calls import queries
from relief.calls.models import Requisition
from relief.incidents.models import Incident, IncidentStatus
from relief.web.calls.forms import CompensationForm, ReturnForm
from relief.web.forms.sheet import Sheet


@dataclass(frozen=True, slots=True)
class RequisitionRow:
    """One requisition with the forms the person may send."""

    taken: Requisition
    give_back: Sheet | None
    compensate: Sheet | None
    refused: Sheet | None


@dataclass(frozen=True, slots=True)
class RequisitionsPage:
    out: list[RequisitionRow]
    unpaid: list[RequisitionRow]
    settled: list[RequisitionRow]
    out_fen: int


def incidents(*, actor: Actor) -> PlacedQuerySet[Incident]:
    """Open incidents for which something may be taken, the newest first."""
    found = Incident.objects.visible_to(actor).exclude(status=IncidentStatus.CLOSED)
    own = [
        one.id
        for one in found.select_related("area").defer("footprint", "area__boundary")
        if actor.may(Act.REQUISITION, path=one.area.path)
    ]
    return found.filter(id__in=own).order_by("-id")


def page(*, actor: Actor, sent: tuple[int, Sheet] | None) -> RequisitionsPage:
    """`sent` is the requisition whose form was refused, and that form."""
    out: list[RequisitionRow] = []
    unpaid: list[RequisitionRow] = []
    settled: list[RequisitionRow] = []
    for taken in queries.requisitions(actor=actor).select_related("area").defer("area__boundary"):
        row = _row(taken, actor.may(Act.REQUISITION, path=taken.area.path), sent)
        if taken.compensated_at is not None:
            settled.append(row)
        elif taken.returned_at is None:
            out.append(row)
        else:
            unpaid.append(row)
    return RequisitionsPage(out, unpaid, settled, sum(row.taken.value_fen for row in out))


def _row(taken: Requisition, may: bool, sent: tuple[int, Sheet] | None) -> RequisitionRow:
    mine = sent[1] if sent is not None and sent[0] == taken.id else None
    name = f"id_{taken.id}_%s"
    back: Sheet | None = None
    paid: Sheet | None = None
    if may and taken.returned_at is None and taken.compensated_at is None:
        back = mine if isinstance(mine, ReturnForm) else ReturnForm(auto_id=name)
    if may and taken.compensated_at is None:
        paid = mine if isinstance(mine, CompensationForm) else CompensationForm(auto_id=name)
    return RequisitionRow(taken, back, paid, mine)
