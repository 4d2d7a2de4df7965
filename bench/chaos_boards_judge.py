"""What every board was told beside what the journal says it should have been told.

The rule of who receives what is written here a second time, on purpose.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.boards_place import Seat
from relief.journal.models import Entry

BITS = {"command": 1, "township": 2, "village": 4, "warehouse": 8}
FAULTS = ("lost", "duplicated", "out_of_order", "outside_scope", "altered")


@dataclass(frozen=True, slots=True)
class Written:
    """One entry of the journal; here each holds one row."""

    number: int
    row: int
    area: tuple[str, ...]
    wide: bool
    audience: int


def journal(*, book: int, after: int) -> list[Written]:
    """The entries of a book after a number, oldest first."""
    found = Entry.objects.filter(book_id=book, number__gt=after).order_by("number")
    return [
        Written(number, _row(rows), tuple(area.split("/")), wide, audience)
        for number, area, wide, audience, rows in found.values_list(
            "number", "area", "wide", "audience", "rows"
        ).iterator()
    ]


def _row(text: str) -> int:
    # Only the beginning is read: one of them is 200 KB long.
    return int(text.partition('"i":')[2].partition(",")[0])


def belongs(entry: Written, *, view: str, path: str) -> bool:
    """Whether a board must show this entry."""
    board = tuple(path.split("/"))
    at_or_below = entry.area[: len(board)] == board
    far_above = entry.wide and board[: len(entry.area)] == entry.area
    return bool(entry.audience & BITS[view]) and (at_or_below or far_above)


def judge(
    *, seats: Sequence[Seat], followers: Sequence[dict[str, Any]], entries: Sequence[Written]
) -> Counter[str]:
    """Expected deliveries, those a snapshot stood for, and every kind of fault, of all boards."""
    said: Counter[str] = Counter(dict.fromkeys(FAULTS, 0))
    rows = {entry.number: entry.row for entry in entries}
    due: dict[tuple[str, str], np.ndarray] = {}
    for seat, follower in zip(seats, followers, strict=True):
        scope = (seat.view, seat.path)
        if scope not in due:
            due[scope] = np.array(
                [one.number for one in entries if belongs(one, view=seat.view, path=seat.path)],
                dtype=np.int64,
            )
        said.update(_one(due[scope], follower, rows))
    return said


def _one(due: np.ndarray, follower: dict[str, Any], rows: dict[int, int]) -> dict[str, int]:
    seen = np.array(follower["numbers"], dtype=np.int64)
    jumped = np.zeros(len(due), dtype=bool)
    for start, end in follower["jumps"]:
        jumped |= (due > start) & (due <= end)
    expected = due[~jumped]
    steps = np.diff(seen)
    told = zip(follower["numbers"], follower["rows"], strict=True)
    return {
        "expected": len(expected),
        "by_snapshot": int(jumped.sum()),
        "delivered": len(seen),
        "lost": len(np.setdiff1d(expected, seen)),
        "duplicated": len(seen) - len(np.unique(seen)),
        "out_of_order": int((steps < 0).sum()),
        "outside_scope": len(np.setdiff1d(seen, due)),
        "altered": sum(rows.get(number) != row for number, row in told),
    }
