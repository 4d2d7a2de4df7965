"""Passkeys: made once by a person signed in, shown instead of a password, refused when wrong."""

import datetime as dt
import json

import pytest
import time_machine
from django.test import Client

from relief.access.models import Passkey
from relief.journal.models import Entry
from tests.web.devices import PRESENT, Device
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
REFUSED = "This passkey was not accepted. Try once more, or sign in with your password."


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def asha(world) -> Client:
    """Asha's browser, signed in with her password."""
    found = browser()
    found.force_login(world.users["asha"], backend=BACKEND)
    return found


@pytest.fixture
def device(asha) -> Device:
    """A device with a passkey of hers."""
    found = Device()
    add(asha, found)
    return found


def add(client: Client, device: Device, *, name: str = "Desk phone"):
    made = device.make(client.post("/passkeys/ask/").json())
    return client.post("/passkeys/", {"answer": made, "name": name})


def show(device: Device, *, client: Client | None = None, **more: str):
    client = client or browser()
    shown = device.show(client.post("/sign-in/passkey/ask/").json())
    return client, client.post("/sign-in/passkey/", {"answer": shown, **more})


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_passkey_made_once_signs_in_without_a_password(world, asha, device):
    assert Entry.objects.latest("id").kind == "passkey_added"
    assert "Desk phone" in words(asha.get("/passkeys/"))
    client, answer = show(device, next="/journal/")
    assert (answer.status_code, answer["Location"]) == (302, "/journal/")
    assert signed_in(client) == str(world.users["asha"].id)
    _client, elsewhere = show(device, next="https://example.org/")
    assert elsewhere["Location"] == "/"


def test_the_same_answer_works_once_and_for_five_minutes(device):
    client = browser()
    shown = device.show(client.post("/sign-in/passkey/ask/").json())
    assert client.post("/sign-in/passkey/", {"answer": shown}).status_code == 302
    client.post("/sign-out/")
    again = client.post("/sign-in/passkey/", {"answer": shown})
    assert again.status_code == 409
    assert REFUSED in words(again)
    late = device.show(client.post("/sign-in/passkey/ask/").json())
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=6)):
        assert client.post("/sign-in/passkey/", {"answer": late}).status_code == 409
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://testserver.example.org"},
        {"flags": PRESENT},  # nobody proved to be its owner
        {"handle": b"999"},
        {"name": b"of nobody"},
        {"private": Device().private},
    ],
)
def test_what_another_site_device_or_person_shows_is_refused(device, wrong):
    for key, value in wrong.items():
        setattr(device, key, value)
    client, answer = show(device)
    assert answer.status_code == 409
    assert REFUSED in words(answer)
    assert signed_in(client) is None


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", "[" * 9_000, '{"id": 5, "response": 7}'])
def test_an_answer_nobody_honest_sends_is_refused(asha, answer):
    client = browser()
    client.post("/sign-in/passkey/ask/")
    assert client.post("/sign-in/passkey/", {"answer": answer}).status_code == 409
    asha.post("/passkeys/ask/")
    assert asha.post("/passkeys/", {"answer": answer}).status_code == 409
    assert not Passkey.objects.exists()


def test_a_device_that_counts_never_says_a_number_twice(device):
    device.counter = 5
    assert show(device)[1].status_code == 302
    assert show(device)[1].status_code == 409  # a copy of it, or a recording
    device.counter = 6
    assert show(device)[1].status_code == 302


def test_a_passkey_is_kept_once_and_by_its_own_person(world, asha, device):
    assert "This passkey is known already." in words(add(asha, device))
    bela = browser()
    bela.force_login(world.users["bela"], backend=BACKEND)
    passkey = Passkey.objects.get()
    assert bela.post(f"/passkeys/{passkey.id}/remove/").status_code == 404
    assert "Desk phone" not in words(bela.get("/passkeys/"))
    assert asha.post(f"/passkeys/{passkey.id}/remove/").status_code == 302
    assert show(device)[1].status_code == 409


def test_who_left_the_service_is_not_let_in(world, device):
    world.users["asha"].is_active = False
    world.users["asha"].save()
    assert show(device)[1].status_code == 409


def test_a_browser_asks_for_any_passkey_and_is_told_of_none(asha, device):
    asked = browser().post("/sign-in/passkey/ask/").json()["publicKey"]
    assert set(asked) == {"challenge", "rpId", "userVerification"}
    new = asha.post("/passkeys/ask/").json()["publicKey"]
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert len(new["excludeCredentials"]) == 1
    assert "pass" not in json.dumps(new["user"])
