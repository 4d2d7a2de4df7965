"""Replay equals snapshot: the promise every board rests on, for every scope of a book.

    watch = replay.Watch(book)        # before the actions: the snapshots of now
    …actions…
    watch.look()                      # as often as one likes, in between
    watch.check()                     # each of those, replayed, is the snapshot of now, and the
                                      # past shows each of them again, byte for byte

`assert_replay_equals_snapshot(book)` is the short way where nothing was watched: it replays the
whole journal and compares all rows the journal ever spoke of.
"""

import datetime as dt
import json
from collections.abc import Iterable

from gis.models import Area, Level, ancestors
from relief.access.gate import Actor, HeldDuty
from relief.access.models import Duty
from relief.boards import frames, past
from relief.boards.scopes import Scope, View, scopes_for
from relief.boards.snapshot import Snapshot, key, take
from relief.journal import reading
from relief.journal.models import Book, Entry

State = dict[tuple[str, int | str], str]


def every_scope(book: Book) -> list[Scope]:
    """Each board of each duty of the book, and each view of each area its journal speaks of."""
    duties = Duty.objects.filter(book=book).values_list("user_id", "role", "area__path")
    scopes = {
        scope
        for user_id, role, path in duties
        for scope in scopes_for(actor=Actor(user_id, book.id, (HeldDuty(role, path),)))
    }
    spoken_of = set(Entry.objects.filter(book=book).values_list("area", flat=True))
    above = {path for area in spoken_of for path in ancestors(area)}
    counties = set(Area.objects.filter(level__gte=Level.COUNTY).values_list("path", flat=True))
    scopes |= {Scope(book.id, view, path) for view in View for path in above & counties}
    return sorted(scopes, key=lambda scope: (scope.path, scope.view))


def state(rows: Iterable[str]) -> State:
    """What a board shows after upserting these rows, given as JSON text."""
    shown: State = {}
    return upsert(shown, rows)


def upsert(shown: State, rows: Iterable[str]) -> State:
    for text in rows:
        if json.loads(text)["v"] is None:
            shown.pop(key(text), None)
        else:
            shown[key(text)] = text
    return shown


def replay(scope: Scope, *, after: int, upto: int, page: int = 50) -> list[str]:
    """The rows that frames bring from one number to another, as JSON text."""
    rows: list[str] = []
    while after < upto:
        lines = reading.entries(book=scope.book_id, after=after, upto=upto, limit=page)
        text, end = frames.page(scope=scope, start=after, upto=upto, entries=lines)
        frame = json.loads(text)
        assert frame["from"] == after and frame["to"] == end > after
        rows += [as_text(row) for row in frame["rows"]]
        after = end
    return rows


def as_text(row: dict) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class Watch:
    """Remembers every scope's snapshot at chosen moments and holds the journal to them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.seen: list[dict[Scope, Snapshot]] = []
        past.take_checkpoint(book_id=book.id, now=dt.datetime.now(dt.UTC))
        self.look()

    def look(self, *, checkpoint: bool = False) -> None:
        if checkpoint:
            past.take_checkpoint(book_id=self.book.id, now=dt.datetime.now(dt.UTC))
        self.seen.append({scope: take(scope=scope) for scope in every_scope(self.book)})

    def check(self) -> None:
        for scope in every_scope(self.book):
            now = take(scope=scope)
            for earlier in (seen[scope] for seen in self.seen if scope in seen):
                moved = replay(scope, after=earlier.number, upto=now.number)
                compare(scope, earlier.number, upsert(state(earlier.rows), moved), now)
                shown = past.take(scope=scope, number=earlier.number)
                if shown != earlier:
                    compare(scope, earlier.number, state(shown.rows), earlier)
                    assert shown == earlier, f"{scope} as it was at {earlier.number}"


def assert_replay_equals_snapshot(book: Book) -> None:
    """The whole journal, replayed from every number, agrees with a fresh snapshot."""
    for scope in every_scope(book):
        now = take(scope=scope)
        moved = replay(scope, after=0, upto=now.number)
        spoken_of = {key(text) for text in moved}
        fresh = state(now.rows)
        shown = {one: text for one, text in fresh.items() if one not in spoken_of}
        compare(scope, 0, upsert(shown, moved), now)
        for start in range(1, now.number):
            later = replay(scope, after=start, upto=now.number)
            assert later == moved[len(moved) - len(later) :], f"{scope} from {start}"


def compare(scope: Scope, start: int, shown: State, now: Snapshot) -> None:
    fresh = state(now.rows)
    missing = {one: fresh[one] for one in fresh.keys() - shown.keys()}
    surplus = {one: shown[one] for one in shown.keys() - fresh.keys()}
    differing = {
        one: (shown[one], fresh[one])
        for one in shown.keys() & fresh.keys()
        if shown[one] != fresh[one]
    }
    assert not (missing or surplus or differing), (
        f"{scope} replayed from {start} to {now.number}:\n"
        f"not told: {missing}\nnot taken back: {surplus}\nreplayed, fresh: {differing}"
    )
