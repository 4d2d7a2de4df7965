"""`manage.py play_demo`: the demo people play a response while one watches the boards."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from relief.setup import play


class Command(BaseCommand):
    help = "Plays the demo response by itself (about three minutes)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--pace", type=float, default=1.0, help="2 = twice as fast, 0 = no waiting"
        )

    def handle(self, *args: Any, pace: float, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only a demo database plays by itself: set RELIEF_DEMO=1.")
        begun = time.monotonic()

        def say(what: str) -> None:
            self.stdout.write(f"[play {time.monotonic() - begun:5.0f} s] {what}")
            self.stdout.flush()

        with translation.override("zh-hans"):
            play.player(say=say, pace=pace).run()
