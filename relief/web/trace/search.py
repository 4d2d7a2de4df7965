"""Search in a store (物资查询): by name, pinyin initials, code, barcode, batch or bin."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q
from django.utils.timezone import localdate

from relief.access.gate import Actor
from relief.catalog import tags
from relief.catalog.models import Item, ItemCode
from relief.catalog.pinyin import initials
from relief.stock.models import Bin
from relief.web.goods.stock_page import HeldLot, ItemRow, by_item, held_lots

# A trade item number inside a GS1 code: application identifier 01 and fourteen digits.
GS1 = re.compile(r"^\(?01\)?(\d{14})")
MOST = 200  # lots listed


@dataclass(frozen=True, slots=True)
class Result:
    """What was found: items with their sums, and lots, those to leave first at the top."""

    items: list[ItemRow]
    lots: list[HeldLot]
    bin: Bin | None
    left_out: int


def search(*, actor: Actor, text: str, due: str, empty: bool, now: dt.datetime) -> Result:
    """Items and lots of the stores the person sees that fit the text; all of them without one.

    `due` keeps lots with that many days left or fewer, or those out of use; lots of which nothing
    is left are listed only if `empty`.
    """
    text = text.strip()
    held = held_lots(actor=actor, today=localdate(now))
    place = _bin(actor, text)
    if place is not None:
        chosen, items = [row for row in held if row.holding.bin_id == place.id], set()
    else:
        items = _items(text)
        chosen = [row for row in held if row.holding.lot.item_id in items or _is_batch(row, text)]
    sums = by_item(row for row in held if row.holding.lot.item_id in items)
    for item in Item.objects.filter(id__in=items - sums.keys()) if text else ():
        sums[item.id] = ItemRow(item)
    lots = [row for row in chosen if _wanted(row, due=due, empty=empty)]
    lots.sort(key=_first_out)
    return Result(
        items=sorted(sums.values(), key=lambda row: (row.item.order, row.item.code)),
        lots=lots[:MOST],
        bin=place,
        left_out=max(0, len(lots) - MOST),
    )


def _first_out(row: HeldLot) -> tuple[int, str, dt.date, dt.date, int]:
    """First expired first out (先到期先出); ties by the day of storing; what never expires last."""
    lot = row.holding.lot
    return (
        lot.item.order,
        lot.item.code,
        lot.good_until or dt.date.max,
        lot.stored_on,
        row.holding.id,
    )


def _wanted(row: HeldLot, *, due: str, empty: bool) -> bool:
    if not row.holding.account.balance and not empty:
        return False
    chosen = {"30": row.soon, "90": row.soon or row.later, "out": not row.usable}
    return chosen.get(due, True)


def _is_batch(row: HeldLot, text: str) -> bool:
    place = row.holding.bin
    return bool(text) and (
        text.casefold() in row.holding.lot.batch.casefold()
        or (place is not None and place.code.casefold() == text.casefold())
    )


def _items(text: str) -> set[int]:
    """Items whose name, English name, code, pinyin initials or barcode fits; all without a text."""
    if not text:
        return set(Item.objects.values_list("id", flat=True))
    typed = text.casefold()
    found = {
        item.id
        for item in Item.objects.all()
        if typed in item.name.casefold()
        or typed in item.name_en.casefold()
        or typed in item.code.casefold()
        or initials(item.name).startswith(typed)
        or (len(typed) > 1 and typed in initials(item.name))
    }
    codes = {text, text.lstrip("0")}
    if trade := GS1.match(text):
        codes |= {trade[1], trade[1].lstrip("0")}
    asked = Q(code__in=codes - {""})
    return found | set(ItemCode.objects.filter(asked).values_list("item_id", flat=True))


def _bin(actor: Actor, text: str) -> Bin | None:
    """The bin a tag names."""
    named = tags.read(text)
    if named is None or named.kind != "bin":
        return None
    return Bin.objects.visible_to(actor).select_related("depot").filter(id=named.id).first()
