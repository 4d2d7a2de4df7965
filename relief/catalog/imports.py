"""What every import of a table shares: its outcome, its refusals, its line in the record."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.journal.log import require_transaction
from relief.journal.models import Audience, Book
from relief.journal.rows import Row, audience


class OnlyInReal(Refused):
    """What all books share is imported in the real operation only."""


class ChangedMeanwhile(Refused):
    """What is in the database now does not fit the rows that were checked."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            _("%(what)s was changed by somebody else since the file was checked. Check it again.")
            % {"what": what}
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """How many table rows were new, changed what was there, or were there already as they are."""

    new: int
    changed: int
    unchanged: int

    @property
    def written(self) -> int:
        return self.new + self.changed


def check_real(*, book_id: int) -> None:
    """Masters are shared by all books, so that no drill may change them. Raises OnlyInReal."""
    if Book.objects.get(id=book_id).is_drill:
        raise OnlyInReal(
            _(
                "A drill shares this table with the real operation and cannot change it. "
                "Go to the real operation to import."
            )
        )


def one_at_a_time(*, table: str) -> None:
    """Imports of one table wait for each other until their transactions end; taken first."""
    require_transaction("one_at_a_time")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {table}"])


def shared_path(paths: Iterable[str]) -> str:
    """The path of the smallest area that holds all of these."""
    first, *others = (path.split("/") for path in paths)
    deep = len(first)
    for other in others:
        same = (n for n, (one, two) in enumerate(zip(first, other, strict=False)) if one != two)
        deep = min(deep, next(same, min(len(first), len(other))))
    return "/".join(first[:deep])


def told(*, path: str, digest: str) -> Row:
    """A line in the record of events for what no board keeps rows of; `path` is of its area."""
    views = audience(Audience.COMMAND, Audience.WAREHOUSE)
    return Row(table="import", id=digest[:32], area=path, audience=views, values=None)
