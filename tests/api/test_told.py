"""Players of a drill on their phones: told, received, answered, cut off, stopped, and let go."""

import datetime as dt
import io

import pytest
from PIL import Image

from relief.drills import attachments, control, injects, people
from relief.drills.models import Seat
from relief.field.models import Item
from relief.journal.models import Entry
from tests.api.phones import Phone
from tests.api.test_items import refused
from tests.api.test_observations import BEGUN, SPEED, at, drill_time, hall, phone_of
from tests.drills.conftest import BEGINS, TOWNS, Hall

__all__ = ["at", "hall"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.fixture
def drill(hall, settings, tmp_path) -> Hall:
    """Begun: Emeka plays the duty officer and Farah Southbank; the first inject went to Emeka."""
    settings.FILES = tmp_path
    silence(hall, {})
    control.begin(actor=hall.actor, drill_id=hall.drill.pk, rate=SPEED, real=BEGUN)
    seat(hall, "duty", "emeka")
    seat(hall, "south", "farah")
    hall.drill.injects.filter(number=1).update(expected="开设事件", expected_en="Open an incident")
    injects.send_inject(actor=hall.actor, inject_id=hall.inject(1).pk, now=BEGINS)
    return hall


def seat(hall: Hall, key: str, name: str | None) -> None:
    found = Seat.objects.get(drill=hall.drill, key=key)
    user = hall.world.users[name].pk if name else None
    people.take_seat(actor=hall.actor, seat_id=found.pk, user_id=user, now=BEGUN)


def silence(hall: Hall, hours: dict[str, int]) -> None:
    """These townships are without a network for so many hours of the drill, and no others."""
    drill = hall.fresh()
    drill.truth["silent"] = hours
    drill.save(update_fields=["truth"])


def ask(phone: Phone, drill: Hall, **headers: str):
    return phone.get(f"drill?book={drill.drill.book_id}", **headers)


def heard(phone: Phone, drill: Hall, *, number: int = 1, **body) -> dict:
    """What the phone saves when somebody presses 收到, or answers."""
    item = phone.item("task", inject=drill.inject(number).pk, **body)
    return item | {"book": drill.drill.book_id, "offset_seconds": 0}


def test_a_phone_is_told_what_its_seats_were_told_and_nothing_of_others(drill, at):
    emeka, farah = phone_of(drill, "emeka"), phone_of(drill, "farah")
    at(1)
    answer = ask(emeka, drill)
    told = answer.json()
    assert told == {
        "book": drill.drill.book_id,
        "held": [f"duty_officer {drill.world.county.path}"],
        "title": "港县洪水演练",
        "title_en": "Harbour flood drill",
        "state": "running",
        "ended_at": None,
        "reason": "",
        "clock": [
            {"real": "2026-07-15T04:00:00.000Z", "sim": "2026-07-19T18:30:00.000Z", "rate": SPEED}
        ],
        "told": [
            {
                "id": drill.inject(1).pk,
                "number": 1,
                "sent_at": "2026-07-19T18:30:00.000Z",
                "way": "phone",
                "sender": "气象台",
                "seat": "duty",
                "seat_en": "Duty",
                "text": "水位上涨",
                "text_en": "The river rises",
                "file": "",
                "received_at": None,
                "reply": "",
            }
        ],
    }
    assert "Relief-Drill" not in answer
    assert ask(emeka, drill, **{"If-None-Match": answer["ETag"]}).status_code == 304
    assert Seat.objects.get(drill=drill.drill, key="duty").seen_at == at(1)
    assert ask(farah, drill).json()["told"] == []
    reference = emeka.get(f"reference?book={drill.drill.book_id}").json()
    assert reference["held"] == told["held"]
    # Who runs the drill, or nothing at all in it, is in no book of it; the real book has no drill.
    refused(ask(phone_of(drill, "asha"), drill), "item.unknown_place", 404)
    refused(emeka.get(f"drill?book={drill.world.real.id}"), "item.unknown_place", 404)

    # Neither what waits nor another seat's inject can be received.
    refused(emeka.put(heard(emeka, drill, number=4)), "item.unknown_place", 404)
    refused(farah.put(heard(farah, drill)), "auth.not_allowed", 403)
    real = heard(emeka, drill) | {"book": drill.world.real.id}
    refused(emeka.put(real), "item.unknown_place", 404)
    assert drill.inject(1).received_by is None and not Item.objects.exists()


def test_what_is_received_and_answered_counts_once_from_the_moment_it_was_pressed(drill, at):
    emeka = phone_of(drill, "emeka")
    at(3)
    pressed = heard(emeka, drill)
    answered = heard(emeka, drill, reply=" On our way ")
    at(9)  # there was no network for six minutes
    first = emeka.put(pressed)
    at(9.5)
    results = emeka.batch(pressed, answered).json()["results"]
    at(10)  # nor did the answers come
    again = emeka.batch(pressed, answered, answered).json()["results"]
    assert first.status_code == 201, first.content
    assert [one["status"] for one in results] == [200, 201]
    assert [one["status"] for one in again] == [200, 200, 200]
    receipts = [first.json(), results[1]["receipt"]]
    assert [one["receipt"] for one in again] == [*receipts, receipts[1]]
    assert [one["state"] for one in receipts] == ["done", "done"]
    assert receipts[0]["receipt"].startswith("YL-ZQ-0720-")
    one = drill.inject(1)
    assert (one.state, one.reply) == ("received", "On our way")
    assert (one.received_by, one.received_at) == (drill.world.users["emeka"].pk, drill_time(3))
    entries = Entry.objects.filter(book=drill.drill.book_id, kind="inject_received")
    assert [
        (entry.happened_at, entry.facts["reply"], entry.facts["receipt"])
        for entry in entries.order_by("number")
    ] == [
        (drill_time(9), "", receipts[0]["receipt"]),
        (drill_time(9.5), "On our way", receipts[1]["receipt"]),
    ]
    [told] = ask(emeka, drill).json()["told"]
    assert (told["received_at"], told["reply"]) == ("2026-07-19T19:00:00.000Z", "On our way")
    # Nobody heard it before it was said, whatever a phone's clock shows.
    control.set_rate(actor=drill.actor, drill_id=drill.drill.pk, rate=SPEED, real=at(11))
    sent_at = drill_time(11)
    injects.send_inject(actor=drill.actor, inject_id=drill.inject(4).pk, now=sent_at)
    early = heard(emeka, drill, number=4) | {"made_at": BEGUN.isoformat()}
    assert emeka.put(early).status_code == 201
    assert drill.inject(4).received_at == sent_at


def test_bodies_nobody_honest_sends_are_refused(drill):
    emeka = phone_of(drill, "emeka")
    for body in ({"inject": "1"}, {"inject": 0}, {"reply": "x" * 401}, {"task": 1}, {"done": True}):
        item = heard(emeka, drill)
        item["body"] |= body
        refused(emeka.put(item), "request.invalid", 422)
    assert not Item.objects.exists()


def test_a_picture_comes_with_the_phones_token_to_its_seat_alone(drill, at):
    emeka, farah = phone_of(drill, "emeka"), phone_of(drill, "farah")
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(made, "PNG")
    kept = attachments.keep(drill_id=drill.drill.pk, name="gauge.png", data=made.getvalue())
    drill.drill.injects.filter(number=1).update(attachment=kept.sha256, attachment_name=kept.name)
    assert ask(emeka, drill).json()["told"][0]["file"] == "gauge.png"
    address = f"drill/injects/{drill.inject(1).pk}?book={drill.drill.book_id}"
    shown = emeka.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert shown.content[:4] == b"\x89PNG"
    refused(farah.get(address), "item.unknown_place", 404)
    waits = f"drill/injects/{drill.inject(4).pk}?book={drill.drill.book_id}"
    refused(emeka.get(waits), "item.unknown_place", 404)


def test_nothing_is_told_while_the_drill_has_cut_the_person_off(drill, at):
    silence(drill, {TOWNS["hill"]: 2})
    seat(drill, "south", None)
    seat(drill, "hill", "farah")
    seat_of_hill = Seat.objects.get(drill=drill.drill, key="hill")
    drill.drill.injects.filter(number=3).update(seat=seat_of_hill)
    injects.send_inject(actor=drill.actor, inject_id=drill.inject(3).pk, now=BEGINS)
    farah = phone_of(drill, "farah")
    at(1)
    refused(ask(farah, drill), "drill.outage", 503)
    cut = heard(farah, drill, number=3)
    refused(farah.put(cut), "drill.outage", 503)
    at(13)  # two hours of the drill have gone by
    assert [one["number"] for one in ask(farah, drill).json()["told"]] == [3]
    assert farah.put(cut).status_code == 201


def test_every_answer_about_a_drill_that_is_over_says_so_and_what_waited_is_taken(drill, at):
    emeka = phone_of(drill, "emeka")
    book = drill.drill.book_id
    at(2)
    waited = heard(emeka, drill)
    stopped = at(4)
    control.end(actor=drill.actor, drill_id=drill.drill.pk, real=stopped, real_event="真实洪水")
    at(8)
    told = ask(emeka, drill).json()
    assert (told["state"], told["reason"]) == ("stopped", "真实洪水")
    assert dt.datetime.fromisoformat(told["ended_at"]) == stopped
    answers = [
        ask(emeka, drill),
        emeka.get(f"reference?book={book}"),
        emeka.put(waited),
        emeka.batch(waited),
        emeka.get(f"photos/{'a' * 64}?book={book}"),
    ]
    assert [one.status_code for one in answers] == [200, 200, 201, 200, 404]
    assert [one["Relief-Drill"] for one in answers] == [f"{book} stopped"] * 5
    assert drill.inject(1).received_at == drill_time(2)
    for address in ("reference", f"reference?book={drill.world.real.id}", "now", "items"):
        assert "Relief-Drill" not in emeka.get(address), address


def test_whose_seat_was_given_up_is_told_of_the_drill_no_more(drill, at):
    emeka = phone_of(drill, "emeka")
    book = drill.drill.book_id
    at(2)
    waited = heard(emeka, drill)
    seat(drill, "duty", None)
    at(3)
    for answer in (ask(emeka, drill), emeka.get(f"reference?book={book}"), emeka.put(waited)):
        refused(answer, "item.unknown_place", 404)
    real = drill.world.real.id
    assert [one["id"] for one in emeka.get("reference").json()["books"]] == [real]
