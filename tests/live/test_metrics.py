"""What a monitoring system reads of a web process."""

import urllib.error
import urllib.request
from collections import Counter
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from relief.journal.reading import Head
from relief.live.metrics import _Live
from tests.live import sockets
from tests.patience import PATIENCE, wait

pytestmark = pytest.mark.django_db(transaction=True)


def read(port: int, token: str | None = "secret") -> str:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=headers)
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        return answer.read().decode()


def value(text: str, name: str) -> float:
    found = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
    assert len(found) == 1, (name, text)
    return float(found[0])


def test_it_counts_sockets_and_says_how_far_the_hub_is(world, settings):
    settings.METRICS_TOKEN = "secret"
    with sockets.running() as web:
        book = world.real
        at = sockets.head(book)
        session = sockets.session_of(world.users["asha"])
        board = web.board(session, view="command", code=world.county.code, at=at)
        board.wait(lambda one: one.joined)
        sockets.write(book, area=world.area("Northbank").path, text="seen")
        board.wait(lambda one: "seen" in one.texts())
        wait(lambda: web.hub.bell_connected)
        text = read(web.port)
        labels = f'book="{book.id}",path="{world.county.path}",view="command"'
        assert value(text, f"relief_sockets{{{labels}}}") == 1
        assert value(text, f'relief_journal_head{{book="{book.id}"}}') == at.number + 1
        assert value(text, f'relief_hub_lag_entries{{book="{book.id}"}}') == 0
        assert value(text, "relief_doorbell_connected") == 1
        board.socket.send("nonsense")
        board.wait(lambda one: one.code is not None)
        wait(lambda: web.hub.ended[1003] == 1)
        assert value(read(web.port), 'relief_sockets_ended_total{code="1003"}') == 1


def test_it_says_when_the_hub_is_behind_and_the_doorbell_is_not_heard(world):
    book = world.real
    hub = SimpleNamespace(
        bell_connected=False,
        ended=Counter({4408: 2}),
        feeds={
            book.id: SimpleNamespace(
                head=Head(book.epoch, book.last_number - 3), replays=7, rooms={}
            )
        },
    )
    registry = CollectorRegistry()
    registry.register(_Live(hub))
    text = generate_latest(registry).decode()
    assert value(text, "relief_doorbell_connected") == 0
    assert value(text, f'relief_hub_lag_entries{{book="{book.id}"}}') == 3
    assert value(text, f'relief_replay_queries_total{{book="{book.id}"}}') == 7
    assert value(text, 'relief_sockets_ended_total{code="4408"}') == 2


@pytest.mark.parametrize(("kept", "shown"), [("", ""), ("", None), ("secret", "guess")])
def test_without_the_right_token_there_is_no_such_page(client, settings, kept, shown):
    settings.METRICS_TOKEN = kept
    headers = {"Authorization": f"Bearer {shown}"} if shown is not None else {}
    assert client.get("/metrics", headers=headers).status_code == 404
