"""`manage.py run_drill flood --speed 60`: a drill of a scenario, robots in every seat."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from relief.drills import scenario
from relief.journal import clock
from relief.setup import unattended

AT_ONCE = dt.timedelta(seconds=2)  # real time from turn to turn when nobody waits for it


class Command(BaseCommand):
    help = "Runs a whole drill of a scenario by itself, in a book of its own, and checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scenario", help="name of a shipped scenario, or a file")
        parser.add_argument("--speed", type=int, default=60, choices=clock.RATES[1:])
        parser.add_argument("--seed", type=int)
        parser.add_argument(
            "--at-once", action="store_true", help="turn after turn, without waiting in between"
        )
        parser.add_argument(
            "--web", help="address of a web process of this database; boards follow the drill there"
        )
        parser.add_argument(
            "--folder", type=Path, default=settings.FILES, help="where the archive is written"
        )

    def handle(self, *args: Any, **given: Any) -> None:
        path = Path(given["scenario"])
        if not path.is_file():
            path = scenario.FOLDER / f"{given['scenario']}.json"
        try:
            data = json.loads(path.read_text("utf-8"))
            read = scenario.read(data, file=path.name)
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        with translation.override("zh-hans"):
            try:
                outcome = unattended.run(
                    scenario=read,
                    data=data,
                    speed=given["speed"],
                    seed=given["seed"],
                    at_once=AT_ONCE if given["at_once"] else None,
                    web=given["web"],
                    folder=given["folder"],
                    say=self._say,
                )
            except unattended.NobodyRunsDrills as problem:
                raise CommandError(str(problem)) from problem
        drill = outcome.drill
        self._say(f"\nDrill {drill.pk} in book {drill.book_id}: {outcome.turns} turns\n")
        for check in outcome.checks:
            self._say(f"  {'ok  ' if check.good else 'BAD '} {check.what}: {check.found}")
        if not outcome.good:
            raise CommandError("The drill did not go as it must.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
