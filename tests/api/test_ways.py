"""Text message, file and phone: one item, whatever comes first."""

import base64
import datetime as dt
import io
import itertools
import json
import uuid

import pytest
from django.test import Client

from relief.field import rules, sms
from relief.field.models import Alert, Channel, Item, Photo
from relief.reports.models import Report
from relief.response.desk import adopt_report, gather_items
from relief.web.api import handed_in, intake
from tests import world as named
from tests.api.phones import sha
from tests.api.pictures import picture

pytestmark = pytest.mark.django_db


def text_of(item: dict) -> str:
    """The item as its text message."""
    said = item["body"]
    figures = said["figures"]
    numbers = [
        figures[key]
        for key in (
            *("dwelling_hh_collapsed", "affected_population", "deaths", "missing"),
            "relocated_now",
        )
    ]
    parts = ["ZQ1", said["village"] or said["area"], "H", *map(str, numbers), "43.0500,128.0500"]
    line = "*".join([*parts, rules.code_of(uuid.UUID(item["id"])), ""])
    return line + sms.check_character(line)


@pytest.fixture
def desk(world):
    browser = Client(headers={"Accept-Language": "en"})
    named.sign_in_as(world, "asha", browser)
    return browser


def paste(desk, text: str) -> str:
    return desk.post("/items/text/", {"text": text}).content.decode()


def hand_in(desk, *lines: object) -> str:
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    file = io.BytesIO(data)
    file.name = "relief-2026-07-15.txt"
    return desk.post("/items/file/", {"file": file}).content.decode()


@pytest.mark.parametrize("ways", list(itertools.permutations(("text", "file", "data"))))
def test_it_counts_once_in_whatever_order_it_comes(phone, flood, desk, ways):
    emeka = phone("emeka")
    item = emeka.report(flood, figures={"affected_population": 30, "injured": 4, "deaths": 1})
    receipts = set()
    for way in ways:
        for _ in range(2):
            if way == "text":
                assert "Taken in: 1" in paste(desk, text_of(item))
            elif way == "file":
                assert "Taken in: 1" in hand_in(desk, item)
            else:
                assert emeka.put(item).status_code in (200, 201)
            receipts.add(Item.objects.get().receipt)
    assert len(receipts) == 1
    stored = Item.objects.get()
    assert (str(stored.id), stored.author, stored.body) == (item["id"], emeka.user, item["body"])
    assert stored.text["figures"]["affected_population"] == 30
    assert Alert.objects.count() == 1
    # The phone's own item is filed at once unless another way was quicker; then the desk gathers.
    filed = ways.index("data") < ways.index("file")
    assert Report.objects.count() == filed
    if not filed:
        now = dt.datetime.now(dt.UTC)
        actor = emeka.world.actor("asha", now=now)
        gather_items(actor=actor, incident_id=flood.id, item_ids=[stored.id], now=now)
    assert Report.objects.get().figures["injured"] == 4


def test_a_phone_after_its_gathered_text_message_adds_a_version_and_no_second_count(
    phone, flood, desk, world
):
    emeka = phone("emeka")
    item = emeka.report(flood, figures={"affected_population": 30, "injured": 4})
    paste(desk, text_of(item))
    short = Item.objects.get()
    assert (short.channel, short.author) == (Channel.SMS, world.users["asha"])
    now = dt.datetime.now(dt.UTC)
    gathered = gather_items(
        actor=world.actor("asha", now=now), incident_id=flood.id, item_ids=[short.id], now=now
    )
    assert gathered.refused == []
    first = emeka.put(item)
    assert first.status_code == 200, first.content
    assert first.json()["receipt"] == short.receipt
    assert emeka.put(item).json()["receipt"] == short.receipt
    assert Item.objects.count() == 1
    short_one, full_one = Report.objects.order_by("seq")
    assert (full_one.base, full_one.chain) == (short_one, short_one.chain)
    assert short_one.item_id == uuid.UUID(item["id"])
    adopt_report(actor=world.actor("asha", now=now), report_id=full_one.id, now=now)
    counting = Report.objects.get(counts=True)
    assert (counting.figures["injured"], counting.figures["affected_population"]) == (4, 30)


def test_a_bad_message_hinders_no_other_and_says_why(phone, flood, desk, world):
    emeka = phone("emeka")
    good, elsewhere = emeka.report(flood), emeka.report(flood)
    elsewhere["body"]["area"] = world.area("Gull").code
    drill = text_of(good).replace("ZQ1", "YL1", 1)
    drill = drill[:-1] + sms.check_character(drill[:-1])
    page = paste(desk, f"\n{text_of(good)}\nhelp us\n{text_of(elsewhere)}\n{drill}\n")
    assert "Taken in: 1" in page
    assert "not taken in: 3" in page
    assert "No place of that code is among yours." in page
    assert "This is a drill’s message" in page or "This is a drill&#x27;s message" in page
    assert Item.objects.count() == 1


def test_people_trapped_in_a_message_raise_an_alert(phone, flood, desk):
    item = phone("emeka").report(flood)
    line = text_of(item).replace("*H*", "*HT*", 1)[:-1]
    paste(desk, line + sms.check_character(line))
    assert Alert.objects.get().trapped == 1


def test_a_file_brings_items_and_their_photos(phone, flood, desk, world):
    emeka = phone("emeka")
    data = picture()
    item = emeka.report(flood, village="Willow", photos=[sha(data)])
    foreign = emeka.report(flood, village="Reed") | {"book": world.drill.id}
    photo = {"photo": sha(data), "base64": base64.b64encode(data).decode()}
    page = hand_in(desk, item, photo, foreign, ["x"], {"photo": "../x", "base64": "AA=="})
    assert "Taken in: 2" in page
    assert "not taken in: 3" in page
    assert Photo.objects.get().whole_at is not None
    stored = Item.objects.get()
    assert (stored.author, stored.brought_by) == (emeka.user, world.users["asha"].id)
    assert emeka.put(item).json()["complete"] is True


def test_a_line_that_cannot_be_taken_hinders_no_other_and_too_long_a_file_says_where_it_stopped(
    phone, flood, desk, monkeypatch
):
    emeka = phone("emeka")
    first, second, third = (emeka.report(flood, village="Willow") for _n in range(3))
    done = intake.take_in_all

    def broken(raws, *, bearer):
        return [RuntimeError("no disk")] if raws == [first] else done(raws, bearer=bearer)

    monkeypatch.setattr(handed_in, "take_in_all", broken)
    monkeypatch.setattr(handed_in, "MOST_LINES", 2)
    page = hand_in(desk, first, second, third)
    assert "Line 1" in page and "Hand the file in again: nothing counts twice." in page
    assert "Line 3" in page and "From this line on nothing was read" in page
    assert [str(one.id) for one in Item.objects.all()] == [second["id"]]


def test_only_the_desk_takes_in_what_comes_without_a_network(world):
    for name, status in {"bela": 403, "gu": 403, "dana": 403, "emeka": 200}.items():
        browser = Client()
        named.sign_in_as(world, name, browser)
        assert browser.post("/items/text/", {"text": "ZQ1*"}).status_code in (status, 404), name
