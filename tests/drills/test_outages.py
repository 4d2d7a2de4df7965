"""Townships a drill has cut off: nothing reaches their players or comes from them meanwhile."""

import datetime as dt

import pytest

from relief.drills import control, outages
from relief.drills.models import Drill
from relief.field.models import Item
from tests.api.phones import Phone
from tests.drills.conftest import BEGINS, TOWNS
from tests.drills.hands import hands_in, sit
from tests.web_goods.reading import words

SILENT = dt.timedelta(hours=2)  # of Hilltop, in the scenario


@pytest.fixture
def cut(hall):
    """The drill an hour after the event; Hilltop's seat is Emeka's, and nothing else was drawn."""
    drill = hall.fresh()
    drill.truth["silent"] = {TOWNS["hill"]: 2}
    drill.save(update_fields=["truth"])
    sit(hall, "hill", "emeka")
    hall.begin()
    hall.turn(seconds=60)
    return hall


def until(hall, place: str, *, after: dt.timedelta) -> dt.datetime | None:
    drill = Drill.objects.get(id=hall.drill.pk)
    path = hall.world.area(place).path
    return outages.silent_until(drill=drill, area_path=path, now=BEGINS + after)


def test_a_township_is_silent_from_the_event_until_its_hours_are_over(cut):
    hour, moment = dt.timedelta(hours=1), dt.timedelta(seconds=1)
    assert until(cut, "Hilltop", after=dt.timedelta()) == BEGINS + SILENT
    assert until(cut, "Hilltop", after=SILENT - moment) == BEGINS + SILENT
    assert until(cut, "Hilltop", after=SILENT) is None
    assert until(cut, "Hilltop", after=-moment) is None
    village = cut.world.area("Pine")
    inside = outages.silent_until(drill=cut.fresh(), area_path=village.path, now=BEGINS + hour)
    assert inside == BEGINS + SILENT
    assert until(cut, "Northbank", after=hour) is None
    assert until(cut, "Harbour County", after=hour) is None


def test_the_control_room_is_told_who_is_cut_off_until_when(cut):
    [one] = outages.silences(drill=cut.fresh(), now=BEGINS + dt.timedelta(hours=1))
    assert (one.area, one.until) == (cut.world.area("Hilltop"), BEGINS + SILENT)
    assert [seat.key for seat in one.seats] == ["hill"]
    assert outages.silences(drill=cut.fresh(), now=BEGINS + SILENT) == []


def test_who_is_cut_off_gets_a_page_that_says_so_and_nothing_to_send(cut):
    emeka = hands_in(cut, "emeka").plays()
    for address in ("/", "/incidents/", "/boards/"):
        page = emeka.get(address)
        assert page.status_code == 503, address
        assert "your places are cut off until 04:30, drill time" in words(page)
        # In real time: a minute at most, and the clock runs at sixty times the speed.
        assert 1 < int(page["Refresh"]) <= 61
    html = page.content.decode()
    forms = [part.split(">")[0] for part in html.split("<form")[1:]]
    assert all(any(way in form for way in ("/sign-out/", "/book/", "/language/")) for form in forms)
    asked = emeka.post("/book/", book=cut.world.real.id)
    assert asked.status_code == 302  # the real operation stays a tap away
    assert emeka.get("/").status_code == 200

    emeka.plays()
    cut.real += dt.timedelta(minutes=1)
    assert emeka.get("/").status_code == 200


def test_whose_duties_reach_further_is_never_cut_off(cut):
    sit(cut, "duty", "dana")
    assert hands_in(cut, "dana").plays().get("/").status_code == 200
    sit(cut, "north", "emeka")
    assert hands_in(cut, "emeka").plays().get("/").status_code == 200


def test_a_stopped_drill_cuts_nobody_off(cut):
    control.end(actor=cut.actor, drill_id=cut.drill.pk, real=cut.real, real_event="真实洪水")
    assert hands_in(cut, "emeka").plays().get("/").status_code == 200


def test_a_phone_keeps_its_queue_through_an_outage_and_everything_counts_once(cut, time_machine):
    time_machine.move_to(cut.real, tick=False)
    emeka = Phone(cut.world, "emeka", now=cut.real)
    book = cut.drill.book_id
    queue = [emeka.report(None, "Hilltop") | {"book": book} for _ in range(3)]
    first = emeka.put(queue[0])
    assert (first.status_code, first.json()["code"]) == (503, "drill.outage")
    assert first.json()["safe"] is True
    answers = emeka.batch(*queue).json()["results"]
    assert [one["problem"]["code"] for one in answers] == ["drill.outage"] * 3
    assert emeka.get(f"reference?book={book}").status_code == 503
    assert not Item.objects.filter(book=book).exists()
    # What is of the real operation goes through at the same time.
    real = emeka.report(None, "Northbank")
    assert emeka.put(real).status_code == 201

    time_machine.move_to(cut.real + dt.timedelta(minutes=1), tick=False)
    answers = emeka.batch(*queue).json()["results"]
    assert [one["status"] for one in answers] == [201, 201, 201]
    time_machine.move_to(cut.real + dt.timedelta(minutes=2), tick=False)
    assert [one["status"] for one in emeka.batch(*queue).json()["results"]] == [200, 200, 200]
    assert Item.objects.filter(book=book).count() == 3


def test_what_a_colleague_elsewhere_carries_goes_through(cut, time_machine):
    time_machine.move_to(cut.real, tick=False)
    sit(cut, "duty", "dana")
    emeka, dana = Phone(cut.world, "emeka", now=cut.real), Phone(cut.world, "dana", by_command=True)
    carried = emeka.report(None, "Hilltop") | {"book": cut.drill.book_id, "channel": "code"}
    assert dana.put(carried).status_code == 201
