"""Answers that never change: made once for all who ask, and kept for who asks next."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class Kept(Generic[Key, Answer]):
    """The newest answers, up to `most` by the measure `size`. One that failed is made again."""

    def __init__(self, *, most: int, size: Callable[[Answer], int]) -> None:
        self._most, self._size = most, size
        self._made: OrderedDict[Key, asyncio.Task[Answer]] = OrderedDict()
        self._total = 0

    async def get(self, key: Key, make: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        """The answer; those who ask while it is made wait for the same."""
        making = self._made.get(key)
        if making is None:
            making = self._made[key] = asyncio.get_running_loop().create_task(make())
            making.add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(making)

    def clear(self) -> None:
        self._made.clear()
        self._total = 0

    def _keep(self, key: Key, done: asyncio.Task[Answer]) -> None:
        if self._made.get(key) is not done:
            return
        if done.cancelled() or done.exception() is not None:
            del self._made[key]
            return
        self._total += self._size(done.result())
        while self._total > self._most:
            oldest, answer = next(iter(self._made.items()))
            if not answer.done():
                break
            del self._made[oldest]
            self._total -= self._size(answer.result())
