"""The boards' pages: who gets which, what they carry, and at what cost."""

import datetime as dt
import html
import json
import re

import pytest
from django.urls import reverse

from relief.boards import words
from relief.boards.links import pages
from tests.flow import scenes
from tests.world import sign_in_as

BOARDS = [
    ("chidi", "command", "Harbour County"),
    ("hana", "command", "Harbour County"),
    ("kim", "command", "Eastsea Prefecture"),
    ("asha", "township", "Southbank"),
    ("emeka", "township", "Northbank"),
    ("gu", "village", "Willow"),
    ("bela", "warehouse", "Harbour County"),
]


def address(world, view: str, place: str, name: str = "boards:board") -> str:
    return reverse(name, kwargs={"view": view, "code": world.area(place).code})


def carried(response, name: str) -> dict:
    text = re.search(rf'id="{name}">(.*?)</script>', response.content.decode(), re.S)
    return json.loads(text[1])


@pytest.fixture
def response_under_way(world):
    return scenes.approved(world)


@pytest.mark.parametrize(("name", "view", "place"), BOARDS)
def test_a_board_comes_with_its_rows_and_few_queries(
    world, response_under_way, client, django_assert_max_num_queries, name, view, place
):
    sign_in_as(world, name, client)
    # One read a table, and two for the savepoint that stands for the snapshot's transaction.
    with django_assert_max_num_queries(37):
        page = client.get(address(world, view, place))
    assert page.status_code == 200
    about, snapshot = carried(page, "board-about"), carried(page, "board-snapshot")
    assert about["view"] == view and about["code"] == world.area(place).code
    assert {row["t"] for row in snapshot["rows"]} > {"incident"}
    assert snapshot["number"] > 0 and about["offset"] == "UTC+08:00"
    fresh = client.get(address(world, view, place, "boards:snapshot"))
    assert fresh.json() == snapshot


@pytest.mark.parametrize(
    ("name", "view", "place"),
    [
        ("emeka", "township", "Southbank"),
        ("emeka", "command", "Northbank"),
        ("emeka", "township", "Harbour County"),
        ("dana", "village", "Willow"),
        ("jonas", "command", "Harbour County"),
        ("bela", "command", "Harbour County"),
        ("iris", "command", "Kestrel County"),
    ],
)
@pytest.mark.parametrize("what", ["boards:board", "boards:snapshot", "boards:past", "live:events"])
def test_no_other_board_is_found(world, client, name, view, place, what):
    sign_in_as(world, name, client)
    assert client.get(address(world, view, place, what)).status_code in (403, 404)


def test_the_drill_shows_nothing_of_the_real_operation(world, response_under_way, client):
    sign_in_as(world, "iris", client)
    page = client.get(address(world, "command", "Harbour County"))
    assert "incident" not in {row["t"] for row in carried(page, "board-snapshot")["rows"]}


@pytest.mark.parametrize(("what", "status"), [("boards:snapshot", 401), ("live:events", 401)])
def test_a_script_without_a_session_is_told_so(world, client, what, status):
    assert client.get(address(world, "command", "Harbour County", what)).status_code == status


def test_a_person_without_a_session_is_sent_to_sign_in(world, client):
    answer = client.get(address(world, "command", "Harbour County"))
    assert answer.status_code == 302 and answer.url.startswith(reverse("web:sign_in"))


def test_boards_leads_to_the_widest_board(world, client):
    sign_in_as(world, "bela", client)
    answer = client.get(reverse("boards:own"))
    assert answer.url == address(world, "warehouse", "Harbour County")


def test_a_name_that_looks_like_markup_stays_text(world, response_under_way, client):
    response_under_way.incident.name_en = "</script><b>flood"
    response_under_way.incident.save()
    sign_in_as(world, "chidi", client)
    page = client.get(address(world, "command", "Harbour County"))
    assert "</script><b>" not in page.content.decode()
    (incident,) = (r for r in carried(page, "board-snapshot")["rows"] if r["t"] == "incident")
    assert incident["v"]["name_en"] == "</script><b>flood"


def test_every_link_a_row_needs_is_there():
    assert {name: html.unescape(one).count("{") for name, one in pages().items()} == {
        "incident": 1,
        "report": 1,
        "affected": 1,
        "villages": 1,
        "shelter": 1,
        "trip": 1,
        "plan": 1,
        "check": 1,
        "line": 1,
        "alert_seen": 1,
        "rapid": 1,
        "report_new": 2,
        "need": 3,
        "receive": 2,
        "order": 1,
        "call": 1,
        "calls": 0,
        "differences": 0,
        "checks": 0,
        "desk": 0,
        "journal": 0,
    }


def test_every_kind_of_entry_has_its_sentence(world, response_under_way):
    from relief.journal.models import Entry

    told = set(Entry.objects.filter(book=world.real).values_list("kind", flat=True))
    assert told <= set(words.HAPPENED)


class TestEvents:
    """The fallback for those whose sockets are blocked."""

    def ask(self, client, world, since, epoch=None, name="asha"):
        sign_in_as(world, name, client)
        world.real.refresh_from_db()
        at = address(world, "command", "Harbour County", "live:events")
        return client.get(at, {"since": since, "epoch": epoch or world.real.epoch})

    def test_it_gives_the_frames_a_socket_would(self, world, response_under_way, client):
        seen, since = {}, 0
        while True:
            frame = self.ask(client, world, since).json()
            assert frame["t"] == "ev" and frame["from"] == since
            seen |= {(row["t"], row["i"]): row for row in frame["rows"]}
            if frame["to"] == since:
                break
            since = frame["to"]
        assert since == world.real.last_number
        fresh = client.get(address(world, "command", "Harbour County", "boards:snapshot")).json()
        known = {(row["t"], row["i"]): row for row in fresh["rows"]}
        told = {key: row for key, row in seen.items() if row["v"] is not None}
        assert told == {key: known[key] for key in told}

    def test_what_cannot_be_replayed_takes_a_fresh_snapshot(self, world, client):
        for since, epoch in [
            (1, None),
            (-1, None),
            ("x", None),
            (0, "3f0c1b1e-0d3a-4c57-9d3b-6f2f7f0f9a11"),
            (0, "nonsense"),
        ]:
            answer = self.ask(client, world, since, epoch)
            assert (answer.status_code, answer.json()) == (409, {"t": "resync"})


def test_times_are_those_of_the_county(world, client):
    sign_in_as(world, "chidi", client)
    about = carried(client.get(address(world, "command", "Harbour County")), "board-about")
    assert about["zone"] == "Asia/Shanghai"
    now = dt.datetime.fromisoformat(about["now"])
    assert abs(now - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
