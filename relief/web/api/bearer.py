"""Who hands items in, and what is known of what they hand in."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate
from relief.access.models import User
from relief.drills import outages
from relief.field import rules
from relief.field.models import Channel, Item
from relief.field.steps import Sent
from relief.journal import clock
from relief.journal.models import ClockSegment
from relief.journal.repeated import repeated
from relief.web.api import receipts, schemas
from relief.web.api.wrong import OtherUser


class Bearer:
    """Who hands items in at a real moment: the person of an enrolled phone, or of the desk.

    Keeps what it looked up, since a batch asks the same for each of its items.
    """

    def __init__(
        self, *, user: User, real: dt.datetime, device_id: uuid.UUID | None, channel: str = ""
    ) -> None:
        self.user, self.real, self.device_id, self.channel = user, real, device_id, channel
        self._clocks: dict[int, list[ClockSegment]] = {}
        self._actors: dict[tuple[int, int], gate.Actor] = {}
        self._reached: set[int] = set()
        self._areas: dict[str, Area] = {}
        self._known: dict[uuid.UUID, Item] = {}
        self._texts: dict[tuple[int, str], Item] = {}

    def expect(self, raws: Sequence[Any]) -> None:
        """Look up together what is known of these items, and the places they name."""
        ids, codes = set(), set()
        for raw in raws:
            said = raw if isinstance(raw, dict) else {}
            with contextlib.suppress(ValueError):
                ids.add(uuid.UUID(str(said.get("id"))))
            body = said.get("body")
            if isinstance(body, dict):
                codes |= {str(body.get(key))[:12] for key in ("area", "village")}
        # Mostly there are none, which is a much cheaper question.
        found = _stored(ids=list(ids), codes=[rules.code_of(one) for one in ids])
        for item in receipts.stored(item_ids=found).values() if found else ():
            self._known[item.id] = item
            if item.channel == Channel.SMS:
                self._texts[item.book_id, item.code] = item
        unseen = codes - self._areas.keys()
        if unseen:
            self._areas |= {area.code: area for area in _places(codes=sorted(unseen))}

    def now_in(self, book_id: int) -> dt.datetime:
        """The moment of handing in, by the clock of that book."""
        segments = self._segments(book_id)
        return clock.sim_at(segments, self.real) if segments else self.real

    def taken_down(
        self, moment: dt.datetime, *, offset_seconds: float, book_id: int
    ) -> dt.datetime:
        """The time of that book at the moment a phone's clock showed `moment`.

        A phone knows real time alone, and how far it is off. In the real book its word stands and
        is doubted elsewhere; in a drill seconds would become minutes, so it is put right here.
        """
        segments = self._segments(book_id)
        if not segments:
            return moment
        return clock.sim_at(segments, min(moment + dt.timedelta(seconds=offset_seconds), self.real))

    def _segments(self, book_id: int) -> list[ClockSegment]:
        if book_id not in self._clocks:
            self._clocks[book_id] = clock.segments_of(book_id)
        return self._clocks[book_id]

    def known(self, item_id: uuid.UUID) -> Item | None:
        return self._known.get(item_id)

    def text_of(self, sent: Sent, *, book_id: int) -> Item | None:
        """The text message of the same code, before its item came."""
        return self._texts.get((book_id, sent.code))

    def area(self, code: str) -> Area:
        """The area of that code, or NotFound."""
        if code not in self._areas:
            raise gate.NotFound
        return self._areas[code]

    def actor(self, *, user: User, book_id: int) -> gate.Actor:
        """That person in that book. Raises NotFound for who holds no duty there."""
        key = (user.pk, book_id)
        if key not in self._actors:
            self._actors[key] = gate.actor_for(user=user, book_id=book_id, now=self.now_in(book_id))
        if not self._actors[key].duties:
            raise gate.NotFound
        return self._actors[key]

    def drills(self, *, items: Iterable[Item]) -> set[int]:
        """Books of drills that these items lie in, or in which duties were asked for and held."""
        held = {book for (_user, book), actor in self._actors.items() if actor.duties}
        return {book for book in held | {one.book_id for one in items} if self._segments(book)}

    def check_line(self, *, book_id: int) -> None:
        """Raise CutOff while a drill has silenced the places of the phone's person there."""
        if self.device_id is None or book_id in self._reached:
            return
        outages.check_line(user=self.user, book_id=book_id, real=self.real)
        self._reached.add(book_id)

    def author(self, item: schemas.Item) -> User:
        """The item's author, who must be the bearer unless it was carried. Raises OtherUser."""
        if item.author == self.user.pk:
            return self.user
        author = User.objects.filter(id=item.author, is_active=True).first()
        if author is None or self.channel_of(item) == Channel.DATA:
            raise OtherUser(_("What another person saved is sent from that person's phone only."))
        # Who carries it must at least have a duty in that book; see `check_sees`.
        self.actor(user=self.user, book_id=item.book)
        return author

    def check_sees(self, place: Area, *, author: User, book_id: int) -> None:
        """Who hands in what another saved has a duty at that place. Raises NotFound."""
        if author.pk == self.user.pk:
            return
        if not self.actor(user=self.user, book_id=book_id).sees(path=place.path):
            raise gate.NotFound

    def channel_of(self, item: schemas.Item) -> str:
        return self.channel or item.channel


@repeated
def _stored(ids: list[uuid.UUID], codes: list[str]) -> QuerySet[Item, uuid.UUID]:
    same = Q(id__among=ids) | Q(code__among=codes, channel=Channel.SMS)
    return Item.objects.filter(same).values_list("id", flat=True)


@repeated
def _places(codes: list[str]) -> QuerySet[Area]:
    return Area.objects.filter(code__among=codes).defer("boundary", "centre")
