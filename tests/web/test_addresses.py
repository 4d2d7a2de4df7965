"""Each address names its act; without one it is served to nobody."""

import pytest
from django.test import Client
from django.urls import reverse

from relief.access import gate
from relief.access.acts import Act, is_read
from relief.web import acts
from tests.web import addresses


def test_every_address_names_its_act():
    assert addresses.names() - set(acts.ADDRESSES) == set()


def test_the_table_names_no_address_that_does_not_exist():
    assert set(acts.ADDRESSES) - addresses.names() == set()


def test_every_act_has_an_address():
    used = {act for rule in acts.ADDRESSES.values() for act in (*rule.read, *rule.write)}
    assert set(Act) - used == set()


def test_what_changes_something_needs_more_than_a_read_act():
    assert not [n for n, rule in acts.ADDRESSES.items() if any(is_read(a) for a in rule.write)]


def test_an_address_without_an_act_is_an_error():
    with pytest.raises(acts.NoAct, match="web:nowhere"):
        acts.rule_of("web:nowhere")


@pytest.mark.django_db
def test_nobody_sees_a_page_without_signing_in(under_way):
    of = addresses.keywords(under_way)
    client = Client()
    for name, rule in acts.ADDRESSES.items():
        if rule.public:
            continue
        address = addresses.address(name, of)
        for method in (client.get, client.post):
            answer = method(address)
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("web:sign_in")), name


@pytest.mark.django_db
def test_the_feeds_of_boards_answer_401_without_signing_in(under_way):
    of = addresses.keywords(under_way)
    for name in ("boards:snapshot", "live:events"):
        assert Client().get(addresses.address(name, of)).status_code == 401


@pytest.mark.django_db
def test_it_says_it_is_alive_and_ready():
    assert Client().get("/livez").status_code == 200
    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_guard_knows_the_book(under_way):
    rule = acts.ADDRESSES["web:incident"]
    iris = under_way.world.actor("iris")
    with pytest.raises(gate.NotFound):
        acts.guard(rule=rule, actor=iris, sends=False, keywords={"id": under_way.incident.id})
