"""The control room through its pages, and what the drill's clock means for everybody's pages."""

import csv
import datetime as dt
import io
import json
import uuid
import zipfile

import pytest
from django.utils import timezone

from relief.access.gate import NotFound, actor_for
from relief.access.models import Duty
from relief.drills import control, injects, people, scenario
from relief.drills.models import Drill, Note, Seat
from relief.incidents.models import Incident
from relief.journal import clock
from relief.journal.models import ClockSegment, Entry
from relief.reports import actions as reports
from relief.reports.models import Report, ReportDuty
from tests import world as named
from tests.drills.conftest import SCENARIO, TOWNS
from tests.drills.hands import MINUTE, hands_in, sit
from tests.web_goods.reading import words


@pytest.fixture
def hands(hall):
    return lambda name: hands_in(hall, name)


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
    assert made.status_code == 302 and drill.pk != hall.drill.pk
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
    # It goes off at once, and what was overdue before it is not lost.
    assert hall.turn().sent == [1, 4]
    assert hall.inject(4).sent_at == hall.inject(4).due_at
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
    assert asha.on(4, "postpone", minutes="45") == 302
    assert hall.inject(4).due_at == due + 55 * MINUTE
    assert asha.on(4, "skip", comment="no time left") == 302
    assert (hall.inject(4).state, hall.inject(4).comment) == ("skipped", "no time left")
    assert asha.on(4, "enable") == 409
    assert asha.on(2, "burn") == 404
    told = Entry.objects.filter(book=hall.drill.book).order_by("number")
    kinds = list(told.values_list("kind", flat=True))
    assert kinds[kinds.index("drill_clock_set") :] == [
        *("drill_clock_set", "inject_sent", "inject_postponed", "inject_postponed"),
        *("inject_disabled", "inject_enabled", "inject_postponed", "inject_skipped"),
    ]
    assert told.last().facts == {"number": 4, "comment": "no time left"}
    assert told.last().happened_at == clock.now_in(hall.drill.book, real=hall.real)
    # What waits is on no board: players must not see what is to come.
    assert all('"inject"' not in one.rows for one in told if one.kind != "inject_sent")


def test_an_inject_is_reworded_and_another_made_up_on_the_spot(hall, hands, settings, tmp_path):
    settings.FILES = tmp_path
    hall.begin(rate=10)
    asha = hands("asha")
    four = hall.inject(4)
    given = {"text": "雨停了", "text_en": "No more rain", "expected": "写续报", "expected_en": ""}
    page = f"/drills/injects/{four.pk}/words/"
    objective = str(hall.drill.objectives.get().pk)
    emeka = hall.world.users["emeka"].pk
    sent = asha.post(
        page, **given, deadline_minutes="20", objective=objective, evaluator=str(emeka)
    )
    assert sent.status_code == 302
    four.refresh_from_db()
    assert (four.text_en, four.expected, four.deadline_minutes) == ("No more rain", "写续报", 20)
    assert Duty.objects.get(role="evaluator", book=hall.drill.book).user_id == emeka
    said = Entry.objects.get(book=hall.drill.book, kind="inject_reworded").facts
    assert (said["text_en"], said["was"]["text_en"]) == ("No more rain", "The rain stops")
    before = hall.inject(4).text_en
    assert asha.post(page, **given, objective="999").status_code == 200
    assert hall.inject(4).text_en == before

    new = f"{asha.room}injects/new/"
    keeper = Seat.objects.get(drill=hall.drill, key="keeper")
    typed = {"seat": keeper.pk, "sender": "省厅", "way": "paper", "text": "加 200 床棉被"}
    key = str(uuid.uuid4())
    assert asha.post(new, **typed, moment="later").status_code == 200
    for _twice in range(2):
        assert asha.post(new, **typed, moment="now", request_key=key).status_code == 302
    made = hall.inject(5)
    assert hall.drill.injects.count() == 5
    assert (made.improvised, made.state, made.seat) == (True, "sent", keeper)
    assert made.sent_at == clock.now_in(hall.drill.book, real=hall.real)
    asha.post(new, **typed, moment="later", in_minutes="30")
    asha.post(new, **typed, moment="hand")
    assert hall.inject(6).due_at == made.sent_at + 30 * MINUTE
    assert (hall.inject(7).trigger, hall.inject(7).due_at) == ("manual", None)
    assert asha.post(page.replace(str(four.pk), str(made.pk)), **given).status_code == 409

    asha.post(f"{asha.room}note/", text="Songjiang asks by radio")
    note = Note.objects.get(drill=hall.drill)
    assert (note.text, note.at) == ("Songjiang asks by radio", made.sent_at)
    assert "Songjiang asks by radio Asha" in words(asha.get(asha.room))


def test_a_duty_held_inside_a_drill_opens_nothing_of_its_control_room(hall):
    sit(hall, "commander", "emeka")
    hall.begin()
    player = actor_for(
        user=hall.world.users["emeka"], book_id=hall.drill.book_id, now=hall.drill.begins_at
    )
    assert "commander" in {duty.role for duty in player.duties}
    one, now = hall.inject(4), hall.drill.begins_at
    for act, given in (
        (control.set_rate, {"drill_id": hall.drill.pk, "rate": 0, "real": hall.real}),
        (control.end, {"drill_id": hall.drill.pk, "real": hall.real}),
        (injects.send_inject, {"inject_id": one.pk, "now": now}),
        (injects.skip_inject, {"inject_id": one.pk, "now": now}),
        (people.take_seat, {"seat_id": one.seat_id, "user_id": None, "now": hall.real}),
    ):
        with pytest.raises(NotFound):
            act(actor=player, **given)
    assert hall.inject(4).state == "waiting"


def test_the_inject_list_leaves_as_a_table_in_which_nothing_is_a_formula(hall, hands):
    one = hall.inject(3)
    one.text_en, one.sender = '=HYPERLINK("http://x")', "@记者"
    one.save()
    asha = hands("asha")

    def table() -> list[dict[str, str]]:
        text = asha.get(f"{asha.room}injects.csv").content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    planned = table()
    assert [row["No."] for row in planned] == ["1", "2", "3", "4"]
    assert (planned[0]["Drill time"], planned[0]["Within minutes"]) == ("2026-07-20 02:30:00", "30")
    assert planned[1]["Goes off when"] == "once reports were filed: 2"
    assert planned[2]["Text in English"].startswith("'=HYPERLINK")
    assert planned[2]["Who says it"] == "'@记者"
    assert {row["Sent at"] for row in planned} == {""}
    hall.begin(rate=10)
    hall.turn(seconds=6)
    assert asha.on(3, "skip", comment="not needed") == 302
    went = table()
    assert (went[0]["State"], went[0]["Sent at"]) == ("sent", "2026-07-20 02:30:00")
    assert (went[2]["State"], went[2]["Comment"]) == ("skipped", "not needed")
    book = asha.get(f"{asha.room}injects.xlsx").content
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        strings = file.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and "=HYPERLINK(" in strings
    assert asha.get(f"{asha.room}injects.pdf").status_code == 404


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
