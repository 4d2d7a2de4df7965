"""What players are told: in their inbox, on every page, by telephone, and nothing besides."""

import io

import pytest
from PIL import Image

from relief.access.gate import NotFound, NotYourDuty, actor_for
from relief.drills import attachments, control, injects
from relief.drills.models import Seat
from relief.journal import clock
from relief.journal.models import Entry
from relief.messaging.models import Message
from relief.stock.models import Holding, Lot
from tests.drills.conftest import TOWNS
from tests.drills.hands import hands_in, sit
from tests.web_goods.reading import words

EXPECTED = "Open the incident at once"


@pytest.fixture
def hall(hall, settings, tmp_path):
    settings.FILES = tmp_path
    hall.drill.injects.filter(number=1).update(expected=EXPECTED, expected_en=EXPECTED)
    return hall


def test_a_seat_reads_receives_and_answers_what_it_was_told_and_sees_no_more(hall):
    sit(hall, "duty", "emeka")
    sit(hall, "commander", "farah")
    hall.begin(rate=1)
    hall.turn(seconds=5)
    emeka, farah = (hands_in(hall, name).plays() for name in ("emeka", "farah"))
    home = words(emeka.get("/"))
    assert "Told to you 1" in home and "Told to your seat: 1 气象台: The river rises" in home
    assert emeka.get("/injects/unread/").json() == {"unread": 1}
    assert farah.get("/injects/unread/").json() == {"unread": 0}
    page = words(emeka.get("/injects/"))
    assert "气象台" in page and "The river rises" in page and "The rain stops" not in page
    assert EXPECTED not in page and EXPECTED not in home
    assert "Nothing yet." in words(farah.get("/injects/"))

    one = hall.inject(1)
    assert farah.post(f"/injects/{one.pk}/").status_code == 403
    assert emeka.post(f"/injects/{one.pk}/").status_code == 302
    one.refresh_from_db()
    now = clock.now_in(hall.drill.book, real=hall.real)
    assert (one.state, one.received_at) == ("received", now)
    assert one.received_by == hall.world.users["emeka"].pk
    assert emeka.get("/injects/unread/").json() == {"unread": 0}
    hall.real += (now - hall.drill.begins_at) * 2
    emeka.post(f"/injects/{one.pk}/", reply="On our way")
    emeka.post(f"/injects/{one.pk}/", reply="On our way")
    one.refresh_from_db()
    assert (one.reply, one.received_at) == ("On our way", now)
    told = Entry.objects.filter(book=hall.drill.book, kind="inject_received")
    assert [entry.facts["reply"] for entry in told.order_by("number")] == ["", "On our way"]
    room = words(hands_in(hall, "asha").get(f"/drills/{hall.drill.pk}/"))
    assert "Answer: On our way" in room and "2 of 2 people online" in room and EXPECTED in room
    # The real operation has no injects, and who sits nowhere is shown no count.
    assert hands_in(hall, "asha").get("/injects/").status_code == 404
    assert "Told to you" not in words(hands_in(hall, "asha").get("/"))
    # What waits does not exist for players.
    assert emeka.post(f"/injects/{hall.inject(4).pk}/").status_code == 404


def test_a_robot_receives_for_its_seat_until_a_person_sits_there(hall):
    hall.begin(rate=1)
    hall.turn(seconds=5)
    duty = Seat.objects.get(drill=hall.drill, key="duty")
    robot = actor_for(user=duty.robot, book_id=hall.drill.book_id, now=hall.drill.begins_at)
    one = injects.receive_inject(actor=robot, inject_id=hall.inject(1).pk, now=hall.drill.begins_at)
    assert one.received_by == duty.robot_id
    sit(hall, "duty", "emeka")
    with pytest.raises(NotYourDuty, match="told to the seat “Duty” alone"):
        injects.receive_inject(actor=robot, inject_id=one.pk, reply="x", now=hall.drill.begins_at)
    with pytest.raises(NotFound):
        injects.receive_inject(actor=hall.actor, inject_id=one.pk, now=hall.real)


def test_a_picture_goes_with_an_inject_to_its_seat_alone_and_only_pictures_and_pdf(hall):
    sit(hall, "duty", "emeka")
    sit(hall, "commander", "farah")
    hall.begin(rate=1)
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(made, "PNG")
    drill_id = hall.drill.pk
    kept = attachments.keep(drill_id=drill_id, name="../../gauge.exe", data=made.getvalue())
    assert kept.name == "gauge.png"
    assert attachments.path_of(drill_id=drill_id, sha256=kept.sha256).read_bytes()[:4] == b"\x89PNG"
    pdf = b"%PDF-1.4\n...\n%%EOF\n"
    assert attachments.keep(drill_id=drill_id, name="map", data=pdf).name == "map.pdf"
    for data in (b"<svg onload=x>", b"%PDF-no end", made.getvalue()[:60], b"\x89PNG" * 3_000_000):
        with pytest.raises(attachments.BadAttachment):
            attachments.keep(drill_id=drill_id, name="a.png", data=data)
    four = hall.inject(4)
    injects.change_inject(
        actor=hall.actor, inject_id=four.pk, attachment=kept, now=hall.drill.begins_at
    )
    emeka, farah = (hands_in(hall, name).plays() for name in ("emeka", "farah"))
    address = f"/injects/{four.pk}/file/"
    assert emeka.get(address).status_code == 404, "it was not sent yet"
    injects.send_inject(actor=hall.actor, inject_id=four.pk, now=hall.drill.begins_at)
    shown = emeka.get(address)
    assert shown["content-type"] == "image/png" and shown.content[:4] == b"\x89PNG"
    assert shown["x-content-type-options"] == "nosniff"
    assert "gauge.png" in words(emeka.get("/injects/"))
    assert farah.get(address).status_code == 404
    room = f"/drills/injects/{four.pk}/file/"
    assert hands_in(hall, "asha").get(room).content == shown.content
    assert farah.get(room).status_code in (403, 404)


def test_messages_go_to_telephones_of_the_drill_alone_and_a_stop_to_all_of_them(hall):
    sit(hall, "duty", "emeka", phone="139 0000 0001")
    sit(hall, "north", "farah", phone="139 0000 0002")
    sit(hall, "commander", "gu")
    hall.begin(rate=1)
    # A number that came into a seat past the list gets nothing.
    Seat.objects.filter(drill=hall.drill, key="commander").update(phone="13900000099")
    hall.turn(seconds=5)
    now = clock.now_in(hall.drill.book, real=hall.real)
    for number in (3, 4):
        injects.send_inject(actor=hall.actor, inject_id=hall.inject(number).pk, now=now)
    sent = Message.objects.filter(book=hall.drill.book).order_by("id")
    assert [(one.phone, one.state) for one in sent] == [
        ("13900000001", "waiting"), ("13900000099", "held"), ("13900000001", "waiting"),
    ]  # fmt: skip
    assert all(one.text.startswith("【演练】") for one in sent)
    assert "气象台" in sent[0].text and "水位上涨" in sent[0].text
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real, real_event="真实洪水")
    stops = Message.objects.filter(book=hall.drill.book, occasion="stop")
    assert {one.phone for one in stops} == {"13900000001", "13900000002"}
    assert all(one.state == "waiting" and "真实洪水" in one.text for one in stops)
    # Whoever is called to a real flood is not told of a made-up one any more.
    assert not Message.objects.filter(occasion="inject", state="waiting").exists()
    assert not Message.objects.exclude(book=hall.drill.book).exists()


def test_what_an_inject_does_to_the_world_happens_once_when_it_is_sent(hall):
    town = TOWNS["south"]
    drill = hall.drill
    drill.injects.filter(number=3).update(effect={"kind": "spoil_lot", "item": "TENT-12S"})
    more = {"kind": "more_people", "area": town, "people": 70}
    drill.injects.filter(number=4).update(effect=more)
    hall.begin(rate=1)

    def good() -> int:
        found = Holding.objects.filter(book=drill.book, lot__item__code="TENT-12S")
        return sum(one.account.balance for one in found.filter(lot__state="good"))

    def hit() -> int:
        return hall.fresh().truth["townships"][town]["affected_population"]

    before, people = good(), hit()
    largest = max(
        one.account.balance
        for one in Holding.objects.filter(book=drill.book, lot__item__code="TENT-12S")
    )
    for number in (3, 4):
        one = hall.inject(number)
        injects.send_inject(actor=hall.actor, inject_id=one.pk, now=drill.begins_at)
        with pytest.raises(control.NotNow):
            injects.send_inject(actor=hall.actor, inject_id=one.pk, now=drill.begins_at)
    hall.turn()
    hall.turn()
    assert largest > 0 and good() == before - largest
    assert hit() == people + 70
    assert not Lot.objects.exclude(book=drill.book).exclude(state="good").exists()
