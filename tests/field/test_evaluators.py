"""Evaluators and players of a drill on their phones: one press, no network, counted once."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from relief.drills import attachments, control, injects, people
from relief.drills.models import Objective, Observation, Seat
from relief.drills.observing import observations_of
from relief.field import devices
from relief.field.models import Item, Photo
from relief.journal import clock
from tests import world as named
from tests.drills.conftest import Hall, prepared
from tests.field_app.phone import PIN, Phone, switch_on
from tests.field_app.test_store_pages import reads_well
from tests.gis.browser import playing, until
from tests.live.sockets import running

pytestmark = pytest.mark.django_db(transaction=True)
SPEED = 10
TOLD_BY_THE_COUNTY = """new Promise((done) => {
  indexedDB.open("relief-field").onsuccess = ({ target: { result: db } }) => {
    db.transaction("refdata").objectStore("refdata").getAllKeys().onsuccess =
      ({ target: { result } }) => { db.close(); done(result.sort()); };
  };
})"""
WILLOW = (128.025, 43.05)


@pytest.fixture
def hall(transactional_db, settings, tmp_path) -> Hall:
    """A drill that has begun, of whose only objective Dana is the evaluator."""
    settings.FILES = tmp_path / "files"
    world = named.build()
    hall, now = Hall(world, prepared(world)), timezone.now()
    hall.drill.injects.filter(number=1).update(expected="开设事件", expected_en="Open an incident")
    people.set_evaluator(
        actor=hall.actor,
        objective_id=Objective.objects.get(drill=hall.drill).pk,
        user_id=world.users["dana"].pk,
        now=now,
    )
    control.begin(actor=hall.actor, drill_id=hall.drill.pk, rate=SPEED, real=now)
    told_at = clock.now_in(hall.drill.book, real=now)
    injects.send_inject(actor=hall.actor, inject_id=hall.inject(1).pk, now=told_at)
    return hall


@pytest.fixture
def phone(hall):
    """New; `enrol` gives it to a person."""
    with running() as web, playing() as play:
        phone = switch_on(play, base=f"http://127.0.0.1:{web.port}", at=WILLOW)
        yield phone
        phone.context.close()


def enrol(phone: Phone, name: str, *, until_there: str) -> None:
    now = timezone.now()
    _device, code = devices.allow_by_command(username=name, label="", now=now)
    phone.page.goto(f"{phone.base}/f/#enrol={code}")
    phone.page.click("[data-act=enrol]")
    phone.page.fill("input.pin", PIN)
    phone.page.click("[data-act=pin]")
    phone.page.click("[data-act=start]")
    phone.page.wait_for_selector(until_there)


def lose_the_first_answer(phone: Phone) -> list[int]:
    """The first batch reaches the county, and its answer does not come back."""
    lost: list[int] = []

    def carry(route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    phone.context.route("**/items/batch", carry)
    return lost


def test_an_evaluator_writes_down_with_one_press_and_without_a_network(hall, phone):
    enrol(phone, "dana", until_there="[data-thing]")
    page, first = phone.page, f"[data-thing=i{hall.inject(1).pk}]"
    assert page.locator("#tabs a").evaluate_all("all => all.map((one) => one.hash)") == [
        "#/watch",
        "#/mine",
    ]
    assert "开设事件" in page.locator(f"[data-section=now] {first}").inner_text()
    assert page.locator(".strip__drill").is_visible()
    until(page, "caches.match('/f/pack/drill').then(Boolean)")
    reads_well(page)

    phone.context.set_offline(True)
    paused = timezone.now()
    control.set_rate(actor=hall.actor, drill_id=hall.drill.pk, rate=0, real=paused)
    stands = clock.now_in(hall.drill.book, real=paused)
    page.reload()
    phone.unlock()
    thumb = phone.thumb()
    with phone.in_one_moment():
        thumb.tap(f"{first} [data-act=seen]")
        page.locator("[data-act=undo]").wait_for()
        assert thumb.taps <= 2
        page.click("[data-act=undo]")
        page.locator(f"[data-section=now] {first} [data-act=seen]").wait_for()
    page.click(f"{first} [data-act=seen]")

    page.locator(f"details {first} [data-act=more]").click()
    page.click(".chip[data-value=S]")
    page.fill("textarea", "三分钟内开设")
    page.click("[data-act=camera]")
    page.click(".finder__shutter")
    page.locator(".photo img").wait_for()
    reads_well(page)
    page.click("[data-act=save]")
    page.locator(f"details {first}").wait_for()
    page.evaluate("""localStorage.setItem("relief-look", JSON.stringify({language: "en"}))""")
    page.reload()
    phone.unlock()
    page.locator(f"details {first}").wait_for()
    assert "S some challenges" in page.locator(first).inner_text()
    assert "Saved on phone" in page.locator(first).inner_text()
    reads_well(page)
    page.click("[data-act=judge]")
    page.click(".chip[data-value=P]")
    page.click("[data-act=save]")
    page.locator("[data-section=objectives] .state").wait_for()
    assert not Item.objects.exists()

    lost = lose_the_first_answer(phone)
    phone.context.set_offline(False)
    phone.send_all()
    assert lost == [200]
    assert Item.objects.count() == Observation.objects.count() == 3
    assert Photo.objects.filter(whole_at__isnull=False).count() == 1
    found = observations_of(hall.fresh())
    [newest] = found.of_inject[hall.inject(1).pk]
    made = newest.observation
    assert (made.seen, made.rating, made.note) == (True, "S", "三分钟内开设")
    assert len(made.photos) == 1
    # Both presses came after the pause, of which the phone had not heard.
    assert {one.observation.seen_at for one in found.every} == {stands}
    assert [one.observation.rating for seen in found.of_objective.values() for one in seen] == ["P"]
    phone.open("#/watch")
    page.locator(f"details {first} .state--sent").wait_for()
    until(page, "document.querySelector('.watch__now').innerText.includes('clock stands')")
    # The browser tells of the answer that was lost and of starts without a network; nothing else.
    assert [said for said in phone.errors if "net::ERR_" not in said] == []

    # Relieved, she keeps what she saved and nothing of what the county told.
    phone.context.set_offline(True)
    page.click(f"details {first} [data-act=more]")
    page.fill("textarea", "又看了一遍")
    page.click("[data-act=save]")
    phone.keeps(1)
    people.set_evaluator(
        actor=hall.actor,
        objective_id=Objective.objects.get(drill=hall.drill).pk,
        user_id=None,
        now=timezone.now(),
    )
    phone.context.set_offline(False)
    until(page, "document.querySelector('#page').innerText.includes('safe on this phone: 1')")
    assert "Your duty there has ended" in page.locator("#notes").inner_text()
    assert page.evaluate(TOLD_BY_THE_COUNTY) == []


def test_a_player_is_told_on_the_phone_answers_without_a_network_and_hears_of_a_stop(hall, phone):
    seat = Seat.objects.get(drill=hall.drill, key="duty")
    emeka, now = hall.world.users["emeka"], timezone.now()
    people.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=emeka.pk, now=now)
    enrol(phone, "emeka", until_there="[data-act=report]")
    page, (one, four) = phone.page, (f"[data-inject='{hall.inject(n).pk}']" for n in (1, 4))
    assert page.locator("[data-act=told]").count() == 0, "the real book knows nothing of it"
    real, drill = hall.world.real.id, hall.drill.book_id
    assert page.evaluate(TOLD_BY_THE_COUNTY) == [f"reference:{real}"]

    phone.open("#/settings")
    page.click(f".chip[data-value='{drill}']")
    page.locator("[data-act=told]").wait_for()
    assert "气象台:水位上涨" in page.locator("#notes").inner_text()
    assert page.locator("#tabs .tab__count").inner_text() == "1"
    reads_well(page)
    until(page, "caches.match('/f/pack/drill').then(Boolean)")

    phone.context.set_offline(True)
    thumb = phone.thumb()
    thumb.tap("[data-act=told]")
    thumb.tap(f"{one} [data-act=receive]")
    assert thumb.taps == 2
    until(page, "!document.querySelector('#tabs .tab__count')")
    page.click(f"{one} [data-act=answer]")
    page.fill(f"{one} textarea", "已派人")
    page.click(f"{one} [data-act=answer-save]")
    page.locator(one, has_text="回复:已派人").wait_for()
    phone.keeps(2)
    reads_well(page)
    assert hall.inject(1).received_by is None

    made = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(made, "PNG")
    kept = attachments.keep(drill_id=hall.drill.pk, name="gauge.png", data=made.getvalue())
    now = clock.now_in(hall.drill.book, real=timezone.now())
    four_id = hall.inject(4).pk
    injects.change_inject(actor=hall.actor, inject_id=four_id, attachment=kept, now=now)
    injects.send_inject(actor=hall.actor, inject_id=four_id, now=now)
    phone.context.set_offline(False)
    phone.keeps(0)
    page.locator(f"{four} [data-act=receive]").wait_for()
    assert page.locator("[data-inject]").first.get_attribute("data-inject") in four
    heard = hall.inject(1)
    assert (heard.received_by, heard.reply) == (emeka.pk, "已派人")
    assert Item.objects.filter(author=emeka, book=drill).count() == 2
    page.click(f"{four} [data-act=file]")
    until(page, f"document.querySelector(`{four} img`)?.naturalWidth === 40")
    phone.look(language="en", theme="night")
    assert "The rain stops" in page.locator(four).inner_text()
    reads_well(page)

    # Real rain: what waits is kept, and one tap leads to the real operation.
    phone.context.route("**/items/batch", lambda route: route.abort())
    page.click(f"{four} [data-act=receive]")
    control.end(
        actor=hall.actor, drill_id=hall.drill.pk, real=timezone.now(), real_event="真实洪水"
    )
    over = page.locator("#over[role=alert]")
    over.get_by_text("DRILL STOPPED. Real event.").wait_for()
    over.get_by_text("not sent yet: 1.").wait_for()
    box = over.bounding_box()
    assert box is not None and box["width"] >= 310  # of 320, within the frame of a drill
    assert page.locator(".told__acts").count() == 0
    reads_well(page)
    page.click("[data-act=real]")
    page.locator("[data-act=report]").wait_for()
    assert not page.locator(".strip__drill").is_visible()
    assert page.locator("#over").inner_text() == ""
    phone.context.unroute("**/items/batch")
    phone.send_all()
    assert hall.inject(4).received_by == emeka.pk
    assert [said for said in phone.errors if "net::ERR_" not in said] == []
