"""`manage.py trim_journal --before DATE`: say which old entries may go; with --yes remove them."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from relief.journal import retention
from relief.journal.models import Book


class Command(BaseCommand):
    help = "Says which journal entries before a day may be removed, and removes them with --yes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--before", type=_day, required=True, help="a day, such as 2026-01-31: it is kept"
        )
        parser.add_argument("--book", type=int, help="number of one book; all without it")
        parser.add_argument("--yes", action="store_true", help="remove them; there is no way back")

    def handle(
        self, *args: Any, before: dt.datetime, book: int | None, yes: bool, **options: Any
    ) -> None:
        books = Book.objects.order_by("id")
        if book is not None:
            books = books.filter(id=book)
        if not books:
            raise CommandError(f"There is no book {book}.")
        refused = 0
        for one in books:
            try:
                self.stdout.write(f"Book {one.id} ({one}): {self._told(one, before, yes)}.")
            except retention.NotCovered as why:
                refused += 1
                self.stderr.write(f"Book {one.id} ({one}): nothing is removed: {why}.")
        if refused:
            raise CommandError("Entries can go only up to a checkpoint; the worker takes them.")

    def _told(self, book: Book, before: dt.datetime, yes: bool) -> str:
        act = retention.trim if yes else retention.removable
        found = act(book_id=book.id, before=before)
        if not found.entries:
            return "nothing to remove"
        done = "were removed" if yes else "would be removed, with --yes"
        return f"entries {book.kept_from}–{found.upto} {done}"


def _day(text: str) -> dt.datetime:
    """Midnight of that day in the county's zone."""
    day = dt.date.fromisoformat(text)
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
