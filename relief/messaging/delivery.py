"""What the worker does with messages: one after the other to the gateway, each tried again."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from relief.messaging import gateway, rules, steps
from relief.messaging.models import Message, MessageState


@transaction.atomic(durable=True)
def deliver_next(*, now: dt.datetime) -> Message | None:
    """Hand over the message that has waited longest, `now` by the machine; None if none is due.

    Its row stays locked meanwhile and other workers pass it by, so that no two send it. A worker
    killed in between leaves it waiting, and the next try bears the same id.
    """
    if not gateway.is_set():
        return None
    due = Message.objects.filter(state=MessageState.WAITING).filter(
        Q(next_at=None) | Q(next_at__lte=now)
    )
    found = due.select_related("book").order_by(F("next_at").asc(nulls_first=True), "id")
    message = found.select_for_update(of=("self",), skip_locked=True).first()
    if message is None:
        return None
    # The list may have changed since the message was written.
    if not steps.is_allowed(book=message.book, phone=message.phone):
        message.state = MessageState.HELD
        message.save(update_fields=["state"])
        return message
    message.tries += 1
    try:
        gateway.hand_over(message)
    except gateway.NotTaken as refused:
        message.fault = refused.fault
        message.next_at = now + rules.pause(message.tries)
        if not refused.again or message.tries >= settings.MESSAGE_TRIES:
            message.state = MessageState.FAILED
    else:
        message.state, message.sent_at, message.fault = MessageState.SENT, now, ""
    message.save(update_fields=["tries", "fault", "next_at", "state", "sent_at"])
    return message
