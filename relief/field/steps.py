"""Storing an item and giving its receipt, inside the transaction of the action it asks for."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gis.models import Area
from relief.field.models import Alert, Channel, Item
from relief.field.rules import SameIdOtherBody, clock_is_off
from relief.journal import numbers
from relief.journal.log import require_transaction
from relief.journal.repeated import repeated


@dataclass(frozen=True, slots=True)
class Sent:
    """An item as it came: well formed, not yet stored.

    `digest` is of its canonical form (`rules.digest`), `code` its ten characters. A text message
    names no id: its `id` is made of book and code (`sms.id_of`). `brought_by` is the user who
    handed it in for its author, if another.
    """

    id: uuid.UUID
    kind: str
    body: dict[str, Any]
    digest: str
    code: str
    schema: int
    made_at: dt.datetime
    photos: tuple[str, ...] = ()
    channel: str = Channel.DATA
    device_id: uuid.UUID | None = None
    device_seq: int = 0
    offset_seconds: int = 0
    brought_by: int | None = None

    @property
    def is_text(self) -> bool:
        return self.channel == Channel.SMS


def take(
    *, sent: Sent, book_id: int, area: Area, author_id: int, now: dt.datetime
) -> tuple[Item, bool]:
    """Store an item and give it a receipt number (收件号), or find it; True if it was known.

    Known means that what it says was done before. A text message and the phone's own item of the
    same code are one item: whichever comes second is kept beside the first under its receipt.
    The receipt series stays locked until the transaction ends, so the caller locks the rows it
    changes first. Raises SameIdOtherBody.
    """
    require_transaction("take")
    found = find(sents=[sent], book_id=book_id).get(sent.id)
    if found is None:
        fresh = unstored(sent=sent, book_id=book_id, area=area, author_id=author_id, now=now)
        try:
            with transaction.atomic():
                store(items=[fresh])
                return fresh, False
        except IntegrityError:
            # The same item at the same moment in another process, which has committed by now.
            found = find(sents=[sent], book_id=book_id).get(sent.id)
            if found is None:
                raise
    return take_again(found, sent=sent, book_id=book_id, area=area, author_id=author_id, now=now)


def take_again(
    found: Item, *, sent: Sent, book_id: int, area: Area, author_id: int, now: dt.datetime
) -> tuple[Item, bool]:
    """`take` of what `find` found, locked."""
    require_transaction("take_again")
    if found.id == sent.id and found.book_id == book_id and found.digest == sent.digest:
        return found, True
    if found.code == sent.code and found.book_id == book_id:
        if sent.is_text:
            return _keep_text(found, sent=sent), True
        if found.channel == Channel.SMS:
            return _complete(found, sent=sent, area=area, author_id=author_id, now=now)
    raise SameIdOtherBody(receipt=found.receipt)


def find(*, sents: Sequence[Sent], book_id: int) -> dict[uuid.UUID, Item]:
    """What is stored of these: the items of their ids in any book, or of their codes in this one.

    By the id that was sent, locked. The id says more than the code.
    """
    ids, codes = [sent.id for sent in sents], [sent.code for sent in sents]
    by_id, by_code = {}, {}
    for item in _same(ids=ids, codes=codes, book=book_id):
        by_id[item.id] = item
        if item.book_id == book_id:
            by_code[item.code] = item
    known = {sent.id: by_id.get(sent.id) or by_code.get(sent.code) for sent in sents}
    return {key: item for key, item in known.items() if item is not None}


@repeated
def _same(ids: list[uuid.UUID], codes: list[str], book: int) -> QuerySet[Item]:
    same = Q(id__among=ids) | Q(book_id=book, code__among=codes)
    return Item.objects.select_for_update(of=("self",)).filter(same).order_by("id")


def unstored(*, sent: Sent, book_id: int, area: Area, author_id: int, now: dt.datetime) -> Item:
    """The item as it will be stored (`store`), still without a receipt."""
    return Item(
        id=sent.id,
        book_id=book_id,
        area=area,
        kind=sent.kind,
        channel=sent.channel,
        author_id=author_id,
        device_id=sent.device_id,
        device_seq=sent.device_seq,
        schema=sent.schema,
        code=sent.code,
        digest=sent.digest,
        body=sent.body,
        photos=list(sent.photos),
        made_at=sent.made_at,
        received_at=now,
        offset_seconds=sent.offset_seconds,
        clock_off=_clock_off(sent, now=now),
        brought_by=sent.brought_by,
    )


def store(*, items: Sequence[Item]) -> None:
    """Store new items of one book and moment, with the next receipt numbers in their order.

    The receipt series stays locked until the transaction ends. Raises IntegrityError if another
    process stored one of them meanwhile.
    """
    require_transaction("store")
    if not items:
        return
    first = items[0]
    receipts = numbers.block(
        book=first.book_id, prefix=_receipt_prefix(first.received_at), count=len(items)
    )
    for item, receipt in zip(items, receipts, strict=True):
        item.receipt = receipt
    Item.objects.bulk_create(items)


def _keep_text(found: Item, *, sent: Sent) -> Item:
    """A text message after the phone's item: kept, and nothing done."""
    if found.channel != Channel.SMS and found.text is None:
        found.text = sent.body
        found.save(update_fields=["text"])
    return found


def _complete(
    found: Item, *, sent: Sent, area: Area, author_id: int, now: dt.datetime
) -> tuple[Item, bool]:
    """The phone's item after its text message takes the row over: its id, its body, one receipt.

    What the desk made of the text meanwhile (a report, a card) points to the same item as before;
    then the item is known, and what the phone said beyond the text is in its body.
    """
    text_id = found.id
    Item.objects.filter(id=text_id).update(
        id=sent.id,
        area=area,
        kind=sent.kind,
        channel=sent.channel,
        author_id=author_id,
        device_id=sent.device_id,
        device_seq=sent.device_seq,
        schema=sent.schema,
        digest=sent.digest,
        body=sent.body,
        text=found.body,
        photos=list(sent.photos),
        made_at=sent.made_at,
        offset_seconds=sent.offset_seconds,
        clock_off=_clock_off(sent, now=now),
        # What the phone says itself is looked at anew.
        returned_at=None,
        returned_by=None,
        return_reason="",
    )
    deeds = 0
    for relation in Item._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        moved = model._base_manager.filter(**{name: text_id}).update(**{f"{name}_id": sent.id})
        deeds += moved if model is not Alert else 0
    return Item.objects.get(id=sent.id), deeds > 0


def _receipt_prefix(moment: dt.datetime) -> str:
    """`ZQ-1122-0031`: the 31st item of 22 November in the county's zone; YL-ZQ-… in a drill."""
    return f"ZQ-{timezone.localtime(moment, timezone.get_default_timezone()):%m%d}"


def _clock_off(sent: Sent, *, now: dt.datetime) -> bool:
    return clock_is_off(
        offset_seconds=sent.offset_seconds,
        made_at=sent.made_at,
        received_at=now,
        most_seconds=settings.FIELD_CLOCK_OFF_SECONDS,
    )
