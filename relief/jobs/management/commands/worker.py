"""`manage.py worker`: runs the clock's tasks until it is told to stop."""

import asyncio
import logging
import time
from typing import Any

import psycopg
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)

PAUSE = 2.0  # seconds before a worker that lost its database tries again
Lost = (ConnectorException, OperationalError, psycopg.OperationalError, OSError)


class Command(BaseCommand):
    help = "Runs the worker: overdue reports and whatever else the clock has to do."
    # They read the code of every page, which the worker never shows.
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--once", action="store_true", help="do what is due now, then end (for tests)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            try:
                self._work(once=options["once"])
                return
            except Lost as problem:
                if options["once"]:
                    raise
                log.warning("the worker lost its database and tries again: %s", problem)
                close_old_connections()
                time.sleep(PAUSE)

    def _work(self, *, once: bool) -> None:
        # The queue's own connection is asynchronous; the tasks use Django's.
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as worker:
            asyncio.run(
                _run(
                    worker,
                    wait=not once,
                    # Long work is one at a time by its lock; the clock never waits behind it.
                    concurrency=3,
                    delete_jobs="successful",
                    name="clock",
                )
            )


async def _run(worker: Any, **options: Any) -> None:
    async with worker.open_async():
        await worker.run_worker_async(
            install_signal_handlers=True, shutdown_graceful_timeout=5, **options
        )
