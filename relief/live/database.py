"""The hub's own connections to the database: asynchronous, beside Django's pool."""

import logging
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connections
from psycopg_pool import AsyncConnectionPool

log = logging.getLogger(__name__)

# Django's way of asking for cursors; the rest is libpq's and goes on unchanged.
_DJANGO_ONLY = {"context", "cursor_factory"}

Broken = (psycopg.OperationalError, psycopg.InterfaceError, OSError)


def parameters() -> dict[str, Any]:
    """How to reach the database of this process."""
    known = connections["default"].get_connection_params()
    return {name: value for name, value in known.items() if name not in _DJANGO_ONLY}


async def connect() -> psycopg.AsyncConnection:
    """A connection of one's own, for listening. It must not go through a transaction pooler."""
    return await psycopg.AsyncConnection.connect(**parameters(), autocommit=True)


class Reader:
    """A few connections that only read."""

    def __init__(self, *, size: int = 4) -> None:
        self._pool = AsyncConnectionPool(
            kwargs={**parameters(), "autocommit": True},
            min_size=1,
            max_size=size,
            timeout=5,
            open=False,
        )

    async def open(self) -> None:
        await self._pool.open(wait=False)

    async def close(self) -> None:
        await self._pool.close(timeout=1)

    async def fetch(self, sql: str, params: Mapping[str, Any]) -> list[tuple]:
        """All rows of one statement. A connection that died while idle is replaced once."""
        try:
            return await self._fetch(sql, params)
        except (psycopg.OperationalError, psycopg.InterfaceError) as problem:
            log.info("reading again after: %s", problem)
            await self._pool.check()
            return await self._fetch(sql, params)

    async def _fetch(self, sql: str, params: Mapping[str, Any]) -> list[tuple]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall()
