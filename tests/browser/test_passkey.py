"""A passkey in a real browser: made, used instead of the password, given up."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import phone_of
from tests.gis.browser import launch, playing
from tests.live.sockets import running

pytestmark = pytest.mark.django_db(transaction=True)
# A device with a lock of its own that its owner always opens.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_used_and_given_up(world):
    errors: list[str] = []
    with running() as web, playing() as play:
        # A name: addresses that are numbers have no passkeys.
        base = f"http://localhost:{web.port}"
        page = phone_of(launch(play), base, world.users["asha"], errors=errors)
        context = page.context
        line = context.new_cdp_session(page)
        line.send("WebAuthn.enable")
        line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

        page.goto(f"{base}/passkeys/")
        page.get_by_label("Name of the device").fill("手机 \u202ex")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("rowheader")).to_have_text("手机 \u202ex")

        context.clear_cookies()
        page.goto(f"{base}/sign-in/?next=/journal/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{base}/journal/")

        page.goto(f"{base}/passkeys/")
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("No passkey yet.")).to_be_visible()
        context.clear_cookies()
        page.goto(f"{base}/sign-in/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("was not accepted")

        page.goto(f"http://127.0.0.1:{web.port}/sign-in/")
        expect(page.get_by_label("Password")).to_be_visible()
        expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
        assert errors == []
