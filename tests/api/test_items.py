"""Items: once, by whom, where, and what the county answers."""

import datetime as dt
import json
import uuid

import pytest

from relief.access.models import Duty
from relief.field import rules
from relief.field.models import Alert, Device, Item
from relief.households.models import DamagedHouse
from relief.reports.models import Report
from relief.response.desk import return_item
from tests import world as named
from tests.api.phones import ROOT, Phone

pytestmark = pytest.mark.django_db


def refused(answer, code: str, status: int) -> dict:
    """The problem, once code and status are as expected."""
    assert answer["Content-Type"] == "application/problem+json", answer.content[:300]
    problem = answer.json()
    assert (problem["code"], answer.status_code, problem["status"]) == (code, status, status)
    assert problem["safe"] is True
    return problem


def test_a_report_comes_once_however_often_it_is_sent(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood, figures={"affected_population": 40})
    first, again = emeka.put(item), emeka.put(item)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json() == again.json()
    assert first.json()["receipt"].startswith("ZQ-")
    assert (first.json()["state"], first.json()["complete"]) == ("adopted", True)
    assert Report.objects.get().figures["affected_population"] == 40
    assert Item.objects.count() == 1


def test_offset_and_key_order_make_no_other_body(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood)
    assert emeka.put(item).status_code == 201
    later = dict(reversed([*(item | {"offset_seconds": 7, "mono_ms": 1}).items()]))
    assert emeka.put(later).status_code == 200


def test_another_body_under_the_same_id_is_refused_and_changes_nothing(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood)
    receipt = emeka.put(item).json()["receipt"]
    other = json.loads(json.dumps(item))
    other["body"]["figures"]["affected_population"] = 1
    problem = refused(emeka.put(other), "item.same_id_other_body", 409)
    assert receipt in problem["detail"]
    assert Report.objects.get().figures["affected_population"] == 0


def test_receipts_count_by_day_and_book(phone, world, flood, time_machine):
    time_machine.move_to(dt.datetime.now(dt.UTC), tick=False)  # no midnight in between
    emeka, iris = phone("emeka"), Phone(world, "iris")
    one, two = (emeka.put(emeka.report(flood, village=v)) for v in ("Willow", "Reed"))
    drill = iris.report(None) | {"book": world.drill.id}
    three = iris.put(drill)
    day = f"{dt.datetime.now(named.ZONE):%m%d}"
    assert [answer.json()["receipt"] for answer in (one, two, three)] == [
        f"ZQ-{day}-0001",
        f"ZQ-{day}-0002",
        f"YL-ZQ-{day}-0001",
    ]


def test_one_bad_item_of_a_batch_fails_alone(phone, flood):
    emeka = phone("emeka")
    good, late = emeka.report(flood, village="Willow"), emeka.report(flood, village="Reed")
    bad = emeka.report(flood, figures={"deaths": 3, "affected_population": 1})
    answer = emeka.batch(good, bad, "nonsense", {"id": 5}, late, good)
    assert [one["status"] for one in answer.json()["results"]] == [201, 422, 422, 422, 201, 200]
    problem = answer.json()["results"][1]["problem"]
    assert problem["code"] == "item.refused"
    assert [one["field"] for one in problem["problems"]] == ["deaths"]
    assert Item.objects.count() == 2


def test_a_report_without_an_incident_waits_at_the_desk_and_raises_its_alert(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(None, figures={"deaths": 2, "affected_population": 9})
    assert emeka.put(item).json()["state"] == "received"
    assert emeka.put(item).status_code == 200
    assert not Report.objects.exists()
    alert = Alert.objects.get()
    assert (alert.deaths, alert.area.name_en) == (2, "Northbank")


def test_a_township_not_ones_own_is_not_found(phone, flood):
    emeka = phone("emeka")
    refused(emeka.put(emeka.report(flood, "Southbank")), "item.unknown_place", 404)
    refused(emeka.put(emeka.report(None, "Southbank")), "item.unknown_place", 404)
    refused(emeka.put(emeka.report(flood, village="Ferry")), "item.unknown_place", 404)
    odd = emeka.report(flood)
    odd["body"]["area"] = "999999999999"
    refused(emeka.put(odd), "item.unknown_place", 404)
    odd["body"] |= {"area": emeka.world.area("Northbank").code, "incident": 10**9}
    refused(emeka.put(odd), "item.unknown_place", 404)
    assert not Item.objects.exists()


def test_another_book_is_not_found(phone, world, flood):
    emeka, iris = phone("emeka"), Phone(world, "iris")
    refused(emeka.put(emeka.report(None) | {"book": world.drill.id}), "item.unknown_place", 404)
    refused(iris.put(iris.report(flood)), "item.unknown_place", 404)
    refused(iris.put(iris.report(flood) | {"book": world.drill.id}), "item.unknown_place", 404)
    item = emeka.report(flood)
    emeka.put(item)
    moved = item | {"book": world.drill.id, "author": iris.user.id}
    refused(iris.put(moved), "item.same_id_other_body", 409)


def test_an_item_of_another_author_is_never_sent_under_ones_own_name(phone, flood):
    emeka, farah = phone("emeka"), phone("farah")
    saved = farah.report(flood, "Southbank")
    refused(emeka.put(saved), "auth.other_user", 403)
    assert farah.put(saved).status_code == 201
    assert Item.objects.get().author == farah.user


def test_an_item_carried_by_a_colleague_keeps_its_author_and_waits_for_the_desk(phone, flood):
    asha, emeka = phone("asha"), phone("emeka")
    saved = emeka.report(flood)
    carried = asha.put(saved | {"channel": "code"})
    assert (carried.status_code, carried.json()["state"]) == (201, "received")
    item = Item.objects.get()
    assert (item.author, item.brought_by, item.channel) == (emeka.user, asha.user.id, "code")
    again = emeka.put(saved)
    assert (again.status_code, again.json()["receipt"]) == (200, carried.json()["receipt"])
    farah = phone("farah")
    other = emeka.report(flood) | {"channel": "code"}
    refused(farah.put(other), "item.unknown_place", 404)


def test_village_officers_report_their_village_and_it_waits(phone, flood):
    gu = phone("gu")
    assert gu.put(gu.report(flood, village="Willow")).json()["state"] == "received"
    refused(gu.put(gu.report(flood)), "item.unknown_place", 404)
    refused(gu.put(gu.report(flood, village="Reed")), "item.unknown_place", 404)


def test_a_clock_far_off_makes_a_report_wait(phone, flood):
    emeka = phone("emeka")
    off = emeka.report(flood, village="Willow") | {"offset_seconds": -301}
    assert emeka.put(off).json()["state"] == "received"
    ahead = emeka.report(flood, village="Reed")
    ahead["made_at"] = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=72)).isoformat()
    assert emeka.put(ahead).json()["state"] == "received"
    assert list(Item.objects.values_list("clock_off", flat=True)) == [True, True]


def test_a_person_without_duties_gets_nothing(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood)
    Duty.objects.filter(user=emeka.user).delete()
    refused(emeka.put(item), "item.unknown_place", 404)
    refused(emeka.get("reference"), "item.unknown_place", 404)


def test_whoever_may_not_report_is_told_whose_duty_it_is(phone, flood):
    hana = phone("hana")
    problem = refused(hana.put(hana.report(flood)), "auth.not_allowed", 403)
    assert "duty" in problem["detail"]


def test_a_token_revoked_or_run_out_is_answered_401_at_once(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood)
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
    Device.objects.update(enrolled_at=long_ago, expires_at=long_ago + dt.timedelta(days=90))
    refused(emeka.put(item), "auth.expired", 401)
    fresh = phone("emeka")
    assert fresh.http.delete(ROOT + "device").status_code == 204
    refused(fresh.put(item), "auth.revoked", 401)
    refused(fresh.batch(item), "auth.revoked", 401)
    again = phone("emeka")
    assert again.put(item).status_code == 201


def test_an_app_too_old_keeps_what_it_has(phone, flood):
    emeka = phone("emeka")
    refused(emeka.put(emeka.report(flood) | {"schema": 0}), "app.too_old", 426)


def test_sentences_come_in_the_persons_language(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood, "Southbank")
    english = emeka.put(item, **{"Accept-Language": "en"}).json()
    chinese = emeka.put(item, **{"Accept-Language": "zh-CN,zh;q=0.9"}).json()
    assert english["title"].startswith("The place or event is not among yours")
    assert english["code"] == chinese["code"]


def test_bytes_damaged_on_the_way_are_refused(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood)
    wrong = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
    refused(emeka.put(item, **{"Content-Digest": wrong}), "request.damaged", 400)
    refused(emeka.put(item, **{"Content-Digest": "md5=:AA==:"}), "request.damaged", 400)
    assert not Item.objects.exists()


def test_the_person_sees_what_became_of_the_items(phone, flood):
    emeka = phone("emeka")
    first = emeka.report(flood)
    emeka.put(first)
    second = emeka.report(flood, after=first, figures={"affected_population": 5})
    emeka.put(second)
    beside = emeka.report(flood, after=first, figures={"affected_population": 6})
    assert emeka.put(beside).json()["state"] == "to_merge"
    report = Report.objects.get(item_id=second["id"])
    from relief.response.actions import return_report

    world = emeka.world
    now = dt.datetime.now(dt.UTC)
    return_report(actor=world.actor("asha"), report_id=report.id, note="count again", now=now)
    items = {one["id"]: one for one in emeka.get("items").json()["items"]}
    assert {one["state"] for one in items.values()} >= {"adopted", "returned"}
    assert items[second["id"]]["reason"] == "count again"
    later = (now + dt.timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert emeka.get(f"items?since={later}").json()["items"] == []
    assert phone("farah").get("items").json()["items"] == []


def test_a_damaged_house_is_recorded_once(phone, flood):
    emeka = phone("emeka")
    chain = str(uuid.uuid4())
    item = emeka.item(
        "damage",
        incident=flood.id,
        area=emeka.world.area("Willow").code,
        chain=chain,
        base=None,
        head="Household 3",
        people=4,
        rooms_total=4,
        rooms_collapsed=1,
        dwelling=True,
        sole_dwelling=True,
        point=[128.01, 43.04],
    )
    assert (emeka.put(item).status_code, emeka.put(item).status_code) == (201, 200)
    assert DamagedHouse.objects.get().rooms_collapsed == 1
    impossible = emeka.item(
        "damage", **item["body"] | {"chain": str(uuid.uuid4()), "rooms_total": 0}
    )
    problem = refused(emeka.put(impossible), "item.refused", 422)
    assert problem["problems"]


def test_the_code_is_the_same_on_phone_and_county(phone, flood):
    emeka = phone("emeka")
    item = emeka.report(flood)
    emeka.put(item)
    assert Item.objects.get().code == rules.code_of(uuid.UUID(item["id"]))


def test_an_item_returned_before_it_was_gathered_tells_its_phone_why(phone, world):
    emeka = phone("emeka")
    item = emeka.report(None)
    assert emeka.put(item).json()["state"] == "received"
    now = dt.datetime.now(dt.UTC)
    return_item(
        actor=world.actor("asha", now=now), item_id=uuid.UUID(item["id"]), note="where?", now=now
    )
    [told] = emeka.get("items").json()["items"]
    assert (told["state"], told["reason"]) == ("returned", "where?")
    assert emeka.put(item).json()["state"] == "returned"
