"""`./run bench boards`: how fast a change reaches every open board, beside a bare broadcast loop.

For each number of sockets a web process is started as `./run serve` starts it, and as many boards
are opened by as many signed-in people. Then single changes are journalled, and bursts of them from
several writers, each in a transaction of its own. The same frames then go through a loop that only
sends, to the same client. Milliseconds run from the moment before COMMIT until the client has the
frame; for the bare loop from the moment before it is told. Client, servers and database share the
processors of this machine. At last come long changes without and with sockets that never read, a
page in a real browser among 49 other boards, how many transactions one book takes, and how long an
order of 500 lines.

Prints JSON lines: per number of sockets one for each server, then what was aimed for: value,
limit, their ratio, and whether it is met. `p50_ms` and `p99_ms` are over all deliveries of single
changes, `last_ms` is the last client of the slowest change. How far it is goes to standard error.

    ./run bench boards                                   500, 2,000, 5,000 and 10,000 sockets
    ./run bench boards --sockets 2000 --events 100 --bursts 10
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import numpy as np
from django.core.management import call_command

from bench import boards_limits as limits
from bench import boards_pixel as pixel
from bench import boards_place as place
from bench.boards_aims import aim, at_least
from bench.boards_helper import allow_files
from bench.boards_servers import Bare, Relief, Watch
from relief.boards.scopes import View

BURST = 100
MOST_BESIDE_DEAF = 500


def measure(
    server: Relief | Bare, *, cookies: list[str], events: int, bursts: int, burst: int = BURST
) -> dict[str, Any]:
    """Open the boards, tell the changes; the figures of one line."""
    singles = range(events)
    bunches = [range(n, n + burst) for n in range(events, events + bursts * burst, burst)]
    with Watch(server, cookies=cookies) as watch:
        used = watch.tell_singly(singles)
        used_in_bursts = sum(watch.tell(rows) for rows in bunches)
        times = watch.look()
    delays = times.delays_ms(singles)
    line = {
        "bench": "boards",
        "server": server.name,
        "sockets": len(cookies),
        "events": events,
        "open_s": round(watch.opened["seconds"], 2),
        "compressed": watch.opened["compressed"],
        "p50_ms": round(float(np.quantile(delays, 0.5)), 1),
        "p99_ms": round(float(np.quantile(delays, 0.99)), 1),
        "last_ms": round(times.last_ms(singles), 1),
        "cpu_us_per_delivery": round(1e6 * used / delays.size, 2),
        "bytes_per_socket": round(watch.bytes_per_socket),
    }
    if bunches:
        sent = burst * len(cookies)
        rates = sorted(sent / times.seconds(rows) for rows in bunches)
        line |= {
            "bursts": bursts,
            "burst": burst,
            "burst_per_s": round(rates[len(rates) // 2]),
            "burst_per_s_best": round(rates[-1]),
            "burst_cpu_us_per_delivery": round(1e6 * used_in_bursts / (sent * bursts), 2),
        }
    return line


def beside(ours: dict[str, Any], bare: dict[str, Any]) -> dict[str, Any]:
    """What was aimed for at that number of sockets, and what came of it."""
    sockets = ours["sockets"]
    aims = {"bytes per socket": aim(ours["bytes_per_socket"], 40_000)}
    if sockets <= 2000:
        aims["p99_ms"] = aim(ours["p99_ms"], 150)
    else:
        aims["p99 over bare loop"] = aim(ours["p99_ms"] / bare["p99_ms"], 1.0)
    if sockets >= 2000:
        aims["last client over bare loop"] = aim(ours["last_ms"] / bare["last_ms"], 1.5)
    # Fewer sockets than that take a burst faster than the writers can commit it.
    if "burst_per_s" in ours and sockets >= 2000:
        rate = ours["burst_per_s"]
        aims["burst_per_s"] = at_least(rate, 200_000)
        aims["burst over bare loop"] = at_least(rate / bare["burst_per_s"], 3.0)
    return {"bench": "boards", "sockets": sockets, "aims": aims}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sockets", default="500,2000,5000,10000", help="numbers of open boards")
    parser.add_argument("--events", type=int, default=30, help="single changes")
    parser.add_argument("--bursts", type=int, default=3, help=f"bursts of {BURST} changes")
    parser.add_argument("--seconds", type=float, default=20.0, help="of changes in a browser")
    chosen = parser.parse_args()
    sizes = [int(word) for word in chosen.sockets.split(",")]
    call_command("migrate", verbosity=0, interactive=False)
    if too_few := allow_files(max(sizes)):
        parser.error(too_few)
    area, book = place.county(), place.new_book()
    say(f"signing in {max(sizes)} people")
    with place.seated(book=book, boards=[(View.COMMAND, area)] * max(sizes)) as seats:
        cookies = place.cookies(seats)
        for size in sizes:
            few = {"cookies": cookies[:size], "events": chosen.events, "bursts": chosen.bursts}
            say(f"{size} boards")
            ours = measure(Relief(book=book, area=area, rested=True), **few)
            tell(ours)
            say(f"{size} sockets of the bare loop")
            bare = measure(Bare(area=area), **few)
            tell(bare)
            tell(beside(ours, bare))
        say("sockets that never read")
        some = cookies[:MOST_BESIDE_DEAF]
        relief = Relief(book=book, area=area, rested=True)
        tell(limits.beside_deaf(relief, cookies=some, events=chosen.events))
        say("a page in a browser")
        relief = Relief(book=book, area=area, rested=True)
        tell(pixel.in_browser(relief, cookies=cookies[: pixel.VIEWERS], seconds=chosen.seconds))
    say("one book")
    tell(limits.commits(book=book, area=area))
    tell(limits.long_order(book=book, area=area))


def say(what: str) -> None:
    print(f"    {what}", file=sys.stderr, flush=True)


def tell(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
