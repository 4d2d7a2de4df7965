"""Screen passes: a link that works once, a screen that may only read boards, and its end."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from relief.access import gate, rows, screens
from relief.access.acts import Role
from relief.access.models import Duty, ScreenPass, User
from tests import proof
from tests.web import addresses
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
WALL = "/boards/command/222426000000/?wall"


def allow(world, *, by="chidi", now=NOW, **changes):
    facts = {
        "actor": world.actor(by),
        "view": "command",
        "area_id": world.county.id,
        "name": "Command hall, left wall",
        "valid_to": NOW + 30 * DAY,
        "request_key": uuid.uuid4(),
        "now": now,
    }
    return screens.allow_screen(**facts | changes)


def at(when: dt.datetime):
    return time_machine.travel(when, tick=False)


def switched_on(world) -> tuple[ScreenPass, Client]:
    """A pass and the browser that its link was opened on."""
    made, token = allow(world)
    browser = Client(headers={"accept-language": "en"})
    with at(NOW + MINUTE):
        assert browser.post(f"/screen/{token}/")["Location"] == WALL
    return ScreenPass.objects.get(id=made.id), browser


def test_a_pass_keeps_no_word_of_its_link(world):
    before = proof.last_number(world.real)
    made, token = allow(world)
    assert made.token_until == NOW + 15 * MINUTE
    kept = ScreenPass.objects.values().get()
    assert not any(token.replace("-", "") in str(value) for value in kept.values())
    assert len(kept["token_hash"]) == 64 and made.user is None
    proof.says(world.real, after=before, kind="screen_allowed", rows=[rows.screen(made)])


def test_only_who_manages_screens_there_lets_one_in(world):
    proof.refuses(
        world,
        lambda actor: allow(world, actor=actor),
        dana=gate.NotFound,
        jonas=gate.NotFound,
        emeka=gate.NotFound,
        bela=gate.NotYourDuty,
        hana=gate.NotYourDuty,
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "  "}, "A screen needs a name of at most 60 letters."),
        ({"name": "x" * 61}, "A screen needs a name of at most 60 letters."),
        ({"valid_to": NOW}, "A pass ends after today and within 366 days; 2026-07-15 came."),
        ({"valid_to": NOW + 367 * DAY}, "within 366 days; 2027-07-17 came."),
        ({"view": "sky"}, "A board is one of command, township, village, warehouse; sky came."),
    ],
)
def test_what_makes_no_pass_is_refused(world, wrong, says):
    refused = proof.unchanged(lambda: allow(world, **wrong), screens.BadPass)
    assert says in str(refused.sentence)


def test_a_screen_of_a_drill_shows_the_drill(world):
    made, token = allow(world, by="iris")
    assert made.book == world.drill
    assert Duty.objects.get(user=screens.open_screen(token=token, now=NOW).user).book == made.book


def test_the_same_form_sent_twice_is_one_pass_and_its_newest_link_counts(world):
    key = uuid.uuid4()
    (one, first), (two, second) = (allow(world, request_key=key) for _n in range(2))
    assert one == two and ScreenPass.objects.count() == 1
    with pytest.raises(screens.LinkSpent):
        screens.waiting(token=first, now=NOW)
    assert screens.waiting(token=second.lower().replace("-", ""), now=NOW) == one
    with pytest.raises(gate.NotFound):
        allow(world, by="asha", request_key=key)


def test_a_link_works_once_and_for_a_quarter_of_an_hour(world):
    made, token = allow(world)
    with pytest.raises(screens.LinkSpent):
        screens.open_screen(token=token, now=NOW + 15 * MINUTE)
    opened = screens.open_screen(token=token, now=NOW + 14 * MINUTE)
    duty = Duty.objects.get(user=opened.user)
    assert (duty.role, duty.area, duty.valid_to) == (Role.SCREEN, world.county, made.valid_to)
    assert not opened.user.has_usable_password()
    with pytest.raises(screens.LinkSpent) as spent:
        screens.open_screen(token=token, now=NOW + 14 * MINUTE)
    assert str(spent.value.sentence) == (
        "This link was opened before or is older than 15 minutes. Make a new one."
    )


def test_looking_at_a_link_does_not_use_it_up(world, client):
    _made, token = allow(world)
    with at(NOW + MINUTE):
        for _n in range(2):
            assert "Command hall, left wall" in client.get(f"/screen/{token}/").content.decode()
        assert client.post(f"/screen/{token}/")["Location"] == WALL
        assert client.get(f"/screen/{token}/").status_code == 409


def test_a_screen_stays_signed_in_until_its_pass_ends(world):
    made, browser = switched_on(world)
    with at(NOW + 29 * DAY):
        assert browser.get(WALL).status_code == 200
        assert browser.get("/")["Location"] == WALL
        assert browser.post("/screens/seen/").status_code == 204
    made.refresh_from_db()
    assert made.last_seen_at == NOW + 29 * DAY
    with at(NOW + 31 * DAY):
        assert "/sign-in/" in browser.get(WALL)["Location"]


def test_a_screen_shows_the_wall_whatever_its_address_says(world):
    _made, browser = switched_on(world)
    with at(NOW + DAY):
        assert b"data-wall" in browser.get("/boards/command/222426000000/").content


def test_a_screen_opens_boards_and_nothing_else(under_way):
    world = under_way.world
    _made, browser = switched_on(world)
    open_to_it = {"boards:board", "boards:snapshot", "boards:past", "live:events"}
    open_to_it |= {"web:home", "web:map_base", "web:stop_line"}
    from relief.web.acts import ADDRESSES

    found = addresses.keywords(under_way)
    answers = {}
    with at(under_way.now + MINUTE):
        for name, rule in ADDRESSES.items():
            if (rule.public and name not in open_to_it) or name == "web:sign_out":
                continue
            address = addresses.address(name, found)
            sent = browser.post(address).status_code
            answers[name] = (browser.get(address).status_code, sent)
    # Without a cursor the feed answers 409: take a fresh snapshot.
    shown = {name for name, (looked, _sent) in answers.items() if looked in (200, 302, 409)}
    assert shown == open_to_it
    changed = {name for name, (_looked, sent) in answers.items() if sent not in (403, 404, 405)}
    assert changed == {"web:screen_seen"}


def test_a_renewed_link_ends_the_screen_before(world):
    made, old = switched_on(world)
    _made, token = screens.renew_link(
        actor=world.actor("asha"), pass_id=made.id, now=NOW + 2 * MINUTE
    )
    new = Client()
    with at(NOW + 3 * MINUTE):
        assert old.get(WALL).status_code == 200
        assert new.post(f"/screen/{token}/")["Location"] == WALL
        assert new.get(WALL).status_code == 200
        assert "/sign-in/" in old.get(WALL)["Location"]
    assert User.objects.filter(username__startswith="screen-").count() == 1


def test_a_revoked_screen_holds_no_duty_any_more(world):
    made, browser = switched_on(world)
    proof.refuses(
        world,
        lambda actor: screens.revoke_screen(actor=actor, pass_id=made.id, now=NOW + DAY),
        dana=gate.NotFound,
        jonas=gate.NotFound,
        bela=gate.NotFound,
        hana=gate.NotFound,
    )
    before = proof.last_number(world.real)
    ended = screens.revoke_screen(actor=world.actor("asha"), pass_id=made.id, now=NOW + DAY)
    proof.says(world.real, after=before, kind="screen_revoked", rows=[rows.screen(ended)])
    assert Duty.objects.get(user=made.user).valid_to == NOW + DAY
    with at(NOW + DAY):
        assert browser.get(WALL).status_code == 404
    for again in (screens.revoke_screen, screens.renew_link):
        with pytest.raises(screens.PassEnded):
            again(actor=world.actor("asha"), pass_id=made.id, now=NOW + 2 * DAY)


def test_the_page_shows_the_link_once_and_who_is_on(world, client):
    from tests.world import sign_in_as

    sign_in_as(world, "asha", client)
    form = {"name": "Hall", "board": "township:222426100000", "valid_to": "2026-08-14"}
    with at(NOW):
        page = client.post("/screens/", form, headers={"accept-language": "en"})
        made = ScreenPass.objects.get()
        link = page.context["link"]
        assert link in page.content.decode() and link.startswith("http://testserver/screen/")
        assert made.valid_to.isoformat() == "2026-08-14T16:00:00+00:00"
        page = client.get("/screens/", headers={"accept-language": "en"}).content.decode()
        assert link not in page and "not switched on yet" in page
        Client().post(link.removeprefix("http://testserver"))
        assert (
            ">on</span>"
            in client.get("/screens/", headers={"accept-language": "en"}).content.decode()
        )
    with at(NOW + 4 * MINUTE):
        assert (
            ">silent</span>"
            in client.get("/screens/", headers={"accept-language": "en"}).content.decode()
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"view": "sky"},
        {"valid_to": NOW},
        {"ended_at": NOW},
        {"token_hash": None},
        {"opened_at": NOW},
    ],
)
def test_the_database_refuses_a_pass_that_makes_no_sense(world, wrong):
    made, _token = allow(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScreenPass.objects.filter(id=made.id).update(**wrong)
