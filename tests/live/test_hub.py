"""The live hub with real sockets and a real database: nothing lost, nothing seen by others."""

import threading
import uuid

import pytest
from django.db import connection, connections
from websockets.exceptions import InvalidStatus

from relief.journal import log
from relief.journal.models import Audience
from relief.live import hub, replay
from tests.live.sockets import head, running, session_of, write
from tests.patience import wait

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(world):
    with running() as web:
        yield web


@pytest.fixture
def asha(world) -> str:
    return session_of(world.users["asha"])


def command(web, world, session, at, **more):
    return web.board(session, view="command", code=world.county.code, at=at, **more)


def test_a_change_reaches_every_level_that_may_see_it_and_nobody_else(web, world, asha):
    at = head(world.real)
    county = command(web, world, asha, at)
    north = web.board(
        session_of(world.users["emeka"]),
        view="township",
        code=world.area("Northbank").code,
        at=at,
    )
    south = web.board(
        session_of(world.users["farah"]),
        view="township",
        code=world.area("Southbank").code,
        at=at,
    )
    willow = web.board(
        session_of(world.users["gu"]), view="village", code=world.area("Willow").code, at=at
    )
    quay = web.board(
        session_of(world.users["bela"]), view="warehouse", code=world.county.code, at=at
    )
    boards = [county, north, south, willow, quay]
    for board in boards:
        board.wait(lambda one: one.joined)
    for text, place, audience, wide in [
        ("all below the county", world.county, None, True),
        ("north and its villages", world.area("Northbank"), None, True),
        ("north only", world.area("Northbank"), None, False),
        ("commanders of north", world.area("Northbank"), Audience.COMMAND, False),
        ("stores", world.county, Audience.WAREHOUSE, False),
        ("the other county", world.area("Kestrel County"), None, True),
    ]:
        last = write(world.real, area=place.path, text=text, audience=audience, wide=wide)
    write(world.drill, area=world.county.path, text="drill", wide=True)
    web.hub.loop.call_soon_threadsafe(web.hub.feed(world.real.id).ring)
    wait(lambda: web.hub.feed(world.real.id).head.number == last)
    web.hub.loop.call_soon_threadsafe(web.hub.feed(world.real.id).heartbeat)
    for board in boards:
        board.wait(lambda one: one.cursor == last)
        assert board.wrong is None
    assert county.texts() == {
        "all below the county",
        "north and its villages",
        "north only",
        "commanders of north",
    }
    assert north.texts() == {"all below the county", "north and its villages", "north only"}
    assert south.texts() == {"all below the county"}
    assert willow.texts() == {"all below the county", "north and its villages"}
    assert quay.texts() == {
        "all below the county",
        "north and its villages",
        "north only",
        "stores",
    }


def test_joining_while_others_write_leaves_no_hole(web, world, asha):
    at = head(world.real)
    stop = threading.Event()
    written = []

    def keep_writing() -> None:
        while not stop.is_set():
            written.append(write(world.real, area=world.county.path))
        connections.close_all()

    writers = [threading.Thread(target=keep_writing) for _ in range(2)]
    for writer in writers:
        writer.start()
    boards = []
    for _ in range(20):
        before = len(written)
        boards.append(command(web, world, asha, at))
        wait(lambda: len(written) > before)  # noqa: B023 (called at once)
    stop.set()
    for writer in writers:
        writer.join()
    for board in boards:
        board.wait(lambda one: one.cursor == max(written))
        assert board.wrong is None
        assert len(board.rows) == len(written)


def test_a_cut_socket_comes_back_with_its_cursor_and_misses_nothing(web, world, asha):
    at = head(world.real)
    first = command(web, world, asha, at)
    first.wait(lambda one: one.joined)
    write(world.real, area=world.county.path, text="seen")
    first.wait(lambda one: one.texts() == {"seen"})
    first.cut()
    write(world.real, area=world.county.path, text="missed")
    again = command(web, world, asha, at._replace(number=first.cursor))
    again.wait(lambda one: one.joined)
    assert again.texts() == {"missed"}


def test_a_replay_longer_than_a_page_is_whole(web, world, asha, monkeypatch):
    monkeypatch.setattr(replay, "PAGE", 7)
    at = head(world.real)
    for n in range(30):
        last = write(world.real, area=world.county.path, text=str(n))
    board = command(web, world, asha, at)
    board.wait(lambda one: one.joined)
    assert board.cursor == last and board.wrong is None
    assert board.texts() == {str(n) for n in range(30)}
    assert web.hub.feed(world.real.id).replays == 5


def test_many_who_ask_the_same_page_cost_one_query(web, world, asha):
    at = head(world.real)
    write(world.real, area=world.county.path)
    boards = [command(web, world, asha, at) for _ in range(10)]
    for board in boards:
        board.wait(lambda one: one.joined)
    assert web.hub.feed(world.real.id).replays == 1


def test_more_than_two_thousand_behind_takes_a_fresh_snapshot(web, world, asha):
    at = head(world.real)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO journal_entry
                (book_id, number, area, wide, audience, kind, rows, facts, happened_at)
            SELECT %(book)s, n, %(area)s, false, 15, 'told',
                   '[{"a":"","i":1,"t":"note","v":null}]', '{}', now()
              FROM generate_series(%(first)s, %(last)s) n
            """,
            {
                "book": world.real.id,
                "area": world.county.path,
                "first": at.number + 1,
                "last": at.number + 2001,
            },
        )
        cursor.execute(
            "UPDATE journal_book SET last_number = %s WHERE id = %s",
            [at.number + 2001, world.real.id],
        )
    behind = command(web, world, asha, at)
    behind.wait(lambda one: one.code == 4409)
    just = command(web, world, asha, at._replace(number=at.number + 1))
    just.wait(lambda one: one.joined)
    assert just.cursor == at.number + 2001


def test_a_cursor_from_the_future_or_another_log_takes_a_fresh_snapshot(web, world, asha):
    at = head(world.real)
    ahead = command(web, world, asha, at._replace(number=at.number + 1))
    ahead.wait(lambda one: one.code == 4409)
    other = command(web, world, asha, at._replace(epoch=uuid.uuid4()))
    other.wait(lambda one: one.code == 4409)
    nonsense = command(web, world, asha, at._replace(number="x"))
    nonsense.wait(lambda one: one.code == 4409)


def test_a_restore_sends_every_open_board_back_to_a_fresh_snapshot(web, world, asha):
    board = command(web, world, asha, head(world.real))
    board.wait(lambda one: one.joined)
    log.new_epoch(book_ids=[world.real.id])
    board.wait(lambda one: one.code == 4409)
    again = command(web, world, asha, head(world.real))
    again.wait(lambda one: one.joined)


def test_a_cursor_ahead_of_this_process_waits_for_its_next_pull(web, world, asha):
    first = command(web, world, asha, head(world.real))
    first.wait(lambda one: one.joined)
    write(world.real, area=world.county.path, text="one")
    ahead = command(web, world, asha, head(world.real))
    ahead.wait(lambda one: one.joined)
    assert ahead.texts() == set()
    first.wait(lambda one: one.texts() == {"one"})


def test_a_doorbell_that_was_cut_tells_what_came_meanwhile_and_is_heard_again(
    world, asha, monkeypatch
):
    monkeypatch.setattr(hub, "POLL_SECONDS", 3600.0)  # nothing but the bell tells of a change
    with running() as web:
        board = command(web, world, asha, head(world.real))
        board.wait(lambda one: one.joined)
        wait(lambda: web.hub.bell_connected)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
            )
            assert cursor.rowcount == 1
        write(world.real, area=world.county.path, text="unheard")
        board.wait(lambda one: one.texts() == {"unheard"})
        wait(lambda: web.hub.bell_connected)
        write(world.real, area=world.county.path, text="heard again")
        board.wait(lambda one: len(one.texts()) == 2)


def test_a_lost_bell_is_made_good_by_the_poll(web, world, asha):
    board = command(web, world, asha, head(world.real))
    board.wait(lambda one: one.joined)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH n AS (UPDATE journal_book SET last_number = last_number + 1
                        WHERE id = %s RETURNING id, last_number)
            INSERT INTO journal_entry
                (book_id, number, area, wide, audience, kind, rows, facts, happened_at)
            SELECT id, last_number, %s, false, 15, 'told',
                   '[{"a":"","i":"1","t":"note","v":{"text":"silent"}}]', '{}', now() FROM n
            """,
            [world.real.id, world.county.path],
        )
    board.wait(lambda one: one.texts() == {"silent"})


def test_a_reader_that_never_reads_is_dropped_and_the_others_go_on(web, world, asha):
    at = head(world.real)
    slow = command(web, world, asha, at, reads=False)
    good = command(web, world, asha, at)
    good.wait(lambda one: one.joined)
    wait(lambda: len(web.hub.watched) == 2)
    last = 0
    for _ in range(300):
        last = write(world.real, area=world.county.path, text="x" * 40_000)
        good.wait(lambda one, to=last: one.cursor == to)
        held = max(one.transport.get_write_buffer_size() for one in web.connections())
        assert held < 41_000, "more than one frame in a socket's buffer"
        if len(web.hub.watched) == 1:
            break
    assert len(web.hub.watched) == 1, "the slow socket was never dropped"
    assert good.cursor == last and good.wrong is None
    # Its client has not closed; the server lets go of it and of what it held all the same.
    wait(lambda: len(web.connections()) == 1)
    slow.cut()
    back = command(web, world, asha, at)
    back.wait(lambda one: one.joined)
    assert len(back.rows) == len(good.rows)


@pytest.mark.parametrize(
    "origin", [None, "https://elsewhere.example", "http://127.0.0.1:1", "null", "http://"]
)
def test_a_socket_from_another_page_or_none_is_refused(web, world, asha, origin):
    with pytest.raises(InvalidStatus) as refused:
        command(web, world, asha, head(world.real), origin=origin)
    assert refused.value.response.status_code == 403


def test_a_trusted_origin_is_let_in(web, world, asha, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.county.example"]
    at = head(world.real)
    board = command(web, world, asha, at, origin="https://relief.county.example")
    board.wait(lambda one: one.joined)
    with pytest.raises(InvalidStatus):
        command(web, world, asha, at, origin="http://relief.county.example")


def test_an_address_that_is_no_board_is_refused(web, world, asha):
    board = web.board(asha, view="nothing", code=world.county.code, at=head(world.real))
    board.wait(lambda one: one.code == 4403)
    with pytest.raises(InvalidStatus):
        web.board(asha, view="command", code="1/2", at=head(world.real))


def test_a_client_has_nothing_to_say(web, world, asha):
    board = command(web, world, asha, head(world.real))
    board.wait(lambda one: one.joined)
    board.socket.send("hello")
    board.wait(lambda one: one.code == 1003)


def test_a_closing_process_tells_its_sockets(world, asha):
    with running() as web:
        board = command(web, world, asha, head(world.real))
        board.wait(lambda one: one.joined)
    board.wait(lambda one: one.code in (1001, 1012))


def test_heartbeats_move_the_cursor_of_boards_that_have_nothing_to_see(web, world):
    at = head(world.real)
    north = web.board(
        session_of(world.users["emeka"]),
        view="township",
        code=world.area("Northbank").code,
        at=at,
    )
    north.wait(lambda one: one.joined)
    last = write(world.real, area=world.area("Southbank").path)
    wait(lambda: web.hub.feed(world.real.id).head.number == last)
    assert north.cursor == at.number
    web.hub.loop.call_soon_threadsafe(web.hub.feed(world.real.id).heartbeat)
    north.wait(lambda one: one.cursor == last)
    assert north.frames[-1]["t"] == "hb" and north.rows == {}
    write(world.real, area=world.area("Northbank").path, text="mine")
    north.wait(lambda one: one.texts() == {"mine"})
    assert north.wrong is None
