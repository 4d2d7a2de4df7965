"""Inner steps: writing a message, and the numbers a drill's messages may go to."""

import datetime as dt
import uuid

from django.utils.translation import gettext_noop

from gis.models import Area
from relief.journal.log import require_transaction
from relief.journal.models import Book
from relief.messaging import rules
from relief.messaging.models import AllowedPhone, Message, MessageState, Occasion

NO_NUMBER = gettext_noop("not a telephone number")
WITHDRAWN = gettext_noop("withdrawn: the drill was stopped")


def allow(*, book: Book, phone: str) -> AllowedPhone:
    """Let a drill's messages go to that number (演练通信名单). Raises WrongPhone."""
    require_transaction("allow")
    plain = rules.check_phone(phone)
    found, _made = AllowedPhone.objects.get_or_create(book=book, phone=plain)
    return found


def is_allowed(*, book: Book, phone: str) -> bool:
    """Whether a message of the book may go there: in a drill its participants' numbers alone."""
    plain = rules.plain_phone(phone)
    if plain is None or not book.is_drill:
        return plain is not None
    listed = AllowedPhone.objects.filter(book=book).values_list("phone", flat=True)
    return any(rules.plain_phone(one) == plain for one in listed)


def send(
    *,
    book: Book,
    area: Area,
    key: uuid.UUID,
    occasion: Occasion,
    phone: str,
    person: str,
    text: str,
    now: dt.datetime,
) -> Message:
    """Write a message for the worker to send; the same `key` again is the same message.

    In a drill the text begins with 【演练】, and what would go to a number that is not on the
    drill's list is held back for good. A wrong number stands in the list as a failure: it holds up
    nothing of what the message tells.
    """
    require_transaction("send")
    plain = rules.plain_phone(phone)
    state, fault = MessageState.WAITING, ""
    if plain is None:
        state, fault = MessageState.FAILED, NO_NUMBER
    elif not is_allowed(book=book, phone=plain):
        state = MessageState.HELD
    fresh = Message(
        book=book,
        area=area,
        key=key,
        occasion=occasion,
        phone=(plain or phone.strip())[:30],
        person=person[:80],
        text=rules.text_of(text, drill=book.is_drill),
        made_at=now,
        state=state,
        fault=fault,
    )
    Message.objects.bulk_create([fresh], ignore_conflicts=True)
    return Message.objects.get(book=book, key=key)


def withdraw(*, book: Book) -> int:
    """Messages of a drill that still wait are not sent any more (演练中止); how many.

    One that is leaving this very moment is passed by: a stop never waits for a gateway.
    """
    require_transaction("withdraw")
    waiting = Message.objects.filter(book=book, state=MessageState.WAITING)
    ids = list(waiting.select_for_update(skip_locked=True).values_list("id", flat=True))
    changed = {"state": MessageState.FAILED, "fault": WITHDRAWN}
    return Message.objects.filter(id__in=ids).update(**changed)
