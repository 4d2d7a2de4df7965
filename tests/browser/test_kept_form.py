"""A form sent after the sign-in had run out stands as it was typed once its sender is back."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.browser.people import phone_of
from tests.gis.browser import launch, playing
from tests.live.sockets import running

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long enough one"


def test_what_was_typed_is_there_again_after_signing_in_and_for_nobody_else(world):
    for name in ("asha", "chidi"):
        world.users[name].set_password(PASSWORD)
        world.users[name].save()
    errors: list[str] = []
    with running() as web, playing() as play:
        base = f"http://127.0.0.1:{web.port}"
        page = phone_of(launch(play), base, world.users["asha"], errors=errors)
        send = page.get_by_role("button", name="Open the incident")

        def fill() -> None:
            page.goto(f"{base}/incidents/new/")
            page.locator("#id_name").fill("北岸洪水")
            page.locator("#id_hazard").select_option("snow")
            page.locator("#id_started_at").fill("2026-07-15T03:40")
            page.get_by_label("cold season").check()

        def fill_and_send() -> None:
            fill()
            Session.objects.all().delete()
            send.click()
            expect(page.get_by_label("Password")).to_be_visible()

        def sign_in(name: str, *, leads_to: str) -> None:
            page.get_by_label("User name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(base + leads_to)

        fill_and_send()
        sign_in("asha", leads_to="/incidents/new/")
        told = page.get_by_text("What you had typed is back.")
        expect(told).to_be_visible()
        expect(page.locator("#id_name")).to_have_value("北岸洪水")
        expect(page.locator("#id_hazard")).to_have_value("snow")
        expect(page.get_by_label("cold season")).to_be_checked()

        # Once only, and never on the screen of the next person.
        page.reload()
        expect(page.locator("#id_name")).to_have_value("")
        fill_and_send()
        sign_in("chidi", leads_to="/incidents/new/")
        expect(page.locator("main")).to_be_visible()
        expect(told).to_have_count(0)

        # Signed in anew in another window: this one's form is of the sign-in before.
        fill()
        page.context.clear_cookies(name="csrftoken")
        send.click()
        expect(page.get_by_text("This form is too old")).to_be_visible()
        page.get_by_role("link", name="Open the page as it is now").click()
        expect(told).to_be_visible()
        expect(page.locator("#id_name")).to_have_value("北岸洪水")
        assert errors == []
