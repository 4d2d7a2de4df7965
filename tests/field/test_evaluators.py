"""Evaluators of a drill on their phone: one press, no network, and everything counts once."""

import pytest
from django.utils import timezone

from relief.drills import control, injects, people
from relief.drills.models import Objective, Observation
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
    with running() as web, playing() as play:
        phone = switch_on(play, base=f"http://127.0.0.1:{web.port}", at=WILLOW)
        enrol(phone)
        yield phone
        phone.context.close()


def enrol(phone: Phone) -> None:
    now = timezone.now()
    _device, code = devices.allow_by_command(username="dana", label="", now=now)
    phone.page.goto(f"{phone.base}/f/#enrol={code}")
    phone.page.click("[data-act=enrol]")
    phone.page.fill("input.pin", PIN)
    phone.page.click("[data-act=pin]")
    phone.page.click("[data-act=start]")
    phone.page.wait_for_selector("[data-thing]")


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
    page, first = phone.page, f"[data-thing=i{hall.inject(1).pk}]"
    assert page.locator("#tabs a").evaluate_all("all => all.map((one) => one.hash)") == [
        "#/watch",
        "#/mine",
    ]
    assert "开设事件" in page.locator(f"[data-section=now] {first}").inner_text()
    assert page.locator(".strip__drill").is_visible()
    until(page, "caches.match('/f/pack/drill').then(Boolean)", seconds=30)
    reads_well(page)

    phone.context.set_offline(True)
    paused = timezone.now()
    control.set_rate(actor=hall.actor, drill_id=hall.drill.pk, rate=0, real=paused)
    stands = clock.now_in(hall.drill.book, real=paused)
    page.reload()
    page.fill("input.pin", PIN)
    page.locator(first).wait_for()
    thumb = phone.thumb()
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
    until(page, "document.querySelector('.finder video')?.videoWidth > 0")
    page.click(".finder__shutter")
    page.locator(".photo img").wait_for()
    reads_well(page)
    page.click("[data-act=save]")
    page.locator(f"details {first}").wait_for()
    page.evaluate("""localStorage.setItem("relief-look", JSON.stringify({language: "en"}))""")
    page.reload()
    page.fill("input.pin", PIN)
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
