"""From the list of drills to one that runs, through every step, as a newcomer would click."""

import copy
import json

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from relief.access.models import Duty
from relief.drills import scenario
from relief.drills.models import Drill, DrillState
from tests import world as named
from tests.browser.people import Person
from tests.drills.conftest import SCENARIO
from tests.flow import supply
from tests.gis.browser import launch, playing
from tests.live.sockets import running

MOST_CLICKS = 25
CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1))

pytestmark = pytest.mark.django_db(transaction=True)


class Clicks:
    """A hand that counts: each button pressed and each field typed into is one click."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def press(self, name: str) -> None:
        self.count += 1
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.count += 1
        self.page.get_by_role("link", name=name, exact=True).click()

    def type(self, label: str, text: str) -> None:
        self.count += 1
        self.page.get_by_label(label).first.fill(text)

    def tap(self, across: float, down: float) -> None:
        """The map, at a share of its width and height."""
        self.count += 1
        ground = self.page.locator("#strike-map")
        box = ground.bounding_box()
        assert box is not None
        ground.click(position={"x": across * box["width"], "y": down * box["height"]})

    def reached(self, step: str) -> None:
        self.page.wait_for_url(f"**/setup/{step}/")


@pytest.fixture
def asha(world, tmp_path, monkeypatch, settings):
    """Harbour's duty officer at a browser, with one scenario to choose from."""
    short = copy.deepcopy(SCENARIO) | {"minutes": 60}
    (tmp_path / "flood.json").write_text(json.dumps(short), "utf-8")
    monkeypatch.setattr(scenario, "FOLDER", tmp_path)
    supply.fill(world)
    client = Client()
    named.sign_in_as(world, "asha", client)
    with running() as web, playing() as play:
        browser = launch(play)
        base = f"http://127.0.0.1:{web.port}"
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
        person = Person("asha", base, context, context.new_page())
        person.listen(person.page)
        yield person
        browser.close()


def test_a_drill_runs_after_at_most_twenty_five_clicks(asha):
    page = asha.open("/drills/")
    hand = Clicks(page)
    hand.press("Prepare the drill")
    hand.reached("facts")
    hand.press("Save and go on")

    hand.reached("area")
    before = Drill.objects.get().truth["townships"]
    hand.press("Draw another outline")
    for corner in CORNERS:
        hand.tap(*corner)
    expect(page.locator("[data-help]")).to_contain_text("The new outline is ready")
    hand.press("Draw the disaster anew")
    expect(page.get_by_text("The disaster was drawn anew.")).to_be_visible()
    assert Drill.objects.get().truth["townships"] != before
    hand.press("Save and go on")

    hand.reached("people")
    hand.type("Who plays it: Duty", "emeka")
    hand.type("Telephone in the drill: Duty", "139 0000 0003")
    hand.type("Who evaluates it: Respond", "chidi")
    hand.press("Save and go on")

    hand.reached("script")
    hand.follow("Add to the script")
    hand.type("From", "Prefecture")
    hand.type("Minutes after the event", "45")
    hand.press("Save")
    hand.reached("script")
    expect(page.get_by_text("+00:45")).to_be_visible()
    hand.press("Save and go on")
    hand.reached("world")
    hand.press("Save and go on")

    hand.reached("trial")
    hand.press("Try it out")
    expect(page.get_by_role("progressbar")).to_be_visible()
    # The worker's part has tests of its own; the page follows by itself.
    ended = {"state": DrillState.ENDED, "started_at": timezone.now(), "ended_at": timezone.now()}
    Drill.objects.filter(trial_of__isnull=False).update(**ended)
    expect(page.get_by_text("What came of it")).to_be_visible()
    hand.follow("Go on")

    hand.reached("check")
    hand.press("Begin the drill now")
    page.wait_for_url("**/drills/*/")
    drill = Drill.objects.get(trial_of=None)
    assert drill.state == DrillState.RUNNING
    assert drill.injects.get(number=5).sender == "Prefecture"
    duties = Duty.objects.filter(book=drill.book, user__is_active=True)
    assert set(duties.values_list("role", flat=True)) == {"duty_officer", "evaluator"}
    assert hand.count <= MOST_CLICKS, hand.count
    assert (asha.outside, asha.errors) == ([], [])
