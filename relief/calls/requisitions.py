"""Requisition (征用): things taken from their owners, returned and compensated."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.calls import rows
from relief.calls.models import Requisition
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.numbers import next_number


class RequisitionIncomplete(gate.Refused):
    """What was taken, from whom, or how it came back is missing."""


class RequisitionMovedOn(gate.Refused):
    """The thing was returned, or compensated, before."""


@transaction.atomic(durable=True)
def requisition(
    *,
    actor: Actor,
    incident_id: int,
    owner: str,
    phone: str,
    thing: str,
    quantity: int,
    value_fen: int,
    place: str,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> Requisition:
    """Take a thing for an incident; `value_fen` is what all of it is worth. Same key, same row."""
    incident = (
        Incident.objects.visible_to(actor).select_related("area", "book").locked(id=incident_id)
    )
    gate.require(actor=actor, act=Act.REQUISITION, area=incident.area, book_id=incident.book_id)
    known = Requisition.objects.filter(request_key=request_key, book_id=actor.book_id).first()
    if known is not None:
        return known
    if incident.status == IncidentStatus.CLOSED:
        raise RequisitionMovedOn(_("This incident is closed; nothing is requisitioned for it."))
    if not owner.strip() or not thing.strip() or quantity < 1 or value_fen < 0:
        raise RequisitionIncomplete(
            _("Say whose it is, what it is, and a number from 1; one of these was missing.")
        )
    taken = Requisition.objects.create(
        book_id=incident.book_id,
        area=incident.area,
        incident=incident,
        number=next_number(book=incident.book, prefix="ZY"),
        owner=owner.strip()[:120],
        phone=phone.strip()[:30],
        thing=thing.strip()[:120],
        quantity=quantity,
        value_fen=value_fen,
        place=place.strip()[:120],
        taken_at=now,
        taken_by=actor.user_id,
        request_key=request_key,
    )
    _record("requisition_made", taken, actor=actor, now=now)
    return taken


def _locked(actor: Actor, requisition_id: int) -> Requisition:
    taken = Requisition.objects.visible_to(actor).select_related("area").locked(id=requisition_id)
    gate.require(actor=actor, act=Act.REQUISITION, area=taken.area, book_id=taken.book_id)
    return taken


@transaction.atomic(durable=True)
def give_back(
    *, actor: Actor, requisition_id: int, condition: str, now: dt.datetime
) -> Requisition:
    """Return a thing to its owner (返还), and write down in what condition."""
    taken = _locked(actor, requisition_id)
    if taken.returned_at is not None:
        raise RequisitionMovedOn(
            _("%(number)s was already given back on %(day)s.")
            % {"number": taken.number, "day": f"{taken.returned_at:%Y-%m-%d}"}
        )
    if not condition.strip():
        raise RequisitionIncomplete(_("Say in what condition it came back; that was empty."))
    taken.returned_at, taken.condition = now, condition.strip()[:200]
    taken.save(update_fields=["returned_at", "condition"])
    _record("requisition_returned", taken, actor=actor, now=now)
    return taken


@transaction.atomic(durable=True)
def compensate(*, actor: Actor, requisition_id: int, fen: int, now: dt.datetime) -> Requisition:
    """Write down what the owner was paid (补偿), in fen; 0 where the owner asked for nothing."""
    taken = _locked(actor, requisition_id)
    if taken.compensated_at is not None:
        raise RequisitionMovedOn(
            _("%(number)s was already compensated on %(day)s.")
            % {"number": taken.number, "day": f"{taken.compensated_at:%Y-%m-%d}"}
        )
    if fen < 0:
        raise RequisitionIncomplete(_("A compensation is 0 or more, not less."))
    taken.compensation_fen, taken.compensated_at = fen, now
    taken.save(update_fields=["compensation_fen", "compensated_at"])
    _record("requisition_compensated", taken, actor=actor, now=now)
    return taken


def _record(kind: str, taken: Requisition, *, actor: Actor, now: dt.datetime) -> None:
    log.record(
        book=taken.book_id,
        kind=kind,
        rows=[rows.only_told(table="requisition", id=taken.id, area=taken.area)],
        actor=actor.user_id,
        now=now,
        facts={"number": taken.number, "thing": taken.thing},
    )
