"""Document numbers: one series per book and kind, without gaps inside committed work."""

from relief.journal.log import require_transaction
from relief.journal.models import Book, Series


def next_number(*, book: Book, prefix: str) -> str:
    """The next number of the series, such as `DB-0007`; in a drill `YL-DB-0007`.

    Locks the series until the transaction ends, so two orders never share a number.
    """
    require_transaction("next_number")
    Series.objects.get_or_create(book=book, prefix=prefix)
    series = Series.objects.select_for_update().get(book=book, prefix=prefix)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{'YL-' if book.is_drill else ''}{prefix}-{series.last:04d}"
