"""Exactly once, against PostgreSQL: lost answers, batches, doubles, two phones, all at once."""

import datetime as dt
import json
import random
import threading

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.field.models import Item, Photo
from relief.journal.models import Series
from relief.reports import audit
from relief.reports.models import Report
from tests import world as named
from tests.api.phones import Phone, sha
from tests.api.pictures import picture

VILLAGES = ("Willow", "Reed", None)


@pytest.mark.django_db
@settings(max_examples=3)
@given(data=st.data())
def test_any_order_of_sending_and_sending_again_leaves_each_item_once(world, data):
    """A phone sends singly or in batches, forgets answers, and repeats until it has receipts."""
    from django.db import transaction

    point = transaction.savepoint()
    try:
        _any_order(world, data)
    finally:
        transaction.savepoint_rollback(point)


def _any_order(world, data) -> None:
    flood = named.flood(world)
    phones = [Phone(world, name) for name in ("emeka", "emeka", "asha")]
    waiting: list[tuple[Phone, dict]] = []
    for phone in phones:
        last = None
        for _ in range(data.draw(st.integers(1, 3))):
            village = data.draw(st.sampled_from(VILLAGES))
            item = phone.report(flood, village=village, after=last if village is None else None)
            last = item if village is None else last
            waiting.append((phone, item))
    sent = list(waiting)
    receipts: dict[str, set[str]] = {}
    steps = 0
    while waiting:
        steps += 1
        phone, item = data.draw(st.sampled_from(waiting))
        chosen = [one for owner, one in waiting if owner is phone]
        if data.draw(st.booleans()):
            chosen = [item]
        doubled = chosen + chosen[:1] * data.draw(st.booleans())
        results = phone.batch(*doubled).json()["results"]
        lost = steps < 12 and data.draw(st.booleans())
        for result in results:
            assert result["status"] in (200, 201, 422), result
            if not lost and result["status"] != 422:
                receipts.setdefault(result["id"], set()).add(result["receipt"]["receipt"])
        if not lost:
            # What is refused rests on something not sent yet, or is a second initial report.
            done = {one["id"] for one in results if one["status"] != 422 or steps > 30}
            waiting = [pair for pair in waiting if pair[1]["id"] not in done]
    stored = {str(one.id): one.receipt for one in Item.objects.all()}
    assert {key: {value} for key, value in stored.items()} == receipts
    assert len(set(stored.values())) == len(stored)
    assert set(stored) <= {one["id"] for _phone, one in sent}
    assert Report.objects.count() == len(stored)
    assert list(audit.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_items_and_photos_from_many_threads_at_once(tmp_path, settings, time_machine):
    time_machine.move_to(dt.datetime(2026, 7, 14, 21, 0, tzinfo=dt.UTC))  # far from any midnight
    settings.FILES = tmp_path
    world = named.build()
    flood = named.flood(world)
    first, second = Phone(world, "emeka"), Phone(world, "emeka")
    photo = picture(size=(200, 200))
    items = [
        first.report(flood, village=VILLAGES[n % 2], photos=[sha(photo)], narrative=f"no. {n}")
        for n in range(6)
    ]
    other = json.loads(json.dumps(items[0]))
    other["body"]["narrative"] = "not the same"
    answers: list[tuple[str, int, str | None]] = []

    def told(http: Client, mine: list[dict], seed: int) -> list[tuple[int, str | None]]:
        """Half of the phones send all at once in a batch, the others one after the other."""
        if seed % 2:
            address = "/api/v1/field/items/batch"
            said = http.post(address, {"items": mine}, content_type="application/json").json()
            return [
                (one["status"], one.get("receipt", {}).get("receipt")) for one in said["results"]
            ]
        found = []
        for item in mine:
            address = f"/api/v1/field/items/{item['id']}"
            answer = http.put(address, json.dumps(item), content_type="application/json")
            found.append((answer.status_code, answer.json().get("receipt")))
        return found

    def send(seed: int) -> None:
        chance = random.Random(seed)
        mine = [*items, other]
        chance.shuffle(mine)
        token = (first, second)[seed % 2].token
        http = Client(headers={"Authorization": f"Device {token}"})
        try:
            for item, (status, receipt) in zip(mine, told(http, mine, seed), strict=True):
                answers.append((item["body"]["narrative"], status, receipt))
            for start in chance.sample(range(0, len(photo), 500), 3) + list(
                range(0, len(photo), 500)
            ):
                http.put(
                    first.photo_address(sha(photo)),
                    photo[start : start + 500],
                    content_type="image/jpeg",
                    headers={
                        "Content-Range": f"bytes {start}-{min(start + 500, len(photo)) - 1}"
                        f"/{len(photo)}"
                    },
                )
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Item.objects.count() == Report.objects.count() == 6
    taken = [(name, receipt) for name, status, receipt in answers if status in (200, 201)]
    assert len(set(taken)) == 6
    assert sum(status == 201 for _name, status, _receipt in answers) == 6
    assert {status for _name, status, _receipt in answers} == {200, 201, 409}
    day = f"ZQ-{dt.datetime.now(named.ZONE):%m%d}"
    assert Series.objects.get(book=world.real, prefix=day).last == 6
    assert Photo.objects.get().whole_at is not None
    stored = next(one for one in tmp_path.rglob("*") if one.name == sha(photo))
    assert stored.read_bytes() == photo
