"""Document numbers: one series per book and kind, without gaps inside committed work."""

from django.db import connection

from relief.journal.log import require_transaction
from relief.journal.models import Book, BookKind


def next_number(*, book: Book | int, prefix: str) -> str:
    """The next number of the series, such as `DB-0007`; in a drill `YL-DB-0007`.

    Locks the series until the transaction ends, so two orders never share a number.
    """
    require_transaction("next_number")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO journal_series (book_id, prefix, last) VALUES (%s, %s, 1)
            ON CONFLICT (book_id, prefix) DO UPDATE SET last = journal_series.last + 1
            RETURNING last, (SELECT kind FROM journal_book WHERE id = book_id)
            """,
            [book.id if isinstance(book, Book) else book, prefix],
        )
        last, kind = cursor.fetchone()
    return f"{'YL-' if kind == BookKind.DRILL else ''}{prefix}-{last:04d}"
