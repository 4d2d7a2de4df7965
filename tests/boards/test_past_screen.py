"""Looking back on a board in a browser: what one sees, may not press, and how one comes back."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from relief.boards import past
from relief.deliveries import issuing
from tests.boards.conftest import TEXTS

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_looks_back_presses_nothing_and_comes_back(screens, scene):
    begun = timezone.now() - dt.timedelta(minutes=1)
    number = past.take_checkpoint(book_id=scene.world.real.id, now=begun)
    trips = scene.trips()[:2]
    rows = [re.compile(trip.number) for trip in trips]
    quay = screens.open("bela", width=360)

    def send(trip) -> None:
        loads = {load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
        issuing.dispatch_trip(
            actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="吉H·7", now=begun
        )

    def leaving(row):
        return quay.locator("[data-part=leaving] tr", has_text=row)

    expect(leaving(rows[0]).get_by_role("link", name="Dispatch")).to_be_visible()
    send(trips[0])
    expect(leaving(rows[0])).to_have_count(0)
    quay.get_by_role("button", name="Earlier…").click()
    words = quay.locator("[data-past-words]")
    expect(words).to_contain_text("Read-only")
    expect(quay.locator("[data-past-line]")).to_contain_text("Trip dispatched")
    expect(leaving(rows[1])).to_have_count(1)
    expect(quay.get_by_role("link", name="Dispatch")).to_have_count(0)
    assert quay.evaluate("document.documentElement.scrollWidth") == 360
    assert [text for text in quay.evaluate(TEXTS) if text["ratio"] < 4.5] == []

    send(trips[1])
    expect(quay.locator("[data-past-now]")).to_have_text("Now (1 new)")
    expect(leaving(rows[1])).to_have_count(1)
    quay.keyboard.press("ArrowRight")
    expect(leaving(rows[1])).to_have_count(0)
    quay.keyboard.press("Escape")
    expect(words).to_be_hidden()
    expect(quay.locator("[data-link=live]")).to_be_visible()
    assert "at=" not in quay.url

    quay.goto(f"{quay.url}?at={number}")
    expect(words).to_contain_text(f"(entry {number})")
    for row in rows:
        expect(leaving(row)).to_have_count(1)
    expect(quay.get_by_role("link", name="Dispatch")).to_have_count(0)
    quay.locator("[data-past-now]").click()
    for row in rows:
        expect(leaving(row)).to_have_count(0)
