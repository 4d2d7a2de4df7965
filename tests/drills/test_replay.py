"""The replay of a drill: boards of any moment, from the event on, and its bookmarks."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from relief.access.gate import NotFound, NotYourDuty
from relief.boards import past, snapshot
from relief.boards.scopes import Scope, View
from relief.drills import bookmarks, control
from relief.drills.models import Bookmark
from tests import world as named

pytestmark = pytest.mark.django_db


def scope(hall, view=View.COMMAND) -> Scope:
    return Scope(book_id=hall.drill.book_id, view=view, path=hall.world.county.path)


def begun(hall):
    """Ten minutes of the drill: the first inject was sent, and the duty officer's robot acted."""
    hall.begin()
    hall.turn()
    hall.turn(seconds=10)
    return hall


@pytest.mark.parametrize("view", [View.COMMAND, View.WAREHOUSE])
def test_boards_of_a_drill_are_known_from_its_first_entry_on(hall, view):
    begun(hall)
    now = snapshot.take(scope=scope(hall, view))
    assert past.take(scope=scope(hall, view), number=now.number).rows == now.rows
    before = past.take(scope=scope(hall, view), number=0)
    assert {snapshot.key(row)[0] for row in before.rows} == {"drill", "store"}


def test_a_film_played_from_the_beginning_ends_at_the_present(hall, monkeypatch):
    monkeypatch.setattr(past, "FILM", 2)  # several pieces
    begun(hall)
    shown = {
        snapshot.key(row): json.loads(row) for row in past.take(scope=scope(hall), number=0).rows
    }
    number, times, pieces = 0, [], 0
    while True:
        piece = json.loads(past.film(scope=scope(hall), start=number))
        for frame in piece["frames"]:
            assert number <= frame["from"] < frame["to"]
            number = frame["to"]
            times.append(frame["lines"][-1][3])
            for row in frame["rows"]:
                shown[row["t"], row["i"]] = row
        number, pieces = piece["end"], pieces + 1
        if number == piece["head"]:
            break
    now = snapshot.take(scope=scope(hall))
    left = {key: row for key, row in shown.items() if row["v"] is not None}
    assert left == {snapshot.key(row): json.loads(row) for row in now.rows}
    assert times == sorted(times)
    assert pieces > 2


def test_who_runs_drills_replays_them_and_nobody_else(hall):
    begun(hall)
    code = hall.world.county.code
    address = reverse("web:drill_replay_board", args=[hall.drill.pk, "command", code])
    asha, bela = Client(), Client()
    named.sign_in_as(hall.world, "asha", asha)
    named.sign_in_as(hall.world, "bela", bela)
    body = asha.get(address, {"at": "2"}).content.decode()
    about = json.loads(body.split('id="board-about">')[1].split("</script>")[0])
    assert (about["may"], about["pages"], "socket" in about["feed"]) == ([], {}, False)
    truth = json.loads(body.split('id="replay-truth-figures">')[1].split("</script>")[0])
    assert truth["places"] and truth["figures"][0] == "affected_population"
    # What lies after the last entry is the last: a replay has no present.
    late = asha.get(f"{address}snapshot", {"at": "99999"}).json()
    assert late["past"]["number"] == hall.drill.book.entries.count()
    assert bela.get(address).status_code in (403, 404)
    other = reverse("web:drill_replay_board", args=[hall.drill.pk, "command", "220000000000"])
    assert asha.get(other).status_code == 404


def test_bookmarks_are_made_once_for_a_moment_and_taken_away(hall):
    begun(hall)
    made = bookmarks.add_bookmark(
        actor=hall.actor, drill_id=hall.drill.pk, number=2, label=" First word "
    )
    bookmarks.add_bookmark(actor=hall.actor, drill_id=hall.drill.pk, number=2, label="Second")
    [mark] = bookmarks.bookmarks(drill=hall.drill)
    entry = hall.drill.book.entries.get(number=2)
    assert (mark.number, mark.label, mark.at) == (2, "Second", entry.happened_at)
    for number, label in ((0, "x"), (10_000, "x"), (2, "  ")):
        with pytest.raises(control.NotNow):
            bookmarks.add_bookmark(
                actor=hall.actor, drill_id=hall.drill.pk, number=number, label=label
            )
    with pytest.raises((NotFound, NotYourDuty)):
        bookmarks.remove_bookmark(actor=hall.world.actor("bela"), bookmark_id=made.pk)
    bookmarks.remove_bookmark(actor=hall.actor, bookmark_id=made.pk)
    assert not Bookmark.objects.exists()


def test_each_inject_that_was_sent_has_its_place_in_the_replay(hall):
    begun(hall)
    sent = bookmarks.injects_sent(drill=hall.drill)
    assert [(mark.label, inject.number) for mark, inject in sent] == [("1", 1)]
    assert sent[0][0].at == hall.drill.begins_at
