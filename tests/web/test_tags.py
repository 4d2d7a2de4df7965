"""Where the codes on paper, lots and bins lead: to their page, into the app, or to a sentence."""

import pytest
from django.test import Client
from django.urls import reverse

from relief.access.acts import Role
from relief.access.models import Duty
from relief.catalog import tags
from relief.stock.models import Bin
from relief.web.views import tagged
from tests import world as named

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 9; PDA) AppleWebKit/537.36 Chrome/100 Mobile Safari/537.36"


@pytest.fixture
def lot(world):
    return named.stock(world, "QUILT", 5, batch="Q-1").lot


def browser(world, name: str = "", **headers: str) -> Client:
    made = Client(headers={"Accept-Language": "en", **headers})
    if name:
        named.sign_in_as(world, name, made)
    return made


def code(lot) -> str:
    return tags.write(kind="lot", id=lot.id)


def test_a_code_leads_to_the_page_of_what_it_names(world, lot):
    asha = browser(world, "asha")
    for text in (code(lot), code(lot).lower().replace("-", "")):
        answer = asha.get(f"/q/{text}")
        assert (answer.status_code, answer["Location"]) == (302, f"/store/lots/{lot.id}/")
    shelf = Bin.objects.create(depot=world.quay, code="A-03")
    tag = tags.write(kind="bin", id=shelf.id)
    assert asha.get(f"/q/{tag}")["Location"] == f"/store/search/?q={tag}"


def test_every_kind_of_tag_has_its_page():
    assert set(tagged.ROWS) == set(tags.LETTERS)
    assert set(tagged.PAGES) | {"bin", "stop"} == set(tagged.ROWS)
    for name in tagged.PAGES.values():
        assert reverse(name, args=[1])


def test_a_code_nobody_knows_is_told_so(world, lot):
    asha = browser(world, "asha")
    wrong_check = code(lot)[:-1] + ("0" if code(lot)[-1] != "0" else "1")
    for text in (wrong_check, tags.write(kind="lot", id=lot.id + 1), "hello"):
        answer = asha.get(f"/q/{text}")
        assert answer.status_code == 404
        assert b"This code is not known here." in answer.content


def test_without_a_sign_in_a_phone_opens_the_app_and_a_desk_the_sign_in(world, lot):
    tag = code(lot)
    assert browser(world, **{"User-Agent": PHONE}).get(f"/q/{tag.lower()}")["Location"] == (
        f"/f/#/scan/{tag}"
    )
    answer = browser(world, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}).get(f"/q/{tag}")
    assert answer["Location"] == f"/sign-in/?next=/q/{tag}"


def test_a_paper_of_the_other_world_is_named_to_its_people_and_to_nobody_else(world, lot):
    drilled = named.stock(world, "QUILT", 5, book=world.drill, batch="Q-D").lot
    asha = browser(world, "asha")
    assert asha.get(f"/q/{code(drilled)}").status_code == 404
    Duty.objects.create(
        user=world.users["asha"],
        role=Role.DUTY_OFFICER,
        area=world.county,
        book=world.drill,
        valid_from=named.NOW,
    )
    answer = asha.get(f"/q/{code(drilled)}")
    assert answer.status_code == 409
    assert b"Drill document. Not valid for the real event." in answer.content
    asha.post("/book/", {"book": world.drill.id})
    assert asha.get(f"/q/{code(drilled)}").status_code == 302
    assert b"Not valid in the drill." in asha.get(f"/q/{code(lot)}").content
    # Jonas watches another county: what lies here he is never told of.
    Duty.objects.filter(user=world.users["jonas"]).update(book=world.drill)
    assert browser(world, "jonas").get(f"/q/{code(lot)}").status_code == 404
