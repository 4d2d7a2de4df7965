"""A board whose township a drill cuts off: no socket meanwhile, and nothing missing afterwards."""

import datetime as dt

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from relief.access.acts import Role
from relief.access.models import Duty
from relief.drills import outages
from relief.journal import clock, reading
from relief.journal.models import ClockSegment
from relief.live import silence
from relief.live.database import Reader
from tests import world as named
from tests.live.sockets import head, running, session_of, write

pytestmark = pytest.mark.django_db(transaction=True)

BEGINS = dt.datetime(2026, 7, 20, 2, 30, tzinfo=dt.UTC)
BACK = BEGINS + dt.timedelta(hours=1.5)


@pytest.fixture
def drill(world):
    """It runs, with Northbank to be cut off at the event; its clock stands a minute before."""
    for name, role, place in (
        ("emeka", Role.TOWNSHIP_OFFICER, "Northbank"),
        ("asha", Role.COMMANDER, "Harbour County"),
    ):
        Duty.objects.create(
            user=world.users[name], role=role, area=world.area(place), book=world.drill,
            valid_from=BEGINS - dt.timedelta(days=1),
        )  # fmt: skip
    set_clock(world, BEGINS - dt.timedelta(minutes=1), rate=0)
    silent = {world.area("Northbank").code: 1.5, world.area("Southbank").code: 0}
    return named.drill(world, begins_at=BEGINS, truth={"silent": silent})


def set_clock(world, to: dt.datetime, *, rate: int) -> None:
    ClockSegment.objects.create(
        book=world.drill, real_start=timezone.now(), sim_start=to, rate=rate
    )


def test_a_board_that_falls_silent_loses_its_socket_and_afterwards_misses_nothing(world, drill):
    north = world.area("Northbank")

    def board(name: str, at: reading.Head):
        session = session_of(world.users[name], book=world.drill.id)
        return web.board(session, view="township", code=north.code, at=at)

    with running() as web:
        cut, whole = (board(name, head(world.drill)) for name in ("emeka", "asha"))
        for one in (cut, whole):
            one.wait(lambda one: one.joined)
        write(world.drill, area=north.path, text="before")
        cut.wait(lambda one: one.texts() == {"before"})

        set_clock(world, BEGINS - dt.timedelta(seconds=30), rate=60)
        cut.wait(lambda one: one.code == 4503)
        assert dt.datetime.fromisoformat(cut.socket.protocol.close_reason) == BACK
        write(world.drill, area=north.path, text="meanwhile")
        whole.wait(lambda one: one.texts() == {"before", "meanwhile"})
        at = reading.Head(head(world.drill).epoch, cut.cursor)
        assert cut.texts() == {"before"}
        refused = board("emeka", at)
        refused.wait(lambda one: one.code == 4503)
        assert not refused.frames

        set_clock(world, BACK, rate=1)
        again = board("emeka", at)
        again.wait(lambda one: one.joined)
        assert again.texts() == {"meanwhile"}
        assert again.cursor == whole.cursor and whole.code is None


@pytest.mark.parametrize("to", [BEGINS - dt.timedelta(seconds=1), BEGINS, BACK])
def test_sockets_pages_and_phones_take_the_same_places_for_silent(world, drill, to):
    set_clock(world, to, rate=0)
    now = timezone.now()

    async def ask() -> silence.Silent:
        reader = Reader(size=1)
        await reader.open()
        try:
            return await silence.silent(reader=reader, books=[world.drill.id], now=now)
        finally:
            await reader.close()

    drill_now = clock.now_in(world.drill, real=now)
    pages = outages.silent_townships(drill=drill, now=drill_now)
    assert async_to_sync(ask)() == ({world.drill.id: pages} if pages else {})
    assert pages == ({world.area("Northbank").path: BACK} if to == BEGINS else {})
