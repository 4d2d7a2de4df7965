"""Messages are written once, leave once, and in a drill reach participants alone."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from relief.access.gate import NotFound, NotYourDuty
from relief.jobs import tasks
from relief.journal.models import Entry
from relief.messaging import actions, delivery, steps
from relief.messaging.models import AllowedPhone, Message, MessageState, Occasion
from tests import proof
from tests.messaging.gateways import gateway  # noqa: F401
from tests.web_goods.conftest import Person
from tests.world import NOW

PLAYER, OUTSIDER = "13800000001", "13900000009"


def write(world, *, book=None, phone=PLAYER, key=None, text="The river rises") -> Message:
    with transaction.atomic():
        return steps.send(
            book=book or world.real,
            area=world.county,
            key=key or uuid.uuid4(),
            occasion=Occasion.INJECT,
            phone=phone,
            person="Asha",
            text=text,
            now=NOW,
        )


def allow(world, phone=PLAYER) -> None:
    with transaction.atomic():
        steps.allow(book=world.drill, phone=phone)


def deliver_all(now=NOW) -> list[Message]:
    return list(iter(lambda: delivery.deliver_next(now=now), None))


def test_a_key_is_one_message_however_often_it_is_written(world):
    key = uuid.uuid4()
    first = write(world, key=key, text="one")
    assert write(world, key=key, text="two").pk == first.pk
    assert [one.text for one in Message.objects.all()] == ["one"]
    assert write(world, book=world.drill, key=key).pk != first.pk


def test_a_wrong_number_stands_in_the_list_and_holds_nothing_up(world):
    message = write(world, phone="13800000000; DROP")
    assert (message.state, message.fault) == (MessageState.FAILED, steps.NO_NUMBER)


def test_a_drill_holds_back_what_would_reach_an_outsider(world):
    allow(world, "+86 138 0000 0001")
    states = [write(world, book=world.drill, phone=one).state for one in (PLAYER, OUTSIDER)]
    assert states == [MessageState.WAITING, MessageState.HELD]
    assert set(Message.objects.values_list("text", flat=True)) == {"【演练】The river rises"}
    # What a drill allows, the real operation does not ask for, and the other way round.
    assert write(world, phone=OUTSIDER).state == MessageState.WAITING


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_everything_once_and_nothing_to_outsiders(world, gateway):  # noqa: F811
    allow(world)
    allowed = [write(world, book=world.drill).key for _ in range(6)]
    late = write(world, book=world.drill)
    [write(world, book=world.drill, phone=OUTSIDER) for _ in range(6)]
    # Written past the step, and no longer allowed: the worker looks again before it leaves.
    Message.objects.filter(pk=late.pk).update(phone=OUTSIDER)

    def work():
        connection.ensure_connection()
        return deliver_all()

    proof.at_once(work, work)
    deliver_all()
    assert sorted(one["id"] for one in gateway.got) == sorted(map(str, allowed))
    assert set(gateway.phones()) == {PLAYER}
    assert all(one["text"].startswith("【演练】") for one in gateway.got)
    held = Message.objects.filter(state=MessageState.HELD)
    assert (held.count(), Message.objects.filter(state=MessageState.SENT).count()) == (7, 6)


@pytest.mark.django_db
class TestOneWorker:
    """Deliveries in the test's own transaction; `durable` is the worker's matter."""

    @pytest.fixture(autouse=True)
    def _gateway(self, world, gateway):  # noqa: F811
        self.world, self.gateway = world, gateway

    def test_the_same_id_goes_with_every_try_until_it_is_taken(self):
        message = write(self.world)
        self.gateway.answers = [503, 429, 202]
        assert len(deliver_all()) == 1  # the next try is not due yet
        for seconds in (5, 15):
            deliver_all(NOW + dt.timedelta(seconds=seconds))
        message.refresh_from_db()
        assert (message.state, message.tries, message.fault) == (MessageState.SENT, 3, "")
        assert message.sent_at == NOW + dt.timedelta(seconds=15)
        assert [one["id"] for one in self.gateway.got] == [str(message.key)] * 3
        sent = self.gateway.headers[0]
        assert sent["Idempotency-Key"] == str(message.key)
        assert sent["path"] == "/send?from=relief"

    def test_what_the_gateway_refuses_for_good_is_not_tried_again(self):
        message = write(self.world)
        self.gateway.answers = [400]
        deliver_all()
        assert deliver_all(NOW + dt.timedelta(days=1)) == []
        message.refresh_from_db()
        assert (message.state, message.fault) == (MessageState.FAILED, "HTTP 400")

    def test_tries_come_to_an_end_and_a_person_begins_them_anew(self, settings):
        settings.MESSAGE_TRIES = 2
        settings.MESSAGE_GATEWAY = "http://127.0.0.1:9/"  # nobody listens there
        message = write(self.world)
        for hours in range(3):
            deliver_all(NOW + dt.timedelta(hours=hours))
        message.refresh_from_db()
        assert (message.state, message.tries) == (MessageState.FAILED, 2)
        assert "refused" in message.fault
        chidi = self.world.actor("chidi")
        actions.try_again(actor=chidi, message_id=message.pk, now=NOW)
        settings.MESSAGE_GATEWAY = self.gateway.address
        [sent] = deliver_all(NOW)
        assert (sent.state, self.gateway.phones()) == (MessageState.SENT, [PLAYER])

    def test_the_workers_turn_ends_where_the_gateway_fails(self):
        first, second, _third = (write(self.world) for _ in range(3))
        self.gateway.answers = [200, 503]
        tasks.send_messages(timestamp=0)
        assert [one["id"] for one in self.gateway.got] == [str(first.key), str(second.key)]
        tasks.send_messages(timestamp=5)  # the third; the second waits for its pause
        states = Message.objects.order_by("id").values_list("state", flat=True)
        assert list(states) == [MessageState.SENT, MessageState.WAITING, MessageState.SENT]

    def test_without_a_gateway_a_person_sends_it_and_says_so(self, settings):
        settings.MESSAGE_GATEWAY = ""
        message = write(self.world)
        assert deliver_all() == []
        before = proof.last_number(self.world.real)
        asha = self.world.actor("asha")
        done = actions.mark_sent(actor=asha, message_id=message.pk, now=NOW, real=NOW)
        assert (done.state, done.sent_at, done.sent_by) == ("sent", NOW, asha.user_id)
        [told] = Entry.objects.filter(book=self.world.real, number__gt=before)
        assert (told.kind, told.facts["message"]) == ("message_sent_by_hand", message.pk)
        with pytest.raises(actions.NotToSend, match="sent by now; nothing was changed"):
            actions.mark_sent(actor=asha, message_id=message.pk, now=NOW, real=NOW)


def test_nobody_marks_what_a_drill_holds_back(world):
    held = write(world, book=world.drill, phone=OUTSIDER)
    iris = world.actor("iris")
    with pytest.raises(actions.NotToSend):
        actions.mark_sent(actor=iris, message_id=held.pk, now=NOW, real=NOW)
    allow(world)
    waiting = write(world, book=world.drill)
    AllowedPhone.objects.all().delete()
    with pytest.raises(actions.NotToSend, match="not a participant's number"):
        actions.mark_sent(actor=iris, message_id=waiting.pk, now=NOW, real=NOW)


def test_what_a_stopped_drill_had_still_to_say_is_withdrawn(world):
    allow(world)
    waiting, real = write(world, book=world.drill), write(world)
    with transaction.atomic():
        assert steps.withdraw(book=world.drill) == 1
    waiting.refresh_from_db()
    real.refresh_from_db()
    assert (waiting.state, waiting.fault) == (MessageState.FAILED, steps.WITHDRAWN)
    assert real.state == MessageState.WAITING


def test_messages_are_the_countys_matter(world):
    message = write(world)

    def attempt(actor):
        actions.mark_sent(actor=actor, message_id=message.pk, now=NOW, real=NOW)

    proof.refuses(
        world,
        attempt,
        dana=NotFound,
        jonas=NotFound,
        iris=NotFound,
        emeka=NotFound,
        hana=NotYourDuty,
    )


def test_the_page_lists_each_book_apart_and_marks_what_was_sent(world):
    write(world, text="real words")
    allow(world)
    write(world, book=world.drill, text="made-up words")
    scene = SimpleNamespace(world=world, now=NOW)
    browser = Person(scene, "asha")
    page = browser.get("/messages/").content.decode()
    assert "real words" in page and "made-up words" not in page
    message = Message.objects.get(book=world.real)
    sent = browser.post(f"/messages/{message.pk}/", do="sent")
    assert sent.status_code == 302
    assert "real words" in browser.get("/messages/?state=sent").content.decode()
    assert "made-up words" in Person(scene, "iris").get("/messages/").content.decode()
