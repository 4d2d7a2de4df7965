"""A response from report to receipt and re-plan, in browsers, in both languages.

Every step is pressed on the pages a person uses; every board of the others must follow by itself.
"""

import re

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from relief.access.models import Duty
from relief.allocation.models import Plan
from relief.deliveries.models import CheckTask, Stop, Trip
from relief.incidents.models import Incident
from relief.ledger.audit import audit
from relief.setup import demo, play
from tests.browser.people import Person, sign_in
from tests.gis.browser import launch, playing
from tests.live.sockets import running

COUNTY, SONGJIANG = "222426000000", "222426101000"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def base(transactional_db, settings):
    """The demo county behind a real web process."""
    settings.DEMO = True
    with translation.override("zh-hans"):
        demo.seed(say=lambda _text: None, now=timezone.now())
    with running() as web:
        yield f"http://127.0.0.1:{web.port}"


def shows(text: str | re.Pattern, *boards: Page) -> None:
    """Each board comes to show the text by itself, without a reload."""
    for board in boards:
        expect(board.locator("[data-board]")).to_contain_text(text)


def report_first_figures(officer: Person, incident: Incident) -> None:
    """Wanbao's officer types the figures everybody waits for, on a phone."""
    page = officer.open(f"/incidents/{incident.id}/report/222426105000/")
    for name, value in play.WANBAO_FIGURES.items():
        field = page.locator(f'[name="{name}"]')
        if not field.is_visible():
            field.locator("xpath=ancestor::details[1]").locator("summary").click()
        field.fill(str(value))
    for field in page.locator("[data-figures] input[inputmode=numeric]").all():
        if field.is_visible() and not field.input_value():
            field.fill("0")
    officer.send(page.locator("[data-figures] button.button--main").first)
    assert page.url.endswith(f"/incidents/{incident.id}/")


def dispatch(keeper: Person, trip: Trip) -> None:
    page = keeper.open(f"/trips/{trip.id}/")
    page.locator("[name=plate]").fill("TEST-01")
    keeper.send(page.locator("#loading button.button--big"))
    trip.refresh_from_db()
    assert trip.state == "on_the_road"


def receive_with_a_difference(officer: Person, stop: Stop) -> int:
    """Two units fewer of the first load; returns how many units were counted good."""
    page = officer.open(f"/trips/{stop.trip_id}/receive/{stop.id}/")
    first = page.locator(".counts__one input").first
    first.fill(str(int(first.input_value()) - 2))
    officer.send(page.locator("main form button.button--big"))
    stop.refresh_from_db()
    assert stop.received_at is not None
    return sum(load.good for load in stop.loads.all())


def close_a_road_and_plan_again(duty: Person, commander: Person, incident: Incident) -> Plan:
    page = duty.open(f"/incidents/{incident.id}/closures/new/")
    page.locator("[name=reason]").fill("bridge washed out")
    box = page.locator("[name=links]").first
    summary = box.locator("xpath=ancestor::details[1]").locator("summary")
    if not box.is_visible():
        summary.click()
    box.check()
    duty.send(page.locator("[data-closing] button.button--grave"))
    duty.send(page.locator(f'form[action="/incidents/{incident.id}/plan/draft/"] button').first)
    plan = Plan.objects.latest("id")
    duty.press(f"/plans/{plan.id}/propose/")
    commander.open(f"/plans/{plan.id}/")
    commander.press(f"/plans/{plan.id}/approve/")
    plan.refresh_from_db()
    assert plan.state == "approved"
    return plan


# In the language of its users; the English screens are opened in tests/boards.
@pytest.mark.parametrize("locale", ["zh-CN"])
def test_from_silence_to_goods_received_and_a_plan_made_again(base, locale):
    chinese = locale == "zh-CN"
    village = Duty.objects.get(user__username="village").area
    incident = Incident.objects.get()
    with playing() as started:
        browser = launch(started)

        def person(name: str, **more) -> Person:
            return sign_in(browser, base, name, locale=locale, **more)

        duty, commander, keeper = person("duty"), person("commander"), person("keeper")
        songjiang, officer = person("songjiang"), person("village", width=360)
        wanbao = person("wanbao", width=360)
        county = duty.watch("command", COUNTY)
        store = keeper.watch("warehouse", COUNTY)
        town = songjiang.watch("township", SONGJIANG)
        hamlet = officer.watch("village", village.code)
        four = (county, store, town, hamlet)

        silent = "万宝镇" if chinese else "Wanbao"
        expect(county.locator("#figures")).not_to_contain_text(silent)
        report_first_figures(wanbao, incident)
        expect(county.locator("#figures")).to_contain_text(silent)
        expect(town.locator("[data-board]")).not_to_contain_text(silent)

        commander.open(f"/incidents/{incident.id}/")
        commander.page.locator(f'a[href="/incidents/{incident.id}/activate/"]').first.click()
        commander.send(commander.page.locator("dialog#activate button.button--grave"))
        for board in four:
            banner = board.locator("[data-part=banner]")
            expect(banner).to_contain_text(re.compile("Ⅱ"))

        plan = Plan.objects.get()
        duty.open(f"/plans/{plan.id}/")
        duty.press(f"/plans/{plan.id}/propose/")
        duty.open(f"/plans/{plan.id}/")
        expect(duty.page.locator(f'form[action="/plans/{plan.id}/approve/"]')).to_have_count(0)
        commander.open(f"/plans/{plan.id}/")
        commander.press(f"/plans/{plan.id}/approve/")
        plan.refresh_from_db()
        assert plan.state == "approved"

        stop = Stop.objects.filter(area__code=SONGJIANG, trip__state="planned").earliest(
            "arrives_at"
        )
        shows(stop.trip.number, *four)
        elsewhere = Trip.objects.filter(plan=plan).exclude(stops__area__code=SONGJIANG)
        for number in elsewhere.values_list("number", flat=True):
            expect(town.locator("[data-board]")).not_to_contain_text(number)
            expect(hamlet.locator("[data-board]")).not_to_contain_text(number)

        dispatch(keeper, stop.trip)
        shows("TEST-01", county, town)
        good = receive_with_a_difference(songjiang, stop)
        assert good > 0 and CheckTask.objects.get().short == 2
        expect(county.locator('[data-part="checks"] li')).to_have_count(1)
        # The figures' text says nothing of a neighbour, nor do addresses typed by hand.
        foreign = Stop.objects.exclude(area__code=SONGJIANG).first()
        answer = songjiang.open_status(f"/trips/{foreign.trip_id}/receive/{foreign.id}/")
        assert answer == 404
        assert keeper.open_status(f"/plans/{plan.id}/") in (403, 404)

        second = close_a_road_and_plan_again(duty, commander, incident)
        assert second.replaces_id == plan.id
        shows("bridge washed out", *four)
        stop.refresh_from_db()
        assert stop.received_at is not None and stop.trip.state != "cancelled"

        people = (duty, commander, keeper, songjiang, officer, wanbao)
        assert [url for one in people for url in one.outside] == []
        assert [error for one in people for error in one.errors] == []
        browser.close()
    assert audit() == []
