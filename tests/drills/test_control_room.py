"""The control room through its pages, and what the drill's clock means for everybody's pages."""

import datetime as dt
import json
from dataclasses import dataclass

import pytest
from django.utils import timezone

from relief.access.models import Duty
from relief.drills import control, scenario
from relief.drills.models import Drill, Seat
from relief.incidents.models import Incident
from relief.journal import clock
from relief.journal.models import ClockSegment, Entry
from relief.reports import actions as reports
from relief.reports.models import Report, ReportDuty
from tests import world as named
from tests.drills.conftest import SCENARIO, TOWNS, Hall
from tests.web_goods.conftest import Person
from tests.web_goods.reading import words

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Hands:
    """Somebody's browser in the drill hall; every request is made at the hall's real moment."""

    hall: Hall
    person: Person

    @property
    def room(self) -> str:
        return f"/drills/{self.hall.drill.pk}/"

    def get(self, address: str):
        self.person.scene.now = self.hall.real
        return self.person.get(address)

    def post(self, address: str, **fields):
        self.person.scene.now = self.hall.real
        return self.person.post(address, **fields)

    def on(self, inject: int, do: str) -> int:
        return self.post(f"/drills/injects/{self.hall.inject(inject).pk}/", do=do).status_code


@dataclass
class Scene:
    world: named.World
    now: dt.datetime


@pytest.fixture
def hands(hall):
    return lambda name: Hands(hall, Person(Scene(hall.world, hall.real), name))


def sit(hall: Hall, key: str, name: str) -> None:
    seat = Seat.objects.get(drill=hall.drill, key=key)
    user = hall.world.users[name]
    control.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=user.pk, now=hall.real)


def test_a_drill_is_prepared_begun_and_run_from_its_pages(hall, hands, tmp_path, monkeypatch):
    (tmp_path / "flood.json").write_text(json.dumps(SCENARIO), "utf-8")
    elsewhere = SCENARIO | {"id": "elsewhere", "area": "110101000000", "title_en": "Elsewhere"}
    (tmp_path / "other.json").write_text(json.dumps(elsewhere), "utf-8")
    monkeypatch.setattr(scenario, "FOLDER", tmp_path)
    asha = hands("asha")
    page = words(asha.get("/drills/"))
    assert "Harbour flood drill" in page and "seed: 13" in page and "Elsewhere" not in page
    assert 'href="/drills/"' in asha.get("/").content.decode()

    typed = {"scenario": "harbour-flood", "day": "2026-08-01", "at": "14:05", "seed": "99"}
    made = asha.post("/drills/", **typed)
    drill = Drill.objects.latest("id")
    assert made["location"] == f"/drills/{drill.pk}/" and drill.pk != hall.drill.pk
    local = timezone.localtime(drill.begins_at)
    assert (f"{local:%Y-%m-%d %H:%M}", drill.seed) == ("2026-08-01 14:05", 99)
    assert drill.scenario["time_of_day"] == "14:05"

    hall.drill = drill
    assert asha.post(f"{asha.room}begin/").status_code == 302
    assert asha.post(f"{asha.room}clock/", rate="60").status_code == 302
    hall.real += MINUTE
    assert "08-01 15:05:00 +01:00:00" in words(asha.get(asha.room))
    assert asha.post(f"{asha.room}clock/", jump="1").status_code == 302
    # The next by the clock, not the overdue first one nor those that wait for something else.
    assert clock.now_in(drill.book, real=hall.real) == hall.inject(4).due_at
    assert ClockSegment.objects.filter(book=drill.book).last().rate == 60
    assert asha.post(f"{asha.room}clock/", rate="7").status_code == 409
    assert asha.post(f"{asha.room}end/").status_code == 302
    assert hall.fresh().state == "ended"


def test_injects_are_sent_postponed_and_left_out_by_hand(hall, hands):
    hall.begin(rate=10)
    asha = hands("asha")
    hall.real += MINUTE
    assert "overdue, not sent" in words(asha.get(f"{asha.room}?parts"))
    asha.post(f"{asha.room}clock/", rate="0")
    paused = clock.now_in(hall.drill.book, real=hall.real)
    hall.real += MINUTE
    assert asha.on(3, "send") == 302
    assert (hall.inject(3).state, hall.inject(3).sent_at) == ("sent", paused)
    assert asha.on(3, "send") == 409
    due = hall.inject(4).due_at
    assert asha.on(4, "postpone") == asha.on(1, "postpone") == 302
    assert hall.inject(4).due_at == due + 10 * MINUTE
    assert hall.inject(1).due_at == paused + 10 * MINUTE  # what was overdue counts from now
    assert asha.on(4, "disable") == 302 and not hall.inject(4).enabled
    assert asha.on(4, "send") == 409
    assert asha.on(4, "enable") == 302 and hall.inject(4).enabled
    assert asha.on(4, "skip") == 302 and hall.inject(4).state == "skipped"
    assert asha.on(2, "burn") == 404


def test_truth_and_seats_are_the_organisers_alone_and_a_stop_is_told_to_everybody(hall, hands):
    asha, north = hands("asha"), Seat.objects.get(drill=hall.drill, key="north")
    for typed, told in (("Emeka · emeka", "Emeka"), ("Dana", "came")):
        asha.post(f"/drills/seats/{north.pk}/", who=typed)
        assert told in words(asha.get(asha.room))
    north.refresh_from_db()
    assert north.user == hall.world.users["emeka"]

    true = hall.drill.truth["townships"][TOWNS["south"]]["affected_population"]
    assert true > 0 and f"– / {true:,}" in words(asha.get(asha.room))
    # Who plays in the drill is told nothing there, even in a seat that may run drills.
    sit(hall, "duty", "emeka")
    hall.begin()
    emeka = hands("emeka")
    emeka.post("/book/", book=hall.drill.book_id)
    assert "DRILL STOPPED" not in words(emeka.get("/"))
    assert emeka.get(asha.room).status_code == 403
    assert hands("jonas").get(asha.room).status_code == 404

    asha.post(f"/drills/seats/{north.pk}/", leave="1")
    north.refresh_from_db()
    assert north.user is None

    stopped = asha.post(f"{asha.room}end/", stop="1", reason=" ")
    assert stopped["location"] == "/"
    assert (hall.fresh().state, hall.drill.end_reason) == ("stopped", "real event")
    for address in ("/", "/incidents/"):
        assert "DRILL STOPPED. Real event. Back to the real operation" in words(emeka.get(address))
    emeka.post("/book/", book=hall.world.real.id)
    assert "DRILL STOPPED" not in words(emeka.get("/"))
    assert "DRILL STOPPED" not in words(asha.get("/"))


def test_what_is_filed_in_a_drill_bears_drill_time_and_silence_is_counted_by_it(hall, hands):
    sit(hall, "north", "emeka")
    hall.begin()
    hall.turn(seconds=9)
    incident = Incident.objects.get(book=hall.drill.book)
    emeka = hands("emeka")
    emeka.post("/book/", book=hall.drill.book_id)
    address = f"/incidents/{incident.pk}/report/{TOWNS['north']}/"
    figures = {key: str(value) for key, value in named.figures(affected_population=40).items()}
    now = clock.now_in(hall.drill.book, real=hall.real)
    as_of = f"{timezone.localtime(now - MINUTE):%Y-%m-%dT%H:%M}"
    sent = emeka.post(address, kind="initial", as_of=as_of, **figures)
    assert sent.status_code == 302
    report = Report.objects.get(book=hall.drill.book, area__code=TOWNS["north"])
    assert report.filed_at == now == hall.drill.begins_at + 9 * MINUTE

    asha = hands("asha")
    assert "40 / " in words(asha.get(asha.room))

    south = ReportDuty.objects.get(book=hall.drill.book, area__code=TOWNS["south"])
    hall.real += (south.due_at - now) / 60 + dt.timedelta(seconds=2)
    assert south.due_at > hall.real, "by the machine's clock it is not due yet"
    reports.mark_overdue(now=hall.real)
    marked = Entry.objects.filter(book=hall.drill.book, kind="reports_overdue").latest("number")
    assert marked.happened_at == clock.now_in(hall.drill.book, real=hall.real)
    south.refresh_from_db()
    assert south.overdue_since == south.due_at

    # A duty in a drill ends by the drill's clock.
    ends = clock.now_in(hall.drill.book, real=hall.real) + 30 * MINUTE
    Duty.objects.filter(user__username="emeka", book=hall.drill.book).update(valid_to=ends)
    striped = "Nothing on this screen is real."
    assert striped in words(emeka.get("/"))
    hall.real += MINUTE
    assert striped not in words(emeka.get("/"))
