"""Writes on stock."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.journal import log
from relief.stock import rows
from relief.stock.models import Holding, Lot, LotState


class LotUnchanged(gate.Refused):
    """The lot already is in that state."""


class ReasonMissing(gate.Refused):
    """A lot changes its state only with a reason."""


@transaction.atomic(durable=True)
def condemn_lot(*, actor: Actor, lot_id: int, state: str, reason: str, now: dt.datetime) -> Lot:
    """Take a lot out of use, set it aside (封存) or put it back; plans and trips then follow.

    What orders hold of it stays held until a re-plan lets go of it, but it can no longer leave.
    """
    holding = (
        Holding.objects.visible_to(actor)
        .filter(lot_id=lot_id)
        .select_related("area")
        .order_by("id")
        .first()
    )
    if holding is None:
        raise gate.NotFound
    lot = Lot.objects.select_for_update().get(id=lot_id)
    gate.require(actor=actor, act=Act.CONDEMN_LOT, area=holding.area, book_id=lot.book_id)
    if state not in LotState.values:
        raise LotUnchanged(
            _("A lot is good, quarantined or taken out of use, not “%(state)s”.") % {"state": state}
        )
    if lot.state == state:
        raise LotUnchanged(
            _("Lot %(batch)s already is %(state)s.")
            % {"batch": lot.batch, "state": LotState(state).label}
        )
    if not reason.strip():
        raise ReasonMissing(_("Say why the lot changes; the reason was empty."))
    lot.state, lot.state_reason = state, reason.strip()[:120]
    lot.save(update_fields=["state", "state_reason"])
    log.record(
        book=lot.book_id,
        kind="lot_state_changed",
        rows=rows.of_lot(lot.id),
        actor=actor.user_id,
        now=now,
        facts={"batch": lot.batch, "state": state, "reason": lot.state_reason},
    )
    return lot
