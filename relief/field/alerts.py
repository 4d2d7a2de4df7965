"""Inner step: telling at once of people dead, missing or trapped (接信即报)."""

import datetime as dt

from gis.models import Area
from relief.field.models import Alert, Item
from relief.journal.log import require_transaction


class NoBook(ValueError):
    """An alert without an item must say in which book it is raised."""


def raise_for(
    *,
    item: Item | None,
    area: Area,
    deaths: int,
    missing: int,
    trapped: int,
    known: tuple[int, int, int] = (0, 0, 0),
    now: dt.datetime,
    book_id: int | None = None,
) -> Alert | None:
    """An alert if more people are dead, missing or trapped than was `known`, in this order.

    One item raises one alert, however often it comes; None when there is nothing new. Figures that
    come by a form have no item: then `book_id` names the book.
    """
    require_transaction("raise_for")
    found = called_for(
        item=item,
        area=area,
        deaths=deaths,
        missing=missing,
        trapped=trapped,
        known=known,
        now=now,
        book_id=book_id,
    )
    if found is not None:
        found.save()
    return found


def called_for(
    *,
    item: Item | None,
    area: Area,
    deaths: int,
    missing: int,
    trapped: int,
    known: tuple[int, int, int] = (0, 0, 0),
    now: dt.datetime,
    book_id: int | None = None,
) -> Alert | None:
    """The alert of `raise_for`, not stored yet: its item may still have to be."""
    book = item.book_id if item is not None else book_id
    if book is None:
        raise NoBook(area.path)
    said = (deaths, missing, trapped)
    if all(number <= before for number, before in zip(said, known, strict=True)):
        return None
    # An item that is only being stored has raised none.
    stored = item is not None and not item._state.adding
    if stored and Alert.objects.filter(item=item).exists():
        return None
    return Alert(
        book_id=book,
        area=area,
        item=item,
        deaths=deaths,
        missing=missing,
        trapped=trapped,
        raised_at=now,
    )
