"""What the county does with items by itself: keep them for a person at the desk to gather."""

import datetime as dt

from django.db import transaction

from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.field import alerts, rows
from relief.field.models import Alert, Item
from relief.field.steps import Sent, take
from relief.journal import log


@transaction.atomic(durable=True)
def keep_for_desk(
    *, actor: gate.Actor, sent: Sent, area_id: int, hit: tuple[int, int, int], now: dt.datetime
) -> tuple[Item, bool]:
    """Store a report that names no incident, or came by another way than its author's phone.

    It waits to be gathered (待汇拢). `hit` are the dead, missing and trapped it tells of, for the
    alert. Returns the item, and whether it was known. Raises SameIdOtherBody.
    """
    place = Area.objects.select_related("parent").defer("boundary").filter(id=area_id).first()
    if place is None:
        raise gate.NotFound
    whole = place.level != Level.VILLAGE
    act = Act.FILE_REPORT if whole else Act.REPORT_VILLAGE
    gate.require(actor=actor, act=act, area=place, book_id=actor.book_id)
    item, known = take(
        sent=sent, book_id=actor.book_id, area=place, author_id=actor.user_id, now=now
    )
    if known:
        return item, True
    township = place if whole or place.parent is None else place.parent
    deaths, missing, trapped = hit
    raised = alerts.raise_for(
        item=item, area=township, deaths=deaths, missing=missing, trapped=trapped, now=now
    )
    _tell(item, "item_received", path=township.path, alert=raised, actor=actor, now=now)
    return item, False


@transaction.atomic(durable=True)
def complete_text(*, actor: gate.Actor, sent: Sent, area_id: int, now: dt.datetime) -> Item:
    """The phone's own item after its text message was made a report: one item, both bodies."""
    place = Area.objects.defer("boundary").filter(id=area_id).first()
    if place is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.REPORT_VILLAGE, area=place, book_id=actor.book_id)
    item, _known = take(
        sent=sent, book_id=actor.book_id, area=place, author_id=actor.user_id, now=now
    )
    _tell(item, "item_received", path=place.path, alert=None, actor=actor, now=now)
    return item


@transaction.atomic(durable=True)
def note_read(
    *, actor: gate.Actor, sent: Sent, area_id: int, now: dt.datetime
) -> tuple[Item, bool]:
    """Store that a person has read an order (已阅); nothing else changes."""
    place = Area.objects.defer("boundary").filter(id=area_id).first()
    if place is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.READ_INCIDENTS, area=place, book_id=actor.book_id)
    item, known = take(
        sent=sent, book_id=actor.book_id, area=place, author_id=actor.user_id, now=now
    )
    if not known:
        _tell(item, "item_received", path=place.path, alert=None, actor=actor, now=now)
    return item, known


def _tell(
    item: Item,
    kind: str,
    *,
    path: str,
    alert: Alert | None,
    actor: gate.Actor,
    now: dt.datetime,
) -> None:
    """A line in the record of events; boards keep no row of items, but show the alert."""
    log.record(
        book=item.book_id,
        kind=kind,
        rows=[rows.item(item, path=path), *([rows.alert(alert)] if alert else [])],
        facts={"receipt": item.receipt, "kind": item.kind, "channel": item.channel},
        actor=actor.user_id,
        now=now,
    )
