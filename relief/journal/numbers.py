"""Document numbers: one series per book and kind, without gaps inside committed work."""

from django.db import connection

from relief.journal.log import require_transaction
from relief.journal.models import Book, BookKind


def next_number(*, book: Book | int, prefix: str) -> str:
    """The next number of the series, such as `DB-0007`; in a drill `YL-DB-0007`.

    Locks the series until the transaction ends, so two orders never share a number.
    """
    return block(book=book, prefix=prefix, count=1)[0]


def block(*, book: Book | int, prefix: str, count: int) -> list[str]:
    """The next `count` numbers of the series, for a device or for slips printed in advance."""
    require_transaction("block")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO journal_series (book_id, prefix, last) VALUES (%s, %s, %s)
            ON CONFLICT (book_id, prefix) DO UPDATE SET last = journal_series.last + EXCLUDED.last
            RETURNING last, (SELECT kind FROM journal_book WHERE id = book_id)
            """,
            [book.id if isinstance(book, Book) else book, prefix, count],
        )
        last, kind = cursor.fetchone()
    drill = "YL-" if kind == BookKind.DRILL else ""
    return [f"{drill}{prefix}-{one:04d}" for one in range(last - count + 1, last + 1)]
