"""What people do with messages: say that one was sent by hand, or have it tried again."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.journal import log
from relief.messaging import rows, rules, steps
from relief.messaging.models import Message, MessageState


class NotToSend(gate.Refused):
    """The message is not one that a person may send."""


@transaction.atomic(durable=True)
def mark_sent(
    *, actor: gate.Actor, message_id: int, now: dt.datetime, real: dt.datetime
) -> Message:
    """Say that a message was sent by hand (人工发送), `real` by the machine. Raises NotToSend."""
    message = _locked(actor=actor, message_id=message_id)
    _check_open(message)
    if rules.plain_phone(message.phone) and not steps.is_allowed(
        book=message.book, phone=message.phone
    ):
        raise NotToSend(
            _("%(phone)s is not a participant's number: in a drill nothing may be sent there.")
            % {"phone": message.phone}
        )
    message.state, message.sent_at = MessageState.SENT, real
    message.sent_by, message.fault = actor.user_id, ""
    message.save(update_fields=["state", "sent_at", "sent_by", "fault"])
    return _told(message, kind="message_sent_by_hand", actor=actor, now=now)


@transaction.atomic(durable=True)
def try_again(*, actor: gate.Actor, message_id: int, now: dt.datetime) -> Message:
    """Have a message that could not be sent tried again. Raises NotToSend and WrongPhone."""
    message = _locked(actor=actor, message_id=message_id)
    if message.state != MessageState.FAILED:
        raise _not_so(message)
    rules.check_phone(message.phone)
    message.state, message.tries, message.next_at = MessageState.WAITING, 0, None
    message.save(update_fields=["state", "tries", "next_at"])
    return _told(message, kind="message_tried_again", actor=actor, now=now)


def _locked(*, actor: gate.Actor, message_id: int) -> Message:
    found = Message.objects.visible_to(actor).select_related("area", "book")
    message = found.defer("area__boundary").locked(id=message_id)
    gate.require(actor=actor, act=Act.SEND_MESSAGE, area=message.area, book_id=message.book_id)
    return message


def _check_open(message: Message) -> None:
    if message.state not in (MessageState.WAITING, MessageState.FAILED):
        raise _not_so(message)


def _not_so(message: Message) -> NotToSend:
    return NotToSend(
        _("The message to %(phone)s is %(state)s by now; nothing was changed.")
        % {"phone": message.phone, "state": MessageState(message.state).label}
    )


def _told(message: Message, *, kind: str, actor: gate.Actor, now: dt.datetime) -> Message:
    log.record(
        book=message.book_id,
        kind=kind,
        rows=[rows.message(message)],
        actor=actor.user_id,
        now=now,
        facts={"message": message.id, "occasion": message.occasion},
    )
    return message
