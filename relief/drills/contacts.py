"""What the control room writes down of contact with a township that is silent in the drill."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.drills import control
from relief.drills.models import DrillState
from relief.incidents.models import Incident
from relief.response import contacts


@transaction.atomic(durable=True)
def note_contact(
    *,
    actor: gate.Actor,
    drill_id: int,
    given: contacts.GivenContact,
    request_key: uuid.UUID,
    real: dt.datetime,
) -> None:
    """Write down in the drill's book that its players got through to a township (失联乡镇联系)."""
    drill = control.locked(actor=actor, drill_id=drill_id)
    control.require_state(drill, DrillState.RUNNING)
    incidents = Incident.objects.filter(book=drill.book_id).select_related("area").order_by("id")
    incident = incidents.select_for_update(of=("self",)).first()
    if incident is None:
        raise control.NotNow(_("Nobody in the drill has opened the incident yet."))
    contacts.tell(
        incident=incident,
        area=contacts.township(incident=incident, code=given.area),
        given=given,
        by=actor.user_id,
        request_key=request_key,
        now=control.time_in(drill, real=real),
    )
