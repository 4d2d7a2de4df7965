"""`manage.py run_drill flood --speed 60`: a drill of a scenario, robots in every seat."""

import datetime as dt
import json
import time
import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from gis.models import Area
from relief.access.acts import PERMITS, Act
from relief.access.gate import Actor, actor_for
from relief.access.models import Duty
from relief.drills import control, engine, scenario
from relief.journal import clock
from relief.journal.models import Book, BookKind

TURN = 1.0  # seconds between two turns


class Command(BaseCommand):
    help = "Runs a whole drill of a scenario by itself, in a book of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scenario", help="name of a shipped scenario, or a file")
        parser.add_argument("--speed", type=int, default=60, choices=clock.RATES[1:])
        parser.add_argument("--seed", type=int)
        parser.add_argument(
            "--at-once", action="store_true", help="turn after turn, without waiting in between"
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
        began = timezone.now()
        today = timezone.localtime(began).replace(second=0, microsecond=0)
        with translation.override("zh-hans"):
            actor = self._organiser(Area.objects.get(code=read.area), now=began)
            drill = control.prepare(
                actor=actor,
                data=data,
                seed=given["seed"],
                begins_at=today.replace(hour=read.hour, minute=read.minute),
                request_key=uuid.uuid4(),
                now=began,
            )
            control.begin(actor=actor, drill_id=drill.pk, rate=given["speed"], real=began)
            real = began
            while True:
                if given["at_once"]:
                    real += dt.timedelta(seconds=TURN * 2)
                else:
                    time.sleep(TURN)
                    real = timezone.now()
                turn = engine.turn(drill_id=drill.pk, real=real)
                if turn is None:
                    break
                self._tell(turn, begins_at=drill.begins_at)
                if engine.is_over(drill=drill, now=turn.now):
                    control.end(actor=actor, drill_id=drill.pk, real=real)
        self.stdout.write(f"drill {drill.pk} in book {drill.book_id} has ended")

    def _tell(self, turn: engine.Turn, *, begins_at: dt.datetime) -> None:
        after = str(turn.now - begins_at).split(".")[0]
        for what, numbers in (("sent", turn.sent), ("done", turn.done)):
            for number in numbers:
                self.stdout.write(f"[{after}] inject {number} {what}")
        for act in turn.acts:
            self.stdout.write(f"[{after}] {act}")
        self.stdout.flush()

    def _organiser(self, area: Area, *, now: dt.datetime) -> Actor:
        """Somebody with the duty to run drills in that area."""
        book = Book.objects.get(kind=BookKind.REAL)
        roles = [role for role, acts in PERMITS.items() if Act.RUN_DRILL in acts]
        held = Duty.objects.filter(book=book, area=area, role__in=roles, valid_to=None)
        duty = held.select_related("user").order_by("id").first()
        if duty is None:
            raise CommandError(f"Nobody in {area} may run drills: give somebody the duty first.")
        return actor_for(user=duty.user, book_id=book.pk, now=now)
