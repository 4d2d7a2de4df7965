"""Admitting people many at a time: after a restart thousands come at once."""

import asyncio
import logging
from collections.abc import Sequence

from django.utils import timezone

from relief.live.database import Broken, Reader
from relief.live.people import Asked, Seat, admit

log = logging.getLogger(__name__)

AT_ONCE = 100  # decided together, before others get their turn

Waiting = tuple[Asked, asyncio.Future[Seat]]


class Door:
    """While some are decided, those who come wait and are decided together next."""

    def __init__(self, *, reader: Reader) -> None:
        self._reader = reader
        self._waiting: list[Waiting] = []
        self._deciding: asyncio.Task[None] | None = None

    async def admit(self, asked: Asked) -> Seat:
        """The person of that session and the board asked for, or a Refusal."""
        answer: asyncio.Future[Seat] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._deciding is None:
            self._deciding = asyncio.get_running_loop().create_task(self._decide_all())
        return await answer

    async def _decide_all(self) -> None:
        try:
            while self._waiting:
                # Whose socket went away meanwhile is not asked for.
                waiting = [one for one in self._waiting if not one[1].done()]
                some, self._waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
                if some:
                    await self._decide(some)
        finally:
            self._deciding = None

    async def _decide(self, some: list[Waiting]) -> None:
        try:
            found = await admit(
                reader=self._reader, asked=[asked for asked, _ in some], now=timezone.now()
            )
        except Broken as problem:
            _tell(some, [problem] * len(some))
        except Exception as problem:
            if len(some) == 1:
                _tell(some, [problem])
                return
            log.exception("%s people could not be admitted together", len(some))
            for one in some:
                await self._decide([one])
        else:
            _tell(some, found)


def _tell(some: Sequence[Waiting], answers: Sequence[Seat | Exception]) -> None:
    for (_, answer), said in zip(some, answers, strict=True):
        if answer.done():  # its socket went away
            continue
        if isinstance(said, Exception):
            answer.set_exception(said)
        else:
            answer.set_result(said)
