"""`manage.py seed_demo`: fill an empty database with the demo county."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from relief.setup import demo


class Command(BaseCommand):
    help = "Fills an empty database with the demo county (synthetic data)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo people belong in demo databases only: set RELIEF_DEMO=1.")
        if demo.is_complete():
            self.stdout.write("The demo county is there already; nothing was changed.")
            return
        if not demo.is_empty():
            raise CommandError("An earlier filling broke off; start over: ./run demo --reset")
        begun = time.monotonic()

        def say(what: str) -> None:
            self.stdout.write(f"  {time.monotonic() - begun:5.1f} s  {what}")
            self.stdout.flush()

        with translation.override("zh-hans"):
            demo.seed(say=say, now=timezone.now())
