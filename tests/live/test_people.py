"""Who may hold a socket: sessions, duties, and both taken away while connected."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from relief.access.acts import PERMITS, Role
from relief.access.models import Duty
from relief.boards.scopes import View
from tests.live.sockets import head, running, session_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(world):
    with running() as web:
        yield web


def township(web, world, session, place="Northbank"):
    return web.board(session, view="township", code=world.area(place).code, at=head(world.real))


@pytest.fixture
def emeka(web, world):
    """Northbank's board as its officer has it open."""
    board = township(web, world, session_of(world.users["emeka"]))
    board.wait(lambda one: one.joined)
    return board


def duty(world) -> Duty:
    return Duty.objects.get(user=world.users["emeka"], area=world.area("Northbank"))


def test_without_a_session_4401(web, world):
    for session in ("", "made-up"):
        board = township(web, world, session)
        board.wait(lambda one: one.code == 4401)


def test_an_expired_session_4401(web, world):
    session = session_of(world.users["emeka"])
    Session.objects.filter(session_key=session).update(expire_date=timezone.now())
    board = township(web, world, session)
    board.wait(lambda one: one.code == 4401)


def test_a_session_of_an_older_password_4401(web, world):
    session = session_of(world.users["emeka"])
    world.users["emeka"].set_password("a new one, long enough")
    world.users["emeka"].save()
    board = township(web, world, session)
    board.wait(lambda one: one.code == 4401)


@pytest.mark.parametrize("place", ["Southbank", "Harbour County", "Gull", "Eastsea Prefecture"])
def test_the_board_of_another_area_4403(web, world, place):
    board = township(web, world, session_of(world.users["emeka"]), place)
    board.wait(lambda one: one.code == 4403)


def test_a_view_the_role_does_not_have_4403(web, world):
    board = web.board(
        session_of(world.users["emeka"]),
        view="command",
        code=world.area("Northbank").code,
        at=head(world.real),
    )
    board.wait(lambda one: one.code == 4403)


def test_without_a_duty_4403(web, world):
    board = township(web, world, session_of(world.users["dana"]))
    board.wait(lambda one: one.code == 4403)


@pytest.mark.parametrize("chosen", [None, "real", "drill"])
def test_who_holds_duties_in_the_drill_alone_gets_the_drill_whatever_the_session_says(
    web, world, chosen
):
    more = {"book": getattr(world, chosen).id} if chosen else {}
    session = session_of(world.users["iris"], **more)
    drill = web.board(
        session, view="township", code=world.area("Northbank").code, at=head(world.drill)
    )
    drill.wait(lambda one: one.joined)
    # Asked with the real book's cursor it is still the drill, which knows no such log.
    real = township(web, world, session)
    real.wait(lambda one: one.code == 4409)


def test_a_book_without_a_duty_falls_back_to_the_real_one(web, world):
    for book in (world.drill.id, 987654):
        board = township(web, world, session_of(world.users["emeka"], book=book))
        board.wait(lambda one: one.joined)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("role", Role)
def test_every_role_opens_exactly_the_boards_its_acts_name(world, role, view):
    """The socket's own reading of duties agrees with the gate, also for an area below."""
    from asgiref.sync import async_to_sync

    from relief.live.database import Reader
    from relief.live.people import Asked, Seat, admit

    now = timezone.now()
    Duty.objects.create(
        user=world.users["dana"],
        role=role,
        area=world.county,
        book=world.real,
        valid_from=now - dt.timedelta(hours=1),
    )
    session = session_of(world.users["dana"])

    async def ask() -> bool:
        reader = Reader(size=1)
        await reader.open()
        try:
            asked = Asked(session, view, world.area("Willow").code)
            (said,) = await admit(reader=reader, asked=[asked], now=now)
        finally:
            await reader.close()
        assert isinstance(said, Seat) or said.code == 4403
        return isinstance(said, Seat)

    assert async_to_sync(ask)() is (view.act in PERMITS[role])


def test_a_duty_that_ends_closes_the_socket(emeka, world):
    Duty.objects.filter(id=duty(world).id).update(valid_to=timezone.now())
    emeka.wait(lambda one: one.code == 4403)


def test_a_duty_that_is_deleted_closes_the_socket(emeka, world):
    duty(world).delete()
    emeka.wait(lambda one: one.code == 4403)


def test_a_duty_that_ends_by_its_date_closes_the_socket(emeka, world):
    end = timezone.now() + dt.timedelta(seconds=1)
    Duty.objects.filter(id=duty(world).id).update(valid_to=end)
    emeka.wait(lambda one: one.code == 4403)
    assert timezone.now() >= end


def test_a_duty_moved_to_another_township_closes_the_socket(emeka, world):
    Duty.objects.filter(id=duty(world).id).update(area=world.area("Southbank"))
    emeka.wait(lambda one: one.code == 4403)


def test_a_duty_moved_while_the_board_was_away_keeps_it_out(emeka, web, world):
    emeka.cut()
    Duty.objects.filter(id=duty(world).id).update(area=world.area("Southbank"))
    again = township(web, world, session_of(world.users["emeka"]))
    again.wait(lambda one: one.code == 4403)
    moved = township(web, world, session_of(world.users["emeka"]), "Southbank")
    moved.wait(lambda one: one.joined)


def test_one_more_duty_changes_nothing_and_the_end_of_the_first_still_closes(emeka, web, world):
    more = Duty.objects.create(
        user=world.users["emeka"],
        role=Role.TOWNSHIP_OFFICER,
        area=world.area("Southbank"),
        book=world.real,
        valid_from=timezone.now(),
    )
    south = township(web, world, session_of(world.users["emeka"]), "Southbank")
    south.wait(lambda one: one.joined)
    duty(world).delete()
    emeka.wait(lambda one: one.code == 4403)
    assert south.code is None
    more.delete()
    south.wait(lambda one: one.code == 4403)


def test_signing_out_closes_the_socket(emeka, world):
    Session.objects.all().delete()
    emeka.wait(lambda one: one.code == 4401)


def test_a_new_password_closes_the_socket(emeka, world):
    world.users["emeka"].set_password("another one, long enough")
    world.users["emeka"].save()
    emeka.wait(lambda one: one.code == 4401)


def test_a_person_taken_out_of_service_loses_the_socket(emeka, world):
    world.users["emeka"].is_active = False
    world.users["emeka"].save()
    emeka.wait(lambda one: one.code == 4401)


def test_others_keep_theirs(emeka, web, world):
    other = township(web, world, session_of(world.users["asha"]))
    other.wait(lambda one: one.joined)
    duty(world).delete()
    emeka.wait(lambda one: one.code == 4403)
    assert other.code is None
