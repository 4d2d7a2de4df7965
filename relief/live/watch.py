"""Closing the sockets of people who may no longer hold them, at the price of what has changed.

Ten thousand sockets are looked at every round, so the database is asked only whose session has
ended, whose password or duties are not those of the last look, and which places a drill has
silenced. Only they, sockets that are new, and those of a drill where more or fewer places are
silent now, are judged one by one.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from relief.journal.clock import TIMES_SQL
from relief.live.database import Reader
from relief.live.people import Refusal, Seat, verdicts
from relief.live.silence import Silent, silent

AT_ONCE = 500  # sockets judged before others get their turn

_ENDED_SQL = """
    SELECT asked FROM unnest(string_to_array(%(sessions)s, ',')) asked
     WHERE NOT EXISTS (SELECT FROM django_session
                        WHERE session_key = asked AND expire_date > %(now)s)
"""
# A person's mark sums up the password and the duties of this moment; who is out of service has
# none.
_CHANGED_SQL = f"""
    WITH times AS MATERIALIZED ({TIMES_SQL}), asked AS (
         SELECT * FROM unnest(string_to_array(%(users)s, ',')::bigint[],
                              string_to_array(%(marks)s, ',')) AS asked(id, mark)
    ), found AS (
         SELECT u.id, sum(hashtextextended(
                    concat_ws('|', u.password, d.book_id, d.role, a.path), 0))::text AS mark
           FROM asked JOIN access_user u USING (id)
           LEFT JOIN (access_duty d JOIN times ON times.book_id = d.book_id)
                  ON d.user_id = u.id AND d.valid_from <= times.now
                 AND (d.valid_to IS NULL OR d.valid_to > times.now)
           LEFT JOIN geography_area a ON a.id = d.area_id
          WHERE u.is_active
          GROUP BY u.id
    )
    SELECT asked.id, coalesce(found.mark, '') FROM asked LEFT JOIN found USING (id)
     WHERE found.mark IS DISTINCT FROM asked.mark
"""  # noqa: S608 - all of it is ours


class Watched(Protocol):
    """A socket whose person must stay entitled."""

    @property
    def seat(self) -> Seat: ...

    def dismiss(self, why: Refusal) -> None: ...


class Watch:
    """The sockets of this process, and how their people stood at the last look."""

    def __init__(self, *, reader: Reader) -> None:
        self._reader = reader
        self._judged: dict[Watched, bool] = {}  # since it came
        self._marks: dict[int, str] = {}
        self._silent: Silent = {}
        # What the database is asked, while it is the same.
        self._words: dict[str, str] | None = None
        self._books: set[int] = set()

    def __len__(self) -> int:
        return len(self._judged)

    def add(self, one: Watched) -> None:
        self._judged[one] = False
        self._words = None

    def discard(self, one: Watched) -> None:
        if self._judged.pop(one, None) is not None:
            self._words = None

    async def look(self, *, now: dt.datetime) -> None:
        """Dismiss every socket whose person may not hold it any more."""
        if not self._judged:
            return
        words = {**self._asked(), "now": now}
        ended = {row[0] for row in await self._reader.fetch(_ENDED_SQL, words)}
        changed: dict[int, str] = dict(await self._reader.fetch(_CHANGED_SQL, words))
        quiet = await silent(reader=self._reader, books=self._books, now=now)
        turned = {book for book in self._books if quiet.get(book) != self._silent.get(book)}
        doubtful = [
            one
            for one, judged in self._judged.items()
            if not judged
            or one.seat.person.user_id in changed
            or one.seat.person.session in ended
            or one.seat.scope.book_id in turned
        ]
        for n in range(0, len(doubtful), AT_ONCE):
            await self._judge(doubtful[n : n + AT_ONCE], now)
        # Both are older than the verdicts: a change in between shows at the next look.
        self._silent = quiet
        if changed:
            self._marks |= changed
            self._words = None

    async def _judge(self, some: Sequence[Watched], now: dt.datetime) -> None:
        seats = {one.seat for one in some}
        said = await verdicts(reader=self._reader, seats=seats, now=now)
        for one in some:
            why = said[one.seat]
            if why is not None:
                one.dismiss(why)
            elif one in self._judged:
                self._judged[one] = True

    def _asked(self) -> dict[str, str]:
        if self._words is None:
            users = {one.seat.person.user_id for one in self._judged}
            self._marks = {user: self._marks.get(user, "") for user in users}
            self._books = {one.seat.scope.book_id for one in self._judged}
            self._words = {
                "sessions": ",".join({one.seat.person.session for one in self._judged}),
                "users": ",".join(map(str, self._marks)),
                "marks": ",".join(self._marks.values()),
            }
        return self._words
