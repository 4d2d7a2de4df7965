"""Small runs of `./run bench boards` and `./run chaos boards`, with processes of their own."""

import os

import pytest
from django.db import connection

from bench import boards, boards_place, chaos_boards
from relief.boards.scopes import View
from runlib.database import renamed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _their_database(monkeypatch):
    """The processes find the tests' database."""
    here = renamed(os.environ["DATABASE_URL"], to=connection.settings_dict["NAME"])
    monkeypatch.setenv("DATABASE_URL", here)
    yield
    # Connections of this process were ended too; the next test must not be given one of them.
    connection.close()
    connection.close_pool()


def test_every_change_of_a_burst_reaches_every_board_and_the_bare_loop_is_measured_beside_it():
    area, book = boards_place.county(), boards_place.new_book()
    with boards_place.seated(book=book, boards=[(View.COMMAND, area)] * 30) as seats:
        few = {"cookies": boards_place.cookies(seats), "events": 3, "bursts": 1, "burst": 20}
        ours = boards.measure(boards.Relief(book=book, area=area), **few)
        bare = boards.measure(boards.Bare(area=area), **few)
    assert (ours["sockets"], ours["events"], ours["burst"]) == (30, 3, 20)
    assert 0 < ours["p50_ms"] <= ours["p99_ms"] <= ours["last_ms"]
    aims = boards.beside(ours, bare)["aims"]
    assert aims["p99_ms"] == {
        "value": ours["p99_ms"],
        "limit": 150,
        "ratio": round(ours["p99_ms"] / 150, 3),
        "met": ours["p99_ms"] <= 150,
    }
    order = boards.limits.long_order(book=book, area=area)
    assert (order["order_lines"], order["aims"]["entries"]["value"]) == (500, 1)


def test_boards_lose_nothing_when_web_and_database_and_sockets_fail():
    said = chaos_boards.run(
        chaos_boards.Run(sockets=40, seconds=3, processes=1, per_second=40, kills=1, restart=False)
    )
    faults = ("lost", "duplicated", "out_of_order", "outside_scope", "altered")
    assert {fault: said[fault] for fault in faults} == dict.fromkeys(faults, 0)
    assert said["expected"] == said["delivered"] > 0
    assert said["refused"] == ["TypeError", "UnicodeEncodeError", "ValueError"]
    assert said["bells_ended"] >= 1 and said["boards"]["cut"] > 0
    assert said["boards"]["snapshots"] >= 1
