"""What a table is: its columns, what its rows mean, and who writes them."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.imports import Imported
from relief.web.tables.codes import Codes
from relief.web.tables.faults import Wrong
from relief.web.tables.kinds import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `help` says what belongs there; what is not needed may stay empty."""

    key: str
    label: str | Promise
    kind: Kind
    help: str | Promise = ""
    needed: bool = True
    default: Any = None
    width: int = 14

    @property
    def says(self) -> str:
        """What belongs there: the column's own words, or else those of its kind."""
        return str(self.help) or self.kind.says


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one row of the file, by column key."""

    row: int
    values: Mapping[str, Any]


class InColumn(Exception):
    """A row cannot be taken as it is; `key` is the column to look at."""

    def __init__(self, key: str, wrong: Wrong) -> None:
        self.key, self.wrong = key, wrong
        super().__init__(key)


def wrong(key: str, problem: str, /, **facts: Any) -> InColumn:
    return InColumn(key, Wrong(problem, **facts))


@dataclass(frozen=True, slots=True)
class Judged:
    """What a good row means: what is written of it, unless it is there already."""

    row: Any
    there: bool


class Judge(Protocol):
    """Looks at whole rows, one after the other, beside each other and beside the database."""

    def judge(self, line: Line) -> Judged:
        """Raises InColumn."""


@dataclass(frozen=True, slots=True)
class Table:
    """One of the six tables.

    `read_act` lets a person see it, with IMPORT_TABLES import it. `shared` ones are of all books
    and imported in the real operation only. `codes` gets the words typed in each column;
    `export` gives the rows as they are, a value for every column; of a table that is `divided`,
    because a county's is too large for one file, those of one place.
    """

    key: str
    title: str | Promise
    about: str | Promise
    read_act: Act
    columns: Sequence[Column]
    shared: bool
    codes: Callable[[Actor, Mapping[str, Iterable[str]], dt.date], Codes]
    judge: Callable[[Actor, Sequence[Line], dt.date], Judge]
    write: Callable[..., Imported]
    export: Callable[[Actor, Area | None], Iterable[Sequence[Any]]]
    divided: bool = False

    @property
    def needed(self) -> list[Column]:
        return [column for column in self.columns if column.needed]
