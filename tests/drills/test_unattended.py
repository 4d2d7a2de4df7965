"""A drill that robots play alone: everything happens once, and nothing outside its book."""

import datetime as dt
import io
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from relief.access.models import Duty
from relief.aid.models import HandOut
from relief.boards import past, snapshot
from relief.boards.scopes import Scope, View
from relief.deliveries.models import Stop, Trip
from relief.drills import agenda, control, engine, injects, measures, people, robots, scenario
from relief.drills.models import DrillState, Inject, InjectState, Seat
from relief.households.models import AffectedVillage
from relief.incidents.models import Incident, RoadClosure
from relief.jobs import tasks
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.ledger.models import Account
from relief.reports.models import Report
from relief.response.models import ResponseTask
from relief.setup import unattended
from relief.web.drills import archive
from runlib.database import renamed
from tests.drills.conftest import BEGINS, COUNTY, SCENARIO, TOWNS, prepared
from tests.live.sockets import running
from tests.patience import wait


@pytest.mark.django_db(transaction=True)
def test_an_unattended_drill_plays_the_whole_chain_and_touches_nothing_outside_its_book(
    hall, monkeypatch, tmp_path
):
    """What `./run drill` does in full, with boards that follow over real sockets."""
    real = Account.objects.filter(book=hall.world.real).count()
    written: list[measures.Evaluation] = []
    monkeypatch.setattr(archive, "write", lambda **given: _numbers_alone(written, **given))
    with running() as web:
        outcome = unattended.run(
            scenario=scenario.read(SCENARIO, file="test"),
            data=SCENARIO,
            speed=60,
            seed=None,
            at_once=dt.timedelta(seconds=5),
            web=f"http://127.0.0.1:{web.port}",
            folder=tmp_path,
            say=lambda _line: None,
        )
    drill = hall.drill = outcome.drill
    assert [check for check in outcome.checks if not check.good] == []
    followed = [check.what for check in outcome.checks if check.what.startswith("board ")]
    assert followed == [
        f"board command/{COUNTY} followed",
        f"board township/{TOWNS['north']} followed",
    ]
    assert outcome.archive == tmp_path / f"drill-{drill.pk}.zip" and written
    # Number 3 waits for a hand and keeps nothing open.
    states = [hall.inject(n).state for n in (1, 2, 3, 4)]
    assert states == ["done", "done", "waiting", "received"]
    told = Entry.objects.filter(book=drill.book, kind="inject_sent")
    assert sorted(entry.facts["number"] for entry in told) == [1, 2, 4]
    assert hall.fresh().state == DrillState.ENDED
    assert Account.objects.filter(book=hall.world.real).count() == real
    check_chain(drill)
    check_times(drill)


def _numbers_alone(written, *, drill, real):
    """In place of the archive, whose papers are tested elsewhere: the report's numbers."""
    written.append(measures.measure(drill=drill, real=real))
    return io.BytesIO(b"archive")


def check_chain(drill):
    """Robots saw it through from the first report to the households."""
    of_drill = {"book": drill.book_id}
    assert Incident.objects.filter(**of_drill).count() == 1
    heard = Inject.objects.filter(**of_drill, sent_at__isnull=False)
    assert all(one.received_at >= one.sent_at for one in heard)
    # Roads that the same shift clears are one closure, however many they are.
    closures = RoadClosure.objects.filter(**of_drill)
    cut = {one["number"] for one in drill.truth["cuts"]}
    assert {link for one in closures for link in one.links} == cut
    assert Report.objects.filter(**of_drill, kind="follow_up").exists()
    assert not AffectedVillage.objects.filter(**of_drill, confirmed_at=None).exists()
    assert ResponseTask.objects.filter(**of_drill, done_at__isnull=False).exists()
    trips = Trip.objects.filter(**of_drill)
    assert trips and all(one.number.startswith("YL-") for one in trips)
    gone = trips.filter(dispatched_at__isnull=False)
    assert gone and not gone.filter(transport_call=None).exists()
    first = Stop.objects.filter(**of_drill, received_at__isnull=False).earliest("received_at")
    given = HandOut.objects.filter(**of_drill)
    assert given and min(one.handed_at for one in given) >= first.received_at
    families = [one.household_id for one in given]
    assert len(families) == len(set(families))
    assert audit(book_id=drill.book_id) == []


def check_times(drill):
    """All bears drill time; who was cut off did nothing until the line was back."""
    entries = Entry.objects.filter(book=drill.book).exclude(kind="book_opened")
    last = drill.begins_at + (drill.ended_at - drill.started_at) * 60
    moments = list(entries.values_list("happened_at", flat=True))
    assert drill.begins_at <= min(moments) and max(moments) <= last
    hill = drill.seats.get(key="hill")
    back = drill.begins_at + dt.timedelta(hours=drill.truth["silent"][TOWNS["hill"]])
    done = entries.filter(actor=hill.robot_id)
    assert done and min(one.happened_at for one in done) >= back


def test_boards_of_a_drills_past_agree_with_those_of_its_present(hall):
    hall.begin()
    hall.turn()
    start = past.take_checkpoint(book_id=hall.drill.book_id, now=hall.drill.begins_at)
    hall.turn(seconds=20)
    hall.turn(seconds=20)
    scope = Scope(book_id=hall.drill.book_id, view=View.COMMAND, path=hall.world.county.path)
    now = snapshot.take(scope=scope)
    assert now.number > start
    assert past.take(scope=scope, number=now.number).rows == now.rows


def test_stock_is_copied_lot_by_lot_and_the_real_stays(hall):
    real = Account.objects.filter(book=hall.world.real, kind="store")
    balances = sorted(real.values_list("holder", "balance"))
    hall.begin()
    copied = Account.objects.filter(book=hall.drill.book, kind="store")
    assert sorted(copied.values_list("holder", "balance")) == balances
    assert sorted(real.values_list("holder", "balance")) == balances


# --- what other drill software got wrong ---


def test_triggered_by_hand_right_after_a_pause_it_fires_at_once(hall):
    hall.begin(rate=10)
    hall.turn(seconds=6)
    control.set_rate(actor=hall.actor, drill_id=hall.drill.pk, rate=0, real=hall.real)
    now = hall.turn(seconds=60).now
    injects.send_inject(actor=hall.actor, inject_id=hall.inject(4).pk, now=now)
    assert (hall.inject(4).state, hall.inject(4).sent_at) == (InjectState.SENT, now)


def test_a_disabled_inject_does_not_keep_the_drill_open(hall):
    hall.begin()
    four = hall.inject(4).pk
    injects.change_inject(actor=hall.actor, inject_id=four, enabled=False, now=BEGINS)
    hall.turn(seconds=300)
    made = hall.turn(seconds=1)
    assert agenda.is_over(drill=hall.fresh(), now=made.now)
    assert hall.inject(4).state == InjectState.WAITING


def test_an_inject_by_hand_needs_no_text(hall):
    hall.begin()
    now = hall.turn().now
    assert hall.inject(3).text == ""
    injects.send_inject(actor=hall.actor, inject_id=hall.inject(3).pk, now=now)
    assert hall.inject(3).state == InjectState.SENT


def test_an_overdue_inject_is_shown_and_can_still_be_sent(hall):
    hall.begin()
    drill = hall.fresh()
    long_after = agenda.next_due(drill=drill)
    assert long_after == drill.begins_at
    late = [one.number for one in agenda.overdue(drill=drill, now=hall.inject(4).due_at)]
    assert late == [1]
    injects.send_inject(actor=hall.actor, inject_id=hall.inject(1).pk, now=hall.drill.begins_at)
    assert agenda.overdue(drill=drill, now=hall.inject(4).due_at) == []


# --- killed in the middle ---


def test_a_turn_that_dies_in_the_middle_is_finished_by_the_next(hall, monkeypatch):
    hall.begin()
    hall.turn(seconds=9)
    with monkeypatch.context() as broken:
        broken.setattr(robots, "act", lambda **_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hall.turn(seconds=240)
    sent = hall.inject(4).sent_at
    assert sent == hall.inject(4).due_at
    hall.turn(seconds=1)
    hall.turn(seconds=1)
    assert Incident.objects.filter(book=hall.drill.book).count() == 1
    assert hall.inject(4).sent_at == sent
    told = Entry.objects.filter(book=hall.drill.book, kind="inject_sent", facts__number=4)
    assert told.count() == 1


TURNS = """
import datetime as dt, sys, django
django.setup()
from relief.drills import engine
real = dt.datetime.fromisoformat(sys.argv[2])
while True:
    real += dt.timedelta(seconds=2)
    engine.turn(drill_id=int(sys.argv[1]), real=real)
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_mid_turn_leaves_nothing_half_done_and_nothing_is_doubled(hall):
    hall.begin()
    here = renamed(os.environ["DATABASE_URL"], to=connection.settings_dict["NAME"])
    words = [sys.executable, "-c", TURNS, str(hall.drill.pk), hall.real.isoformat()]
    env = {**os.environ, "DATABASE_URL": here, "PYTHONPATH": str(settings.BASE_DIR)}
    with subprocess.Popen(words, env=env, cwd=settings.BASE_DIR) as process:
        reports = Report.objects.filter(book=hall.drill.book)
        wait(lambda: reports.exists() or process.poll() is not None)
        process.kill()
    assert process.returncode == -signal.SIGKILL, "it was still taking turns"
    # Its locks went with it: the very next turn does what is left.
    made = hall.turn(seconds=270)
    assert made.acts and hall.inject(4).sent_at == hall.inject(4).due_at
    entries = Entry.objects.filter(book=hall.drill.book).order_by("number")
    assert [one.number for one in entries] == list(range(1, entries.count() + 1))
    numbers = [one.facts["number"] for one in entries.filter(kind="inject_sent")]
    assert len(numbers) == len(set(numbers)) and {1, 4} <= set(numbers)
    assert Incident.objects.filter(book=hall.drill.book).count() == 1
    assert audit(book_id=hall.drill.book_id) == []


def test_a_person_in_a_seat_acts_alone_and_has_the_duty_in_the_drill_only(hall):
    seat = Seat.objects.get(drill=hall.drill, key="duty")
    dana = hall.world.users["dana"]
    people.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=dana.pk, now=hall.real)
    hall.begin()
    for _hour in range(3):
        hall.turn(seconds=60)
    assert not Incident.objects.filter(book=hall.drill.book).exists()
    assert set(Duty.objects.filter(user=dana).values_list("book", flat=True)) == {
        hall.drill.book_id
    }


def test_a_real_disaster_stops_the_drill_and_everybody_is_told(hall):
    hall.begin()
    hall.turn(seconds=5)
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real, real_event="真实洪水")
    assert hall.turn(seconds=60) is None
    assert hall.fresh().state == DrillState.STOPPED
    last = Entry.objects.filter(book=hall.drill.book).latest("number")
    assert (last.kind, last.facts["reason"]) == ("drill_stopped", "真实洪水")
    with pytest.raises(control.NotNow):
        injects.send_inject(actor=hall.actor, inject_id=hall.inject(4).pk, now=hall.real)


def test_the_same_form_is_one_drill_and_two_drills_are_alike_by_their_seed(hall):
    given = {"data": hall.drill.scenario, "begins_at": hall.drill.begins_at, "now": hall.real}
    again = control.prepare(actor=hall.actor, request_key=hall.drill.request_key, **given)
    assert again.pk == hall.drill.pk
    other = control.prepare(actor=hall.actor, request_key=hall.drill.book.epoch, **given)
    assert other.pk != again.pk and other.truth == again.truth


# --- what the worker does every second ---


def test_the_worker_plays_a_drill_to_its_end_however_often_and_badly_it_is_asked(
    hall, monkeypatch, time_machine, django_assert_num_queries
):
    def strike(*, seconds: float) -> None:
        hall.real += dt.timedelta(seconds=seconds)
        time_machine.move_to(hall.real, tick=False)
        tasks.take_turns.func(timestamp=0)

    other = prepared(hall.world)
    control.begin(actor=hall.actor, drill_id=other.pk, rate=60, real=hall.real)
    hall.begin()
    with monkeypatch.context() as broken:
        broken.setattr(engine, "_mark_done", lambda *_given: 1 / 0)
        strike(seconds=9)
    assert Incident.objects.filter(book__in=[hall.drill.book, other.book]).count() == 2
    assert hall.inject(1).state == InjectState.RECEIVED
    strike(seconds=0)
    assert hall.inject(1).state == InjectState.DONE
    taken = Seat.objects.filter(drill=other, key="duty")
    taken.update(user=hall.world.users["dana"])
    # Past the end of both: nobody sits in the one, somebody in the other.
    strike(seconds=300)
    assert hall.fresh().state == DrillState.ENDED
    other.refresh_from_db()
    assert other.state == DrillState.RUNNING
    told = Entry.objects.filter(book=hall.drill.book, kind="inject_sent")
    numbers = [entry.facts["number"] for entry in told]
    assert len(numbers) == len(set(numbers)) and {1, 4} <= set(numbers)

    control.end(actor=hall.actor, drill_id=other.pk, real=hall.real)
    with django_assert_num_queries(1):
        strike(seconds=1)
