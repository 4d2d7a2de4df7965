"""Injects in whatever order the room acts: none sent twice, none lost, and time never goes back."""

import datetime as dt
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief.access.gate import Refused
from relief.drills import agenda, control, engine, injects, robots
from relief.drills.models import DrillState, InjectState
from relief.journal import clock
from relief.journal.models import Entry
from tests import world as named
from tests.drills.conftest import REAL, Hall, prepared
from tests.flow.test_anything_in_any_order import one_example
from tests.flow.test_at_once import at_once, refusals

STEPS = ["turn", "turn", "wait", "jump", "send", "send", "skip", "postpone", "disable", "enable"]
STEPS += ["reword", "add", "pause", "run"]


class Room:
    """The control room and the worker, at one real moment after the other."""

    def __init__(self, hall: Hall, data: st.DataObject) -> None:
        self.hall, self.data = hall, data
        self.drill, self.actor = hall.drill, hall.actor

    @property
    def now(self) -> dt.datetime:
        return clock.now_in(self.drill.book, real=self.hall.real)

    def one(self):
        numbers = list(self.drill.injects.values_list("number", flat=True))
        return self.hall.inject(self.data.draw(st.sampled_from(sorted(numbers))))

    def take(self, step: str) -> None:
        self.hall.real += dt.timedelta(seconds=self.data.draw(st.integers(0, 20)))
        try:
            getattr(self, step)()
        except Refused:
            pass  # nothing was changed; what must hold is checked after every step

    def turn(self) -> None:
        self.hall.turn()

    def wait(self) -> None:
        self.hall.real += dt.timedelta(minutes=self.data.draw(st.integers(1, 4)))

    def jump(self) -> None:
        due = agenda.next_due(drill=self.drill)
        if due is not None:
            self.set_clock(self.data.draw(st.sampled_from([1, 60])), to=due)

    def pause(self) -> None:
        self.set_clock(0)

    def run(self) -> None:
        self.set_clock(self.data.draw(st.sampled_from([1, 10, 60])))

    def set_clock(self, rate: int, to: dt.datetime | None = None) -> None:
        control.set_rate(
            actor=self.actor, drill_id=self.drill.pk, rate=rate, real=self.hall.real, jump_to=to
        )

    def send(self) -> None:
        injects.send_inject(actor=self.actor, inject_id=self.one().pk, now=self.now)

    def skip(self) -> None:
        injects.skip_inject(actor=self.actor, inject_id=self.one().pk, now=self.now)

    def postpone(self) -> None:
        later = self.now + dt.timedelta(minutes=self.data.draw(st.integers(1, 90)))
        self.change(due_at=later)

    def disable(self) -> None:
        self.change(enabled=False)

    def enable(self) -> None:
        self.change(enabled=True)

    def reword(self) -> None:
        self.change(words=_words("改写"))

    def change(self, **changes) -> None:
        one = self.one()
        injects.change_inject(actor=self.actor, inject_id=one.pk, now=self.now, **changes)

    def add(self) -> None:
        minutes = self.data.draw(st.sampled_from([None, 0, 5, 60]))
        seat = self.drill.seats.order_by("id").first()
        given = injects.Added(seat.pk, "总控", "phone", _words("临时"), minutes)
        key = uuid.UUID(int=self.data.draw(st.integers(1, 4)))
        injects.add_inject(
            actor=self.actor, drill_id=self.drill.pk, added=given, request_key=key, now=self.now
        )

    def entries(self, kind: str) -> list[Entry]:
        return list(Entry.objects.filter(book=self.drill.book, kind=kind).order_by("number"))

    def check(self, earlier: dt.datetime, known: set[int]) -> None:
        told = [one.facts["number"] for one in self.entries("inject_sent")]
        assert len(told) == len(set(told)), "sent twice"
        every = {one.number: one for one in self.drill.injects.all()}
        assert known <= every.keys(), "lost"
        sent = {number for number, one in every.items() if one.sent_at is not None}
        assert sent == set(told)
        for one in every.values():
            assert one.enabled or one.state != InjectState.SENT or one.number in known
            assert (one.state in (InjectState.WAITING, InjectState.SKIPPED)) == (not one.sent_at)
        assert self.now >= earlier, "time went back"


def _words(text: str) -> injects.Words:
    return injects.Words(text, text, "", "", None, None)


@pytest.fixture
def quiet(monkeypatch):
    """Robots sit still: the room alone acts."""
    monkeypatch.setattr(robots, "act", lambda **_given: [])


@pytest.mark.django_db
@settings(
    max_examples=7,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), steps=st.lists(st.sampled_from(STEPS), min_size=15, max_size=25))
def test_whatever_the_room_does_no_inject_is_sent_twice_or_lost(world, quiet, data, steps):
    with one_example():
        hall = Hall(world, prepared(world), REAL)
        hall.begin(rate=60)
        room, known = Room(hall, data), {1, 2, 3, 4}
        for step in steps:
            before, off = room.now, _off(room)
            room.take(step)
            room.check(before, known)
            if step not in ("enable", "skip"):
                assert off <= _off(room), "a disabled inject went off or came back by itself"
            known = set(room.drill.injects.values_list("number", flat=True))
        # Whatever is overdue in the end can be sent by hand, also while the clock stands.
        room.pause()
        for late in agenda.overdue(drill=room.drill, now=room.now):
            injects.send_inject(actor=room.actor, inject_id=late.pk, now=room.now)
        assert agenda.overdue(drill=room.drill, now=room.now) == []
        room.check(before, known)
        assert hall.fresh().state == DrillState.RUNNING


def _off(room: Room) -> set[int]:
    waiting = room.drill.injects.filter(enabled=False, state=InjectState.WAITING)
    return set(waiting.values_list("number", flat=True))


@pytest.mark.django_db(transaction=True)
def test_sent_by_two_hands_and_the_clock_at_once_it_goes_off_once(transactional_db, quiet):
    world = named.build()
    hall = Hall(world, prepared(world), REAL)
    hall.begin(rate=60)
    hall.real += dt.timedelta(minutes=5)

    def send():
        now = hall.inject(4).due_at
        return injects.send_inject(actor=hall.actor, inject_id=hall.inject(4).pk, now=now)

    def turn():
        return engine.turn(drill_id=hall.drill.pk, real=hall.real)

    found = at_once(send, turn, send, turn)
    assert len(refusals(found)) >= 1
    told = Entry.objects.filter(book=hall.drill.book, kind="inject_sent", facts__number=4)
    assert told.count() == 1 and hall.inject(4).state == InjectState.SENT
