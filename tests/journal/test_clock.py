"""The clock of a drill: any list of settings gives one time that never goes back."""

import datetime as dt

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import given
from hypothesis import strategies as st

from relief.journal import clock
from relief.journal.models import Book, BookKind, ClockSegment

START = dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)
SIM = dt.datetime(2026, 7, 15, 3, 40, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def stretch(seconds: float, sim_minutes: float, rate: int) -> ClockSegment:
    return ClockSegment(
        real_start=after(seconds), sim_start=SIM + dt.timedelta(minutes=sim_minutes), rate=rate
    )


def test_drill_time_runs_pauses_and_jumps():
    segments = [stretch(0, 0, 1), stretch(60, 1, 0), stretch(100, 1, 60), stretch(160, 90, 10)]
    shown = [clock.sim_at(segments, after(s)) - SIM for s in (-5, 30, 60, 99, 130, 160, 166)]
    minutes = [one.total_seconds() / 60 for one in shown]
    assert minutes == [0, 0.5, 1, 1, 31, 90, 91]


def test_when_the_clock_will_show_a_time():
    running = [stretch(0, 0, 60)]
    assert clock.real_at(running, SIM + dt.timedelta(hours=1)) == after(60)
    assert clock.real_at(running, SIM - dt.timedelta(hours=1)) == START
    assert clock.real_at([stretch(0, 0, 0)], SIM + dt.timedelta(hours=1)) is None


@pytest.fixture
def drill(db) -> Book:
    return Book.objects.create(kind=BookKind.DRILL, name="Night flood")


SETTINGS = st.lists(
    st.tuples(st.floats(-3, 90), st.sampled_from(clock.RATES), st.none() | st.floats(-60, 600)),
    min_size=1,
    max_size=8,
)


@given(SETTINGS)
def test_time_in_a_drill_never_goes_back_however_it_is_set(settings):
    segments: list[ClockSegment] = []
    real = START
    for seconds, rate, jump in settings:
        real += dt.timedelta(seconds=seconds)
        here = clock.sim_at(segments, real) if segments else SIM
        start = here if jump is None else here + dt.timedelta(minutes=max(0, jump))
        moment = max([real, *(one.real_start for one in segments[-1:])])
        segments.append(ClockSegment(real_start=moment, sim_start=start, rate=rate))
    shown = [clock.sim_at(segments, after(s)) for s in range(-10, 800, 7)]
    assert shown == sorted(shown)


def test_the_real_book_has_the_time_itself_and_no_clock(db):
    real = Book.objects.create(kind=BookKind.REAL, name="Real")
    assert clock.now_in(real, real=START) == START
    with pytest.raises(clock.NoSuchRate), transaction.atomic():
        clock.set_clock(book=real, rate=1, real=START)


def test_a_setting_holds_from_its_moment_on_and_is_never_edited(drill):
    assert clock.now_in(drill, real=START) == START  # not begun
    with transaction.atomic():
        clock.set_clock(book=drill, rate=10, real=START, jump_to=SIM)
    assert clock.now_in(drill, real=after(6)) == SIM + dt.timedelta(minutes=1)
    with transaction.atomic():
        clock.set_clock(book=drill, rate=0, real=after(6))
    assert clock.now_in(drill, real=after(500)) == SIM + dt.timedelta(minutes=1)
    with pytest.raises(clock.BackInTime), transaction.atomic():
        clock.set_clock(book=drill, rate=1, real=after(500), jump_to=SIM)
    with pytest.raises(clock.NoSuchRate, match="expected one of"), transaction.atomic():
        clock.set_clock(book=drill, rate=7, real=after(500))
    with pytest.raises(ProgrammingError), transaction.atomic():
        ClockSegment.objects.filter(book=drill).update(rate=60)


def test_a_clock_set_back_on_the_machine_does_not_undo_a_setting(drill):
    with transaction.atomic():
        clock.set_clock(book=drill, rate=10, real=after(60), jump_to=SIM)
    with transaction.atomic():
        clock.set_clock(book=drill, rate=0, real=after(30))  # half a minute earlier
    assert clock.now_in(drill, real=after(3600)) == SIM
