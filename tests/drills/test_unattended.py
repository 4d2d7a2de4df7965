"""A drill that robots play alone: everything happens once, and nothing outside its book."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection

from relief.access.models import Duty
from relief.boards import past, snapshot
from relief.boards.scopes import Scope
from relief.deliveries.models import Stop, Trip
from relief.drills import control, engine, robots
from relief.drills.models import DrillState, InjectState, Seat
from relief.incidents.models import Incident
from relief.jobs import tasks
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.ledger.models import Account
from relief.reports.models import Report
from tests.drills.conftest import prepared

OWN = {"drills", "sessions", "procrastinate", "contenttypes", "auth", "axes"}


def real_rows(world) -> dict[str, str]:
    """A hash over the rows of every table that do not belong to the drill, by table."""
    books = f"{world.real.id}, {world.drill.id}"
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in OWN:
            continue
        table, key = model._meta.db_table, model._meta.pk.column
        where = "true"
        if "book_id" in {field.column for field in model._meta.concrete_fields}:
            where = f"x.book_id IN ({books})"
        elif table in ELSEWHERE:
            where = ELSEWHERE[table].format(books=books)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(x::text, '|' ORDER BY x.{key}), ''))"
                f" FROM {table} x WHERE {where}"
            )
            found[table] = cursor.fetchone()[0]
    return found


# Tables without a book whose rows belong to one all the same.
ELSEWHERE = {
    "journal_book": "x.id IN ({books})",
    "journal_checkpointpart": (
        "x.checkpoint_id IN (SELECT id FROM journal_checkpoint WHERE book_id IN ({books}))"
    ),
    "access_user": "x.username NOT LIKE 'robot-%%'",
}


def test_an_unattended_flood_fires_every_inject_once_and_touches_no_real_row(hall):
    before = real_rows(hall.world)
    hall.begin()
    turns = hall.run()
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real)
    assert real_rows(hall.world) == before

    sent = [number for one in turns for number in one.sent]
    assert sorted(sent) == [1, 2, 4]  # number 3 waits for a hand and keeps nothing open
    assert [hall.inject(n).state for n in (1, 2, 3, 4)] == ["done", "done", "waiting", "sent"]
    told = Entry.objects.filter(book=hall.drill.book, kind="inject_sent")
    assert sorted(entry.facts["number"] for entry in told) == [1, 2, 4]

    book = hall.drill.book_id
    assert Incident.objects.filter(book=book).count() == 1
    assert Report.objects.filter(book=book).count() >= 4
    assert Trip.objects.filter(book=book, dispatched_at__isnull=False).exists()
    assert Stop.objects.filter(book=book, received_at__isnull=False).exists()
    numbers = Trip.objects.filter(book=book).values_list("number", flat=True)
    assert numbers and all(one.startswith("YL-") for one in numbers)
    assert audit(book_id=book) == []
    assert hall.fresh().state == DrillState.ENDED


def test_what_happened_bears_drill_time_and_boards_of_its_past_agree(hall):
    hall.begin()
    hall.turn()
    start = past.take_checkpoint(book_id=hall.drill.book_id, now=hall.drill.begins_at)
    hall.run()
    moments = Entry.objects.filter(book=hall.drill.book).values_list("happened_at", flat=True)
    last = hall.drill.begins_at + (hall.real - hall.fresh().started_at) * 60
    assert all(hall.drill.begins_at <= one <= last for one in moments)
    scope = Scope(book_id=hall.drill.book_id, view=_command(), path=hall.world.county.path)
    now = snapshot.take(scope=scope)
    assert now.number > start
    assert past.take(scope=scope, number=now.number).rows == now.rows


def _command():
    from relief.boards.scopes import View

    return View.COMMAND


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
    control.send_inject(actor=hall.actor, inject_id=hall.inject(4).pk, now=now)
    assert (hall.inject(4).state, hall.inject(4).sent_at) == (InjectState.SENT, now)


def test_a_disabled_inject_does_not_keep_the_drill_open(hall):
    hall.begin()
    control.change_inject(actor=hall.actor, inject_id=hall.inject(4).pk, enabled=False)
    hall.turn(seconds=300)
    made = hall.turn(seconds=1)
    assert engine.is_over(drill=hall.fresh(), now=made.now)
    assert hall.inject(4).state == InjectState.WAITING


def test_an_inject_by_hand_needs_no_text(hall):
    hall.begin()
    now = hall.turn().now
    assert hall.inject(3).text == ""
    control.send_inject(actor=hall.actor, inject_id=hall.inject(3).pk, now=now)
    assert hall.inject(3).state == InjectState.SENT


def test_an_overdue_inject_is_shown_and_can_still_be_sent(hall):
    hall.begin()
    drill = hall.fresh()
    long_after = engine.next_due(drill=drill)
    assert long_after == drill.begins_at
    late = [one.number for one in engine.overdue(drill=drill, now=hall.inject(4).due_at)]
    assert late == [1]
    control.send_inject(actor=hall.actor, inject_id=hall.inject(1).pk, now=hall.drill.begins_at)
    assert engine.overdue(drill=drill, now=hall.inject(4).due_at) == []


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
    hall.run()
    assert hall.inject(4).sent_at == sent
    told = Entry.objects.filter(book=hall.drill.book, kind="inject_sent", facts__number=4)
    assert told.count() == 1


def test_a_person_in_a_seat_acts_alone_and_has_the_duty_in_the_drill_only(hall):
    seat = Seat.objects.get(drill=hall.drill, key="duty")
    dana = hall.world.users["dana"]
    control.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=dana.pk, now=hall.real)
    hall.begin()
    hall.run()
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
        control.send_inject(actor=hall.actor, inject_id=hall.inject(4).pk, now=hall.real)


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
    assert hall.inject(1).state == InjectState.SENT
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
