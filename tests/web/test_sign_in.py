"""Signing in, the lockout after five wrong passwords, demo people, the book on screen."""

import pytest
from django.test import Client

from relief.access.acts import Role
from relief.access.models import Duty, User
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def asha(world) -> User:
    user = world.users["asha"]
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, password: str, *, name: str = "asha"):
    return client.post("/sign-in/", {"username": name, "password": password})


def test_the_right_password_opens_the_start_page(asha, client):
    answer = sign_in(client, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_wrong_password_keeps_the_name_and_says_what_happens_next(asha, client):
    client.cookies["django_language"] = "en"
    page = sign_in(client, "wrong")
    assert "After 5 wrong tries the name is locked for 15 minutes." in words(page)
    assert 'value="asha"' in page.content.decode()


def test_five_wrong_passwords_lock_the_name(asha, client):
    client.cookies["django_language"] = "en"
    for _n in range(4):
        assert sign_in(client, "wrong").status_code == 200
    locked = sign_in(client, "wrong")
    assert locked.status_code == 429
    assert "5 wrong passwords in a row: this name is locked here for 15 minutes." in words(locked)
    assert sign_in(client, PASSWORD).status_code == 429
    assert "_auth_user_id" not in client.session


def test_the_lock_is_of_one_name_only(asha, world, client):
    bela = world.users["bela"]
    bela.set_password(PASSWORD)
    bela.save()
    for _n in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD, name="bela").status_code == 302


def test_signing_out_takes_a_post(world, client):
    client.force_login(world.users["asha"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_one_press_signs_a_demo_person_in(world, client, settings):
    settings.DEMO = True
    person = User.objects.create(username="commander", shown_name="县指挥长", shown_name_en="Chen")
    client.cookies["django_language"] = "en"
    page = client.get("/sign-in/")
    assert "Chen commander Commander of the county." in words(page)
    assert client.post("/sign-in/demo/", {"person": "commander"}).status_code == 302
    assert client.session["_auth_user_id"] == str(person.id)


@pytest.mark.parametrize("name", ["asha", "nobody", ""])
def test_only_demo_people_come_in_by_one_press(world, client, settings, name):
    settings.DEMO = True
    assert client.post("/sign-in/demo/", {"person": name}).status_code == 404


def test_outside_a_demo_there_is_no_such_door(world, client, settings):
    settings.DEMO = False
    User.objects.create(username="commander", shown_name="县指挥长")
    assert 'name="person"' not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/demo/", {"person": "commander"}).status_code == 404


def test_forms_need_their_token(world):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(world.users["asha"], backend="django.contrib.auth.backends.ModelBackend")
    refused = client.post("/incidents/new/", {"name": "Flood"})
    assert refused.status_code == 403
    assert "This form is too old" in words(refused)


def test_a_drill_is_shown_as_one_and_chosen_by_its_own_duty(world, person, client):
    Duty.objects.create(
        user=world.users["asha"],
        role=Role.DUTY_OFFICER,
        area=world.county,
        book=world.drill,
        valid_from=world.started,
    )
    client.force_login(world.users["asha"], backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    assert "Real operation" in words(client.get("/"))
    assert client.post("/book/", {"book": world.drill.id}).status_code == 302
    page = client.get("/")
    assert "Nothing on this screen is real." in words(page)
    assert "book--drill" in page.content.decode()


@pytest.mark.parametrize("book", ["", "x", "999999"])
def test_a_book_without_a_duty_is_not_found(world, client, book):
    client.force_login(world.users["asha"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/book/", {"book": book or world.drill.id}).status_code == 404
