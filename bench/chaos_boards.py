"""`./run chaos boards`: boards under faults, beside the journal afterwards.

Boards of every level follow one book while eight writers write, half of them without ringing the
doorbell. Meanwhile all web processes are killed with their keeper and started anew, later a web
process is killed alone, the connection that hears the doorbell is ended, the database is restarted
(only the one that `./run` made for itself; of another all connections are ended), every second a
fifth of the sockets is cut, twenty sockets never read, two entries are 200 KB long, three cannot be
encoded, and one board in a hundred comes back with the name of another log. At the end what every
board was told is held against the journal.

Prints one JSON line, with what was aimed for: value, limit, ratio, and whether it is met; how far
it is goes to standard error. Ends with code 1 if anything was lost, duplicated, out of order,
outside its board's scope or altered. `by_snapshot` are entries a board took in with a fresh
snapshot; they are not among `expected`. `level_s` is from a kill until every board has an entry
written after it; at the second kill no sockets are cut, so `replay_queries` are those of its
followers alone. Two processes cannot be told apart from outside; replay queries are counted for
one.

    ./run chaos boards                                   2,000 boards, 90 s
    ./run chaos boards --processes 2 --sockets 300 --seconds 20
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.core.management import call_command

from bench import boards_place as place
from bench.boards_aims import Aim, aim, at_least, exactly
from bench.boards_helper import Helper, allow_files
from bench.boards_web import Web
from bench.chaos_boards_faults import Faults
from bench.chaos_boards_judge import FAULTS, journal, judge
from gis.models import Area, Level
from relief.boards.scopes import View

DEAF = 20
WRITER_PROCESSES, THREADS = 2, 4
CUT = 0.2  # share of the sockets a second
STRAY = 0.01  # share of the boards


@dataclass(frozen=True, slots=True)
class Run:
    """How large and how long a run is."""

    sockets: int
    seconds: float
    processes: int
    per_second: float  # transactions of all writers together
    kills: int = 2
    restart: bool = True  # else the database only ends every connection to it


def run(chosen: Run) -> dict[str, Any]:
    """Do everything once; the figures of the line."""
    county = place.county(townships=3, villages=2)
    areas = list(Area.objects.within(county.parent.path).order_by("path"))
    book, other = place.new_book(), place.new_book()
    boards = boards_of(areas, county=county, count=chosen.sockets)
    boards += [(View.COMMAND, county)] * DEAF
    with ExitStack() as afterwards:
        seats = afterwards.enter_context(place.seated(book=book, boards=boards))
        followers, deaf = seats[: chosen.sockets], seats[chosen.sockets :]
        web = Web(processes=chosen.processes)
        afterwards.callback(web.end)
        web.start()
        crowd = Helper("bench.chaos_boards_client")
        afterwards.callback(crowd.end)
        writers = [Helper("bench.chaos_boards_writers") for _ in range(WRITER_PROCESSES)]
        for writer in writers:
            afterwards.callback(writer.end)
        web.until_up()
        faults = Faults(web=web, crowd=crowd, book=book, area=county, deaf=deaf)
        afterwards.callback(faults.hear_again)
        crowd.ask(
            "begin",
            port=web.port,
            boards=[seat.board for seat in followers],
            cookies=place.cookies(followers),
            epoch=str(book.epoch),
            cursor=0,
        )
        faults.until_joined(chosen.sockets)
        say(f"{chosen.sockets} boards have joined")
        faults.deafen()
        faults.cut(CUT)
        for n, writer in enumerate(writers):
            writer.ask(
                "begin",
                books=[book.pk, other.pk],
                paths=[area.path for area in areas],
                threads=THREADS,
                per_second=chosen.per_second / WRITER_PROCESSES,
                silent=n % 2 == 1,
                first=n * THREADS,
            )
        done = play(chosen, faults, strays=max(1, round(STRAY * chosen.sockets)))
        written = [writer.ask("end") for writer in writers]
        last = faults.last_event()
        done["level_at_end_s"] = round(faults.level(last), 2)
        told = crowd.ask("end")
    say("comparing with the journal")
    entries = journal(book=book.pk, after=0)
    verdict = judge(seats=followers, followers=told["followers"], entries=entries)
    return {
        "chaos": "boards",
        "sockets": chosen.sockets,
        "seconds": chosen.seconds,
        "processes": chosen.processes,
        "entries": len(entries),
        "transactions": sum(one["committed"] for one in written),
        "transactions_cut_off": sum(one["cut off"] for one in written),
        **done,
        "boards": told["counts"],
        **verdict,
        "aims": aims(done, verdict),
    }


def aims(done: dict[str, Any], verdict: Mapping[str, int]) -> dict[str, Aim]:
    found = {fault: exactly(verdict[fault], 0) for fault in FAULTS}
    found["expected"] = at_least(verdict["expected"], 1_000_000)
    found["level_s with the keeper"] = aim(done["killed amid cuts"]["level_s"], 5.0)
    if alone := done.get("killed"):
        found["level_s"] = aim(alone["level_s"], 5.0)
        if "replay_queries" in alone:
            found["replay_queries"] = aim(alone["replay_queries"], 100)
    return found


def boards_of(areas: list[Area], *, county: Area, count: int) -> list[tuple[View, Area]]:
    """Boards of every level, in turn: a third are the county's, as in a command hall."""
    mine = [area for area in areas if area.path.startswith(county.path)]
    townships = [area for area in mine if area.level == Level.TOWNSHIP]
    villages = [area for area in mine if area.level == Level.VILLAGE]
    turn = [(View.COMMAND, county)] * 5
    turn += [(View.TOWNSHIP, area) for area in townships]
    turn += [(View.VILLAGE, area) for area in villages]
    turn += [(View.WAREHOUSE, county)]
    return [turn[n % len(turn)] for n in range(count)]


def play(chosen: Run, faults: Faults, *, strays: int) -> dict[str, Any]:
    """All faults in their order, spread over the run; what each says of itself."""
    done: dict[str, Any] = {"bells_ended": 0}

    def end_bell() -> None:
        done["bells_ended"] += faults.end_bell()

    def kill_amid_cuts() -> None:
        done["killed amid cuts"] = faults.kill_web(keeper=True)

    def kill_alone() -> None:
        faults.cut(0.0)
        faults.until_joined(chosen.sockets)
        done["killed"] = faults.kill_web(keeper=False)
        faults.cut(CUT)

    def restart_database() -> None:
        done["database"] = faults.restart_database(really=chosen.restart)

    def stray() -> None:
        faults.crowd.ask("stray", count=strays)

    def impossible() -> None:
        done["refused"] = faults.impossible_events()

    order = (
        (0.10, end_bell),
        (0.18, faults.big_event),
        (0.22, impossible),
        (0.28, kill_amid_cuts),
        (0.45, end_bell),
        (0.50, restart_database),
        (0.60, stray),
        (0.68, kill_alone),
        (0.85, end_bell),
        (0.90, faults.big_event),
    )
    begun = time.monotonic()
    for share, act in order:
        if act is kill_alone and chosen.kills < 2:
            continue
        time.sleep(max(0.0, begun + share * chosen.seconds - time.monotonic()))
        say(f"{time.monotonic() - begun:5.1f} s  {act.__name__.replace('_', ' ')}")
        act()
    time.sleep(max(0.0, begun + chosen.seconds - time.monotonic()))
    faults.cut(0.0)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sockets", type=int, default=2000, help="boards that follow")
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1)
    parser.add_argument("--rate", type=float, default=20.0, help="transactions a second")
    chosen = parser.parse_args()
    call_command("migrate", verbosity=0, interactive=False)
    if too_few := allow_files(chosen.sockets + DEAF):
        parser.error(too_few)
    line = run(Run(chosen.sockets, chosen.seconds, chosen.processes, chosen.rate))
    print(json.dumps(line), flush=True)
    return 1 if any(line[fault] for fault in FAULTS) else 0


def say(what: str) -> None:
    print(f"    {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
