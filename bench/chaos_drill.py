"""`./run chaos drill`: a drill whose web process and worker are killed again and again.

The flash flood of the demo county runs at ×60 with robots in every seat but one, with as many
injects as a file may have, two boards that follow, and a phone whose person sends a report every
second. At random moments, drawn from a seed, the worker, the web process or both are killed (-9)
and started again.
At the end every inject that was due must have been sent once and bear the time it was due, the
journal must have no gap, every report the phone got a receipt for must be there, boards must show
what a fresh snapshot shows, and the ledger must be in balance.

Prints one JSON line, with what was aimed for. `turn_s` is from the moment the new worker is up to
its first turn, `clock_off_s` how far drill time then was from what its stretches say.

    ./run chaos drill                       two minutes, six kills
    ./run chaos drill --seconds 40 --kills 2 --seed 5
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import json
import os
import random
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone, translation

from bench.boards_aims import Aim, aim, exactly
from bench.boards_web import HOST, Web
from bench.chaos_drill_phone import Phone
from gis.models import Area
from relief.drills import control, engine, people, scenario
from relief.drills.models import Drill, Inject, Trigger
from relief.incidents.models import Incident
from relief.journal import clock
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.setup import demo, following, unattended

ROOT = Path(__file__).resolve().parents[1]
SPEED = 60
PATIENCE = 60.0
LOOK = 0.02
FIRST = 1000  # number of the first inject that is added
WRONG = ("twice", "missed", "not_at_their_time", "gaps", "posts_lost", "unbalanced", "boards_wrong")


class NotBack(RuntimeError):
    """A worker that was started again took no turn in time."""


@dataclass(frozen=True, slots=True)
class Run:
    """How long, how often, and which moments."""

    seconds: float
    kills: int
    seed: int


class Worker:
    """A worker as `./run` starts it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "worker"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()


def run(chosen: Run, *, data: dict[str, Any], player: str) -> dict[str, Any]:
    """Do everything once; the figures of the line. `player` sits in the seat of that name."""
    now = timezone.now()
    actor, user = unattended.organiser(area=Area.objects.get(code=data["area"]), now=now)
    drill = control.prepare(
        actor=actor,
        data=dense(data, minutes=int(chosen.seconds + PATIENCE * (chosen.kills + 1))),
        begins_at=timezone.localtime(now).replace(hour=2, minute=30, second=0, microsecond=0),
        request_key=uuid.uuid4(),
        now=now,
    )
    seat = drill.seats.select_related("area").get(key=player)
    phone = Phone.of(drill=drill, area=seat.area)
    people.take_seat(actor=actor, seat_id=seat.pk, user_id=phone.user_id, now=now)
    with ExitStack() as afterwards:
        web, worker = Web(), Worker()
        afterwards.callback(web.end)
        afterwards.callback(worker.end)
        web.start()
        worker.start()
        web.until_up()
        address = f"http://{HOST}:{web.port}"
        boards = unattended.open_boards(
            drill=drill, user=user, web=address, now=now, afterwards=afterwards
        )
        control.begin(actor=actor, drill_id=drill.pk, rate=SPEED, real=timezone.now())
        phone.begin(port=web.port)
        killed = torment(chosen, drill=drill, web=web, worker=worker)
        worker.end()
        posts = phone.end()
        engine.turn(drill_id=drill.pk, real=timezone.now())
        control.end(actor=actor, drill_id=drill.pk, real=timezone.now())
        followed = [board.end(at=following.head(drill=drill)) for board in boards]
    verdict = judge(drill, posts=posts, followed=followed)
    return {
        "chaos": "drill",
        "seconds": chosen.seconds,
        "seed": chosen.seed,
        "kills": killed,
        "entries": Entry.objects.filter(book=drill.book_id).count(),
        "posts": len(posts.receipts),
        "posts_refused": len(posts.refused),
        "posts_tried_again": posts.tried_again,
        "boards": [[one.board, one.number, one.links] for one in followed],
        **verdict,
        "aims": aims(killed, verdict),
    }


def dense(data: dict[str, Any], *, minutes: int) -> dict[str, Any]:
    """The scenario with nearly as many injects as a file may have: few turns find nothing due."""
    seat = data["seats"][0]["key"]
    step = -(-minutes // (scenario.MOST_INJECTS - len(data["injects"])))
    more = [
        {
            "number": FIRST + n,
            "minutes": n,
            "from": "总控",
            "to": seat,
            "way": "message",
            "text": "-",
        }
        for n in range(1, minutes, step)
    ]
    return {**data, "injects": [*data["injects"], *more]}


def torment(chosen: Run, *, drill: Drill, web: Web, worker: Worker) -> list[dict[str, Any]]:
    """Kill and start again at the drawn moments; what each kill did."""
    lot = random.Random(chosen.seed)
    moments = sorted(lot.uniform(0.08, 0.95) for _ in range(chosen.kills))
    whom = [("worker", "web", "both")[n % 3] for n in range(chosen.kills)]
    lot.shuffle(whom)
    begun, killed = time.monotonic(), []
    for share, who in zip(moments, whom, strict=True):
        time.sleep(max(0.0, begun + share * chosen.seconds - time.monotonic()))
        said: dict[str, Any] = {"who": who, "at_s": round(time.monotonic() - begun, 1)}
        if who != "worker":
            web.kill()
        if who != "web":
            worker.kill()
        if who != "worker":
            web.start()
        if who != "web":
            said |= until_turn(drill, worker)
        if who != "worker":
            web.until_up()
        print(f"    {said}", file=sys.stderr, flush=True)
        killed.append(said)
    time.sleep(max(0.0, begun + chosen.seconds - time.monotonic()))
    return killed


def until_turn(drill: Drill, worker: Worker) -> dict[str, float]:
    """Start a worker and wait for its first turn."""
    before, workers = sent(drill), last_worker()
    worker.start()
    begun = time.monotonic()
    up = wait(lambda: last_worker() > workers, since=begun)
    turned = wait(lambda: sent(drill) > before, since=begun)
    real = timezone.now()
    started = Drill.objects.get(id=drill.pk).started_at
    assert started is not None, "it has begun"
    should_be = drill.begins_at + SPEED * (real - started)
    off = abs(clock.now_in(drill.book, real=real) - should_be)
    return {
        "up_s": round(up, 2),
        "turn_s": round(max(0.0, turned - up), 2),
        "clock_off_s": off / dt.timedelta(seconds=1),
    }


def sent(drill: Drill) -> int:
    return Inject.objects.filter(drill=drill, sent_at__isnull=False).count()


def last_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM procrastinate_workers")
        return cursor.fetchone()[0]


def wait(wish: Any, *, since: float) -> float:
    while not wish():
        if time.monotonic() - since > PATIENCE:
            raise NotBack(f"no turn within {PATIENCE} s")
        time.sleep(LOOK)
    return time.monotonic() - since


def judge(drill: Drill, *, posts: Any, followed: list[following.Followed]) -> dict[str, int]:
    """What must all be 0."""
    drill.refresh_from_db()
    entries = Entry.objects.filter(book=drill.book_id)
    told = [one.facts["number"] for one in entries.filter(kind="inject_sent")]
    timed = Inject.objects.filter(drill=drill, trigger=Trigger.TIME)
    ended = clock.now_in(drill.book, real=drill.ended_at or timezone.now())
    due = timed.filter(due_at__lt=ended - dt.timedelta(seconds=SPEED))
    numbers = set(entries.values_list("number", flat=True))
    return {
        "twice": len(told)
        - len(set(told))
        + max(0, Incident.objects.filter(book=drill.book_id).count() - 1),
        "missed": due.filter(sent_at=None).count(),
        "not_at_their_time": sum(
            one.sent_at != one.due_at for one in timed.filter(sent_at__isnull=False)
        ),
        "gaps": max(numbers, default=0) - len(numbers),
        "posts_lost": posts.lost(book_id=drill.book_id),
        "unbalanced": len(audit(book_id=drill.book_id)),
        "boards_wrong": sum(not one.whole for one in followed),
    }


def aims(killed: list[dict[str, Any]], verdict: dict[str, int]) -> dict[str, Aim]:
    found = {fault: exactly(verdict[fault], 0) for fault in WRONG}
    back = [one for one in killed if "turn_s" in one]
    if back:
        found["turn_s"] = aim(max(one["turn_s"] for one in back), 2.0)
        found["clock_off_s"] = aim(max(one["clock_off_s"] for one in back), 2.0)
    return found


def county() -> None:
    """The demo county in the benchmark's own database."""
    call_command("migrate", verbosity=0, interactive=False)
    if demo.is_complete():
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    call_command("migrate", verbosity=0, interactive=False)
    demo.seed(say=lambda _text: None, now=timezone.now())


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    data = json.loads((scenario.FOLDER / "flood.json").read_text("utf-8"))
    with translation.override("zh-hans"):
        county()
        line = run(Run(chosen.seconds, chosen.kills, chosen.seed), data=data, player="songjiang")
    print(json.dumps(line), flush=True)
    return 0 if all(one["met"] for one in line["aims"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
