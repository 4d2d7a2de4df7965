"""A board as it was: which moment an address means, what it shows, and how one goes on from it."""

import datetime as dt
import json

import pytest
from django.db import transaction
from django.urls import reverse

from relief.boards import past
from relief.boards.scopes import Scope, View
from relief.jobs import tasks
from relief.journal import checkpoints, log
from relief.journal.models import Audience, Checkpoint
from relief.journal.rows import Row, audience
from tests.boards.test_pages import address, carried
from tests.flow import scenes
from tests.world import NOW, ZONE, flood, sign_in_as

COMMAND, TOWNSHIP = Audience.COMMAND, Audience.TOWNSHIP
LATER = NOW + dt.timedelta(minutes=30)


def scope(world, view: View = View.COMMAND, place: str = "Harbour County") -> Scope:
    return Scope(world.real.id, view, world.area(place).path)


def note(world, id: int, place: str, *views: Audience, **values) -> Row:
    return Row("note", id, world.area(place).path, audience(*views), values or None)


def tell(world, kind: str, *rows: Row, after: dt.timedelta) -> int:
    with transaction.atomic():
        return log.record(book=world.real, kind=kind, rows=rows, actor=None, now=NOW + after)


def minutes(n: float) -> dt.timedelta:
    return dt.timedelta(minutes=n)


@pytest.fixture
def told(world):
    """Three lines after 04:00; the first is written as two entries."""
    past.take_checkpoint(book_id=world.real.id, now=NOW)
    north = note(world, 1, "Northbank", COMMAND, TOWNSHIP, people=5)
    south = note(world, 2, "Southbank", COMMAND, TOWNSHIP, people=7)
    tell(world, "report_filed", north, south, after=minutes(5))
    tell(world, "plan_drafted", note(world, 3, "Harbour County", COMMAND, n=1), after=minutes(6.5))
    gone, more = (
        note(world, 1, "Northbank", COMMAND, TOWNSHIP),
        note(world, 4, "Northbank", TOWNSHIP, people=6),
    )
    tell(world, "report_verified", gone, more, after=minutes(10))
    return world


def shown(one: past.Past) -> dict[int, dict]:
    rows = map(json.loads, one.snapshot.rows)
    return {row["i"]: row["v"] for row in rows if row["t"] == "note"}


def look(world, asked: str, *more) -> past.Past | None:
    return past.look(scope=scope(world, *more), asked=asked, now=LATER)


MOMENTS = [
    ("0", 0, "04:00:00"),
    ("2", 2, "04:05:00"),
    (" 5 ", 5, "04:10:00"),
    ("2026-07-15T04:06", 2, "04:06:00"),
    ("2026-07-15T04:06:29", 2, "04:06:29"),
    ("2026-07-15T04:06:30", 3, "04:06:30"),
    ("2026-07-14T20:06:30Z", 3, "04:06:30"),
    ("2026-07-15T04:06:30+08:00", 3, "04:06:30"),
    ("2026-07-15T04:06:30 08:00", 3, "04:06:30"),
    ("2026-07-15 04:07", 3, "04:07:00"),
    ("2026-07-15T04:00:30", 0, "04:00:30"),
    ("2026-07-15T04:30", 5, "04:30:00"),
]


def test_a_number_or_a_time_names_the_last_entry_at_or_before_it(told):
    found = [(asked, look(told, asked).moment) for asked, *_ in MOMENTS]
    assert MOMENTS == [
        (asked, moment.number, moment.at.astimezone(ZONE).strftime("%H:%M:%S"))
        for asked, moment in found
    ]


def test_what_is_still_to_come_is_the_present(told):
    for asked in ("6", "9" * 19, "2026-07-15T04:30:01", "2027-01-01"):
        assert look(told, asked) is None, asked


def test_nonsense_is_told_what_was_expected(told):
    for asked in ("", "yesterday", "-1", "2026-13-01", "9" * 30, "0001-01-01T00:00+23:00"):
        with pytest.raises(past.NoSuchMoment, match="entry number or a time such as 2026-07-15T14"):
            look(told, asked)


def test_before_the_record_there_is_nothing_to_show(told, world):
    with pytest.raises(past.NoSuchMoment, match="begins with entry 0 of 2026-07-15 04:00:00"):
        look(told, "2026-07-15T03:59:59")
    Checkpoint.objects.all().delete()
    with pytest.raises(past.NoSuchMoment, match="Nothing of the past"):
        look(told, "2")


def test_each_board_sees_its_own_rows_of_that_moment_and_no_more(told):
    assert shown(look(told, "0")) == {}
    assert shown(look(told, "2")) == {1: {"people": 5}, 2: {"people": 7}}
    assert shown(look(told, "3")) == {1: {"people": 5}, 2: {"people": 7}, 3: {"n": 1}}
    assert shown(look(told, "5")) == {2: {"people": 7}, 3: {"n": 1}}
    north = (View.TOWNSHIP, "Northbank")
    assert shown(look(told, "3", *north)) == {1: {"people": 5}}
    assert shown(look(told, "5", *north)) == {4: {"people": 6}}
    assert shown(look(told, "5", View.VILLAGE, "Willow")) == {}


def test_any_checkpoint_gives_the_same_board_as_an_older_one(told):
    before = {view: past.take(scope=scope(told, view), number=5) for view in View}
    assert past.take_checkpoint(book_id=told.real.id, now=LATER) == 5
    newest = Checkpoint.objects.get(number=5)
    assert newest.as_of == NOW + minutes(10)
    # Made-up rows are in no table, so the newer one does not know them.
    made_up = {text for text in before[View.COMMAND].rows if '"t":"note"' in text}
    after = past.take(scope=scope(told), number=5)
    assert set(before[View.COMMAND].rows) - set(after.rows) == made_up
    assert after.lines == before[View.COMMAND].lines


def test_a_second_checkpoint_at_a_number_takes_the_place_of_the_first(told):
    number = past.take_checkpoint(book_id=told.real.id, now=NOW)
    (first,) = Checkpoint.objects.filter(number=number)
    past.take_checkpoint(book_id=told.real.id, now=NOW)
    (second,) = Checkpoint.objects.filter(number=number)
    assert first.pk != second.pk and second.parts.exists()


def test_one_steps_from_line_to_line_however_many_entries_they_have(told):
    def beside(asked, *more):
        return tuple(look(told, asked, *more).beside)

    assert beside("0") == (None, 2)
    assert beside("1") == (None, 2)
    assert beside("2") == (None, 3)
    assert beside("3") == (2, 4)
    assert beside("5") == (3, None)
    north = (View.TOWNSHIP, "Northbank")
    assert beside("2", *north) == (None, 5)
    assert beside("5", *north) == (1, None)
    assert beside("5", View.VILLAGE, "Willow") == (None, None)


def test_the_reel_has_a_mark_for_each_line_and_is_thinned_when_there_are_many(told, monkeypatch):
    def reel(*more, incident=None):
        return json.loads(past.reel(scope=scope(told, *more), incident_id=incident))

    at = "2026-07-14T20:05:00Z"
    assert reel()["lines"] == 3
    assert reel()["ticks"][0] == [2, "report_filed", told.area("Southbank").path, at]
    assert [tick[0] for tick in reel(View.TOWNSHIP, "Northbank")["ticks"]] == [1, 5]
    for n in range(17):
        tell(told, "plan_drafted", note(told, 3, "Harbour County", COMMAND, n=n), after=minutes(n))
    monkeypatch.setattr(past, "TICKS", 4)
    thinned = reel()
    assert thinned["lines"] == 20 and [tick[0] for tick in thinned["ticks"]] == [7, 12, 17, 22]


def test_the_reel_of_an_incident_begins_with_its_opening(told):
    incident = flood(told, now=NOW + minutes(20))
    reel = json.loads(past.reel(scope=scope(told), incident_id=incident.id))
    assert (reel["first"], reel["ticks"][0][1]) == (5, "incident_opened")


def test_the_worker_takes_a_checkpoint_of_each_book_that_has_none_or_an_old_one(told, monkeypatch):
    drill = told.drill.id
    assert checkpoints.due() == [drill]
    tasks.take_checkpoints(timestamp=0)
    assert Checkpoint.objects.filter(book=drill, number=0).exists()
    assert checkpoints.due() == [] and checkpoints.due(every=6) == []
    assert checkpoints.due(every=5) == [told.real.id]


class TestPages:
    """The addresses: `?at=` of a board and of its snapshot, and the reel."""

    def test_a_board_of_the_past_comes_with_the_present_behind_it(self, world, client):
        scenes.approved(world)
        past.take_checkpoint(book_id=world.real.id, now=NOW)
        number = Checkpoint.objects.get().number
        sign_in_as(world, "chidi", client)
        at = f"{address(world, 'command', 'Harbour County')}?at={number}"
        page = client.get(at)
        earlier, present = carried(page, "board-past"), carried(page, "board-snapshot")
        assert page.status_code == 200 and earlier["past"]["number"] == number
        assert {key: earlier[key] for key in present} == present
        snapshot = client.get(at.replace("?", "snapshot?"))
        assert snapshot.json() == earlier

    def test_a_moment_that_cannot_be_shown_gives_the_present_and_a_sentence(self, told, client):
        sign_in_as(told, "chidi", client)
        board = address(told, "command", "Harbour County")
        page = client.get(f"{board}?at=yesterday", headers={"accept-language": "en"})
        assert page.status_code == 400
        assert "Expected an entry number or a time" in page.content.decode()
        assert carried(page, "board-snapshot")["number"] == 5
        assert 'id="board-past"' not in page.content.decode()
        answer = client.get(f"{board}snapshot?at=yesterday", headers={"accept-language": "en"})
        assert answer.status_code == 400 and "got “yesterday”" in answer.json()["says"]
        assert "past" not in client.get(f"{board}snapshot?at=999").json()

    def test_the_reel_is_asked_for_by_scripts(self, told, client):
        at = address(told, "township", "Northbank", "boards:past")
        assert client.get(at).status_code == 401
        sign_in_as(told, "emeka", client)
        for words in ("", "?incident=", "?incident=x", "?incident=999"):
            assert len(client.get(at + words).json()["ticks"]) == 2
        foreign = reverse(
            "boards:past", kwargs={"view": "command", "code": told.area("Harbour County").code}
        )
        assert client.get(foreign).status_code == 404
