"""Receipts: what the county has of an item, and what became of it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from relief.field.models import Item, ItemKind, Photo
from relief.reports.models import Report, ReportState
from relief.web.api import drill_notes, store_notes
from relief.web.api.answers import stamp

MOST = 500
STATES = {ReportState.WAITING: "received"}


def stored(*, item_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Item]:
    """These items by id, each with the report made of it."""
    found = Item.objects.select_related("report").filter(id__in=list(item_ids))
    return {item.id: item for item in found}


def since(*, user_id: int, moment: dt.datetime | None) -> list[dict[str, Any]]:
    """Receipts of a person's own items that came since then, the newest first."""
    found = Item.objects.filter(author_id=user_id).select_related("report")
    if moment is not None:
        found = found.filter(received_at__gte=moment)
    return of(list(found.order_by("-received_at", "-id")[:MOST]))


def of(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The receipts of these items, in their order."""
    shown = {(item.book_id, one) for item in items for one in item.photos}
    whole: set[tuple[int, str]] = set()
    if shown:
        photos = Photo.objects.filter(
            book_id__in={book for book, _one in shown},
            sha256__in={one for _book, one in shown},
            whole_at__isnull=False,
        )
        whole = set(photos.values_list("book_id", "sha256"))
    said = store_notes.notes(items=items) | drill_notes.notes(items=items)
    return [_receipt(item, whole=whole, note=said.get(item.id, "")) for item in items]


def _receipt(item: Item, *, whole: set[tuple[int, str]], note: str) -> dict[str, Any]:
    state, reason = _became(item)
    missing = [one for one in item.photos if (item.book_id, one) not in whole]
    return {
        "id": str(item.id),
        "receipt": item.receipt,
        "kind": item.kind,
        "received_at": stamp(item.received_at),
        "state": state,
        "reason": reason or note,
        "missing_photos": missing,
        "complete": not missing,
    }


def _became(item: Item) -> tuple[str, str]:
    """State and reason of an item: a report's is the desk's, everything else is done."""
    if item.kind != ItemKind.REPORT:
        return "done", ""
    report: Report | None = getattr(item, "report", None)
    if report is None:
        return ("returned", item.return_reason) if item.returned_at else ("received", "")
    returned = report.state == ReportState.RETURNED
    return STATES.get(ReportState(report.state), report.state), report.check_note * returned
