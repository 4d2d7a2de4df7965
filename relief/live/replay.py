"""The way back for boards that were away: replay pages of one book, at few queries.

What this process has seen since it began to follow the book it keeps, up to a limit, and pages of
that cost no query. Older entries are read in pieces that serve the boards of every scope. The log
never changes, so whoever asks for the same page gets the same bytes.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from relief.boards import frames
from relief.boards.scopes import Scope
from relief.journal.reading import ENTRIES_SQL, PIECE, Line, whole
from relief.live.database import Reader
from relief.live.kept import Kept
from relief.live.wire import Packed, pack

PAGE = 500  # entries of one replay page
MAX_BEHIND = 2000  # further behind than this, a fresh snapshot is the shorter way
KEPT = 16 * 1024 * 1024  # bytes kept of each: pages, pieces read, entries seen


class Page(NamedTuple):
    """Part of a replay, and the number it takes a board to."""

    frame: Packed
    end: int


class Piece(NamedTuple):
    """Entries of the whole book, oldest first; they may end before `upto`, the head when read."""

    lines: Sequence[Line]
    upto: int


class Replay:
    """One book's entries, page by page."""

    def __init__(self, *, reader: Reader, book_id: int) -> None:
        self.queries = 0
        self._reader, self._book_id = reader, book_id
        # Every entry after number `_since` up to the head.
        self._since = 0
        self._seen: deque[Line] = deque()
        self._seen_bytes = 0
        self._pages: Kept[tuple[Scope, int], Page] = Kept(
            most=KEPT, size=lambda page: page.frame.size
        )
        self._pieces: Kept[int, Piece] = Kept(
            most=KEPT, size=lambda piece: sum(len(line.rows) for line in piece.lines)
        )

    def begin(self, *, number: int) -> None:
        """Forget everything; what comes after that number will be told by `saw`."""
        self._since = number
        self._seen.clear()
        self._seen_bytes = 0
        self._pages.clear()
        self._pieces.clear()

    def saw(self, lines: Sequence[Line]) -> None:
        """The next entries of the book."""
        self._seen.extend(lines)
        self._seen_bytes += sum(len(line.rows) for line in lines)
        while len(self._seen) > MAX_BEHIND or self._seen_bytes > KEPT:
            gone = self._seen.popleft()
            self._since = gone.number
            self._seen_bytes -= len(gone.rows)

    async def page(self, scope: Scope, start: int) -> Page:
        """The replay page of a scope from a number on."""
        return await self._pages.get((scope, start), lambda: self._make(scope, start))

    async def _make(self, scope: Scope, start: int) -> Page:
        if start >= self._since:
            piece = self._remembered(start)
        else:
            piece = await self._pieces.get(start, lambda: self._read(start))
        lines = list(piece.lines)
        text, end = frames.page(scope=scope, start=start, upto=piece.upto, entries=lines)
        return Page(pack(text), end)

    def _remembered(self, start: int) -> Piece:
        lines: list[Line] = []
        size = 0
        for line in islice(self._seen, start - self._since, start - self._since + PAGE):
            if size >= PIECE:
                break
            lines.append(line)
            size += len(line.rows.encode())
        return Piece(lines, self._since + len(self._seen))

    async def _read(self, start: int) -> Piece:
        upto = self._since + len(self._seen)
        wanted = {"book": self._book_id, "after": start, "upto": upto, "limit": PAGE, "size": PIECE}
        found = await self._reader.fetch(ENTRIES_SQL, wanted)
        self.queries += 1
        return Piece(whole(after=start, upto=upto, lines=[Line(*row) for row in found]), upto)
