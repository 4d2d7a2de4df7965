"""A batch is filed in groups; that changes nothing of what its items make."""

import json

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.errors import DeadlockDetected

from relief.field.models import Alert, Item
from relief.journal.models import Entry, Series
from relief.reports import audit
from relief.reports.models import Report, ReportDuty
from relief.response import actions as response
from relief.response.models import LevelAssessment
from tests import world as named
from tests.api.phones import Phone

pytestmark = pytest.mark.django_db

PLACES = (("Northbank", None), ("Northbank", "Willow"), ("Northbank", "Reed"), ("Southbank", None))


def some_items(phone: Phone, flood, draw) -> list:
    """Reports good and bad, chains, second chains, doubles, other bodies, and other kinds."""
    items: list = []
    newest: dict = {}
    for number in range(draw(st.integers(3, 7))):
        place = draw(st.sampled_from(PLACES))
        what = draw(st.sampled_from(["next", "next", "next", "beside", "wrong", "again", "other"]))
        if what in ("again", "other") and items:
            item = json.loads(json.dumps(draw(st.sampled_from(items))))
            if what == "other":
                item["body"]["narrative"] = f"not the same {number}"
        else:
            after = newest.get(place) if what != "beside" else None
            kinds = ["follow_up", "zero", "verified"] if after else ["initial"]
            people = draw(st.integers(0, 40))
            item = phone.report(
                flood if draw(st.integers(0, 5)) else None,
                place[0],
                village=place[1],
                after=after,
                kind=draw(st.sampled_from(kinds)),
                figures={"affected_population": people, "deaths": draw(st.integers(0, 2))},
                change_reason="new_check",
            )
            if what == "wrong":
                item["body"]["figures"]["missing"] = 2000
            newest[place] = item
        items.append(item)
    return items


def made() -> dict:
    """Everything the items made, without the ids of its rows."""
    keys = {one.id: str(one.request_key) for one in Report.objects.all()}
    last = LevelAssessment.objects.order_by("id").last()
    return {
        "items": list(Item.objects.order_by("receipt").values_list("id", "receipt", "digest")),
        "series": list(Series.objects.order_by("prefix").values_list("prefix", "last")),
        "reports": [
            {
                "place": (one.area_id, one.village_id, one.seq),
                "what": (one.kind, one.state, one.counts, one.figures, one.as_of, one.due_at),
                "chain": (str(one.request_key), one.chain, keys.get(one.base_id)),
            }
            for one in Report.objects.order_by("area_id", "seq")
        ],
        "duties": list(
            ReportDuty.objects.order_by("area_id").values_list(
                "area_id", "kind", "due_at", "last_report_at", "copies_due_at"
            )
        ),
        "alerts": list(
            Alert.objects.order_by("item_id").values_list("item_id", "deaths", "missing")
        ),
        "sums": last and (last.figures["sums"], last.suggested_level),
        "findings": list(audit.findings()),
    }


def answered(status: int, said: dict) -> tuple:
    # By a clock that stands still nothing tells a new item from a known one.
    return (
        status // 100,
        said.get("receipt"),
        said.get("code"),
        said.get("state"),
        said.get("problems"),
    )


@settings(max_examples=4)
@given(data=st.data())
def test_a_batch_makes_what_its_items_make_one_by_one(world, data):
    # Asha's county reports for every place, and nothing but the way of sending differs.
    with time_machine.travel(named.NOW, tick=False):
        before = transaction.savepoint()
        flood = named.flood(world, everywhere=True)
        asha = Phone(world, "asha", now=named.NOW)
        items = some_items(asha, flood, data.draw)
        ways = []
        for together in (True, False):
            point = transaction.savepoint()
            if together:
                results = asha.batch(*items).json()["results"]
                answers = [
                    answered(one["status"], one.get("receipt") or one["problem"]) for one in results
                ]
            else:
                found = [asha.put(item) for item in items]
                answers = [answered(one.status_code, one.json()) for one in found]
            ways.append((answers, made()))
            transaction.savepoint_rollback(point)
        transaction.savepoint_rollback(before)
        assert ways[0] == ways[1]
        assert ways[0][1]["findings"] == []


def three(phone, flood) -> list[dict]:
    """Three villages' reports, the second with more dead than affected."""
    first = phone.report(flood, village="Willow", figures={"affected_population": 30})
    bad = phone.report(flood, village="Reed", figures={"deaths": 4})
    next_one = phone.report(
        flood, village="Willow", after=first, figures={"affected_population": 45}
    )
    return [first, bad, next_one]


def test_reports_of_one_batch_are_one_change_and_a_bad_one_is_none_of_it(phone, flood):
    emeka = phone("emeka")
    results = emeka.batch(*three(emeka, flood)).json()["results"]
    assert [one["status"] for one in results] == [201, 422, 201]
    assert [one.counts for one in Report.objects.order_by("seq")] == [False, True]
    assert LevelAssessment.objects.count() == 1
    told = Entry.objects.filter(kind="report_filed")
    tables = [row["t"] for entry in told for row in json.loads(entry.rows)]
    assert sorted(tables) == ["assessment", "duty_report", "report", "report"]
    assert [one["receipt"]["receipt"][-4:] for one in results if "receipt" in one] == [
        "0001",
        "0002",
    ]


def test_the_queries_of_a_batch_do_not_grow_with_its_reports(
    phone, flood, django_assert_max_num_queries
):
    emeka = phone("emeka")
    last, items = None, []
    for _ in range(6):
        last = emeka.report(flood, village="Willow", after=last)
        items.append(last)
    with django_assert_max_num_queries(24):
        assert emeka.batch(*items).status_code == 200
    assert Report.objects.count() == 6


@pytest.mark.parametrize("fault", [IntegrityError("raced"), "deadlock"])
def test_what_cannot_be_filed_together_is_filed_one_by_one(phone, flood, monkeypatch, fault):
    if fault == "deadlock":
        fault = OperationalError("deadlock detected")
        fault.__cause__ = DeadlockDetected()
    together = response.file_reports

    def broken(*, asked, **others):
        if len(asked) > 1:
            raise fault
        return together(asked=asked, **others)

    monkeypatch.setattr("relief.web.api.intake.response.file_reports", broken)
    emeka = phone("emeka")
    results = emeka.batch(*three(emeka, flood)).json()["results"]
    assert [one["status"] for one in results] == [201, 422, 201]
    assert Report.objects.filter(counts=True).get().figures["affected_population"] == 45


def test_a_database_that_does_not_answer_is_asked_once_for_all(phone, flood, monkeypatch):
    asked_for = []

    def broken(*, asked, **others):
        asked_for.append(len(asked))
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("relief.web.api.intake.response.file_reports", broken)
    emeka = phone("emeka")
    results = emeka.batch(*three(emeka, flood)).json()["results"]
    assert [one["problem"]["code"] for one in results] == ["server.busy"] * 3
    assert asked_for == [3]
