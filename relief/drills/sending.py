"""Sending an inject. The caller holds the drill's lock, so nothing is ever sent twice.

What is said by telephone or message also goes to the telephone of the person in the seat; what a
drill sends beyond its own people is held back in the messaging room.
"""

import datetime as dt
import uuid

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from relief.drills import effects, rows
from relief.drills.models import Drill, Inject, InjectState, InjectWay
from relief.journal import log
from relief.journal.log import require_transaction
from relief.messaging import steps as messaging
from relief.messaging.models import AllowedPhone, Occasion

BY_PHONE = (InjectWay.PHONE, InjectWay.MESSAGE)


def send(*, inject: Inject, actor_id: int | None, now: dt.datetime) -> None:
    """Tell the inject's seat, on its boards, by its telephone and in the journal, at drill time."""
    require_transaction("send")
    inject.state, inject.sent_at = InjectState.SENT, now
    if inject.due_at is None:
        inject.due_at = now
    inject.save(update_fields=["state", "sent_at", "due_at"])
    _by_phone(inject, now=now)
    effects.upon_sending(inject=inject, now=now)
    log.record(
        book=inject.book_id,
        kind="inject_sent",
        rows=[rows.inject(inject)],
        actor=actor_id,
        now=now,
        facts={"number": inject.number, "seat": inject.seat.key, "way": inject.way},
    )


def tell_stopped(*, drill: Drill, reason: str, now: dt.datetime) -> None:
    """Tell every telephone of the drill that it stopped for a real event (演练中止)."""
    require_transaction("tell_stopped")
    messaging.withdraw(book=drill.book)
    phones = AllowedPhone.objects.filter(book=drill.book_id).order_by("id")
    with translation.override(settings.LANGUAGE_CODE):
        text = _("【DRILL STOPPED】%(reason)s. The drill “%(drill)s” is over; this is real.") % {
            "reason": reason,
            "drill": drill,
        }
    for phone in phones.values_list("phone", flat=True):
        messaging.send(
            book=drill.book,
            area=drill.area,
            key=_key(drill.pk, "stop", phone),
            occasion=Occasion.STOP,
            phone=phone,
            person="",
            text=text,
            now=now,
        )


def _by_phone(inject: Inject, *, now: dt.datetime) -> None:
    seat = inject.seat
    if inject.way not in BY_PHONE or seat.user is None or not seat.phone:
        return
    with translation.override(settings.LANGUAGE_CODE):
        said = inject.text or inject.text_en or _("no. %(n)d") % {"n": inject.number}
        text = _("%(sender)s to %(seat)s: %(text)s") % {
            "sender": inject.sender,
            "seat": seat,
            "text": said,
        }
    messaging.send(
        book=inject.book,
        area=seat.area,
        key=_key(inject.drill_id, "inject", inject.number),
        occasion=Occasion.INJECT,
        phone=seat.phone,
        person=seat.user.shown_name,
        text=text,
        now=now,
    )


def _key(*parts: object) -> uuid.UUID:
    """One message for one thing of one drill."""
    return uuid.uuid5(uuid.NAMESPACE_OID, ":".join(map(str, parts)))
