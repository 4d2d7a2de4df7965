"""Enrolling a phone: one-time codes, who may make them, guessing, revoking."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.test import Client

from relief.access import gate
from relief.field import devices
from relief.field.models import Device
from tests import world as named
from tests.api.phones import ROOT, enrolled
from tests.api.test_items import refused

pytestmark = pytest.mark.django_db


def send_code(code: str, **more):
    return Client().post(
        ROOT + "enrol", {"code": code, "label": "Redmi"} | more, content_type="application/json"
    )


def code_for(world, name: str, *, by: str = "") -> str:
    now = dt.datetime.now(dt.UTC)
    actor = world.actor(by or name, now=now)
    return devices.allow_phone(actor=actor, user_id=world.users[name].id, label="", now=now)[1]


def test_a_code_works_once_and_by_hand(world):
    code = code_for(world, "emeka", by="asha")
    first = send_code(code.lower().replace("-", " "))
    assert first.status_code == 200, first.content
    told = first.json()
    assert told["person"] == {"id": world.users["emeka"].id, "name": "Emeka", "name_en": "Emeka"}
    signed = Client(headers={"Authorization": f"Device {told['token']}"})
    assert signed.get(ROOT + "items").status_code == 200
    refused(send_code(code), "auth.code_spent", 409)
    device = Device.objects.get()
    assert device.label == "Redmi"
    assert told["token"] not in (device.token_hash, device.code_hash)
    assert device.code_hash is None


def test_a_code_ends_after_a_quarter_of_an_hour_and_with_the_next_one(world):
    old = code_for(world, "emeka")
    new = code_for(world, "emeka")
    refused(send_code(old), "auth.code_spent", 409)
    Device.objects.update(code_until=dt.datetime.now(dt.UTC))
    refused(send_code(new), "auth.code_spent", 409)


def test_five_wrong_codes_close_the_door_of_that_address(world):
    right = code_for(world, "emeka")
    for _ in range(4):
        refused(send_code("2222-2222-2222"), "auth.code_spent", 409)
    assert send_code("2222-2222-2222").status_code in (409, 429)
    locked = send_code(right)
    refused(locked, "auth.locked", 429)
    assert locked["Retry-After"] == "900"
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    answer = elsewhere.post(ROOT + "enrol", {"code": right}, content_type="application/json")
    assert answer.status_code == 200


def test_codes_for_others_are_made_by_command_in_its_own_area(world):
    assert code_for(world, "emeka", by="chidi")
    with pytest.raises(gate.NotFound):
        code_for(world, "jonas", by="asha")
    with pytest.raises(gate.NotFound):
        code_for(world, "dana")
    with pytest.raises(gate.NotFound):
        code_for(world, "asha", by="emeka")
    with pytest.raises(gate.NotYourDuty):
        code_for(world, "emeka", by="hana")


def test_the_desk_enrols_and_revokes(world):
    asha, emeka = Client(), Client()
    named.sign_in_as(world, "asha", asha)
    named.sign_in_as(world, "emeka", emeka)
    page = asha.post("/devices/new/", {"person": world.users["emeka"].id, "label": "Duty phone"})
    text = page.content.decode()
    code = re.search(r"http://testserver/f/#enrol=([0-9A-Z-]{14})", text)[1]
    assert "data:image/svg+xml" in text
    token = send_code(code).json()["token"]
    signed = Client(headers={"Authorization": f"Device {token}"})
    assert code not in asha.get("/devices/").content.decode()
    assert "Duty phone" in emeka.get("/devices/").content.decode()
    device = Device.objects.get()
    farah = Client()
    named.sign_in_as(world, "farah", farah)
    assert farah.post(f"/devices/{device.id}/revoke/").status_code == 404
    assert emeka.post(f"/devices/{device.id}/revoke/").status_code == 302
    refused(signed.get(ROOT + "items"), "auth.revoked", 401)
    assert asha.post(f"/devices/{device.id}/revoke/").status_code == 409
    assert emeka.post("/devices/own/", {}).status_code == 200
    assert emeka.post("/devices/new/", {"person": world.users["asha"].id}).status_code == 403


def test_the_first_code_comes_from_the_servers_own_terminal(world, capsys):
    call_command("enrol_code", "chidi", address="https://relief.example")
    link = capsys.readouterr().out.strip()
    assert link.startswith("https://relief.example/f/#enrol=")
    assert send_code(link.partition("=")[2]).status_code == 200


def test_who_left_the_service_sends_nothing_more(world):
    _device, token = enrolled(world, "emeka")
    world.users["emeka"].is_active = False
    world.users["emeka"].save()
    signed = Client(headers={"Authorization": f"Device {token}"})
    refused(signed.get(ROOT + "reference"), "auth.revoked", 401)


def test_without_a_token_nothing_is_shown(world):
    for shown in ("", "Device", "Bearer abc", "Device abc", "Device " + "é" * 9):
        answer = Client(headers={"Authorization": shown}).get(ROOT + "items")
        assert answer.status_code == 401
        assert answer.json()["code"] in ("auth.missing", "auth.revoked")
        assert answer["WWW-Authenticate"] == "Device"
