"""Readiness: a scenario on a tiny county, reckoned again by hand; checks and their worker."""

import datetime as dt
import json
import uuid

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from relief.access import gate
from relief.jobs import tasks
from relief.journal.models import Entry
from relief.norms.models import GoodsNorm
from relief.outlook import actions, queries, readiness, reckoning, scenarios
from relief.outlook.figures import Worst
from relief.outlook.models import ReadinessCheck
from tests import world as named
from tests.flow import supply
from tests.outlook.test_scenarios import GOOD
from tests.web_goods.conftest import Person

WEST = [[128.0, 43.0], [128.051, 43.0], [128.051, 43.1], [128.0, 43.1], [128.0, 43.0]]
ZONE = GOOD["zones"][0]
# Willow's thirty people: half of them relocated, three in ten in need of aid. One in ten of all
# others in need of aid. The road from Northbank to Southbank is cut.
TRIAL = GOOD | {
    "zones": [
        ZONE
        | {
            "shape": {"type": "Polygon", "coordinates": [WEST]},
            "relocated": 0.5,
            "aid": 0.3,
            "cuts": {"county": 1},
        },
        ZONE | {"shape": {"type": "Area"}, "relocated": 0, "aid": 0.1, "cuts": {}},
    ]
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "trial.json").write_text(json.dumps(TRIAL), encoding="utf-8")
    return tmp_path


@pytest.fixture
def county(world) -> named.World:
    """Only tents and quilts count; four tents and 27 quilts in Quay, three quilts on the hill."""
    GoodsNorm.objects.exclude(item_code__in=["TENT-12S", "QUILT"]).delete()
    named.stock(world, "TENT-12S", 4)
    quilts = named.stock(world, "QUILT", 27).lot
    quilts.unit_cost_fen = 5_000
    quilts.save()
    named.stock(world, "QUILT", 3, depot=world.hill_point)
    supply.lorries(world)
    return world


@pytest.mark.django_db
def test_the_numbers_are_those_one_gets_by_hand(county, folder):
    (trial,) = scenarios.of_area(county.county.code, folder=folder)
    supposed = readiness.suppose(
        scenario=trial, area=county.county, book=county.real, now=county.now
    )
    # Northbank: 15 relocated, 9 + 3 in need of aid; the others 6 of 60 people each.
    by_name = {county.area(name).id: name for name in ("Northbank", "Southbank", "Hilltop")}
    assert {by_name[id_]: people for id_, people in supposed.people.items()} == {
        "Northbank": 27,
        "Southbank": 6,
        "Hilltop": 6,
    }
    assert supposed.cut == [0]
    assert [(n.item.code, n.area.name_en, n.quantity) for n in supposed.needs] == [
        ("QUILT", "Northbank", 27),
        ("TENT-12S", "Northbank", 7),
        ("QUILT", "Southbank", 6),
        ("TENT-12S", "Southbank", 2),
        ("QUILT", "Hilltop", 6),
        ("TENT-12S", "Hilltop", 2),
    ]
    found = readiness.solved(supposed, now=county.now).figures
    # All quilts and 4 of 7 tents to Northbank; no lorry gets past the cut, nor to the hill's store.
    assert found.cover == {1: pytest.approx((27 + 27 * 4 / 7) / 78)}
    assert found.worst == Worst(county.area("Southbank").code, 1, 0.0)
    assert found.short_units == 3 + 2 * (6 + 2)
    assert (found.first_batch, found.townships) == (1, 3)


@pytest.mark.django_db
def test_the_best_purchase_is_what_needs_no_road(county, folder):
    """Quilts at 50 yuan in Southbank itself; for tents no price is known."""
    now, journal = county.now, Entry.objects.count()
    found = reckoning.run(
        scenarios=scenarios.of_area(county.county.code, folder=folder),
        area=county.county,
        book=county.real,
        now=now,
    )
    (case,) = found["scenarios"]
    assert (case["worst"]["name_en"], case["worst"]["cover"]) == ("Southbank", 0.0)
    assert case["worst"]["why_en"] and case["worst"]["why"]
    quilts, tents = found["purchases"]
    assert (quilts["code"], quilts["place_en"], quilts["in_township"]) == (
        "QUILT",
        "Southbank",
        True,
    )
    assert quilts["yuan"] == quilts["units"] * 50
    assert (quilts["gain"], quilts["together"]) == (0.5, 0.5)
    assert (tents["code"], tents["yuan"], tents["together"]) == ("TENT-12S", None, None)
    assert Entry.objects.count() == journal


def ask(world, name: str = "asha", key: uuid.UUID | None = None) -> ReadinessCheck:
    return actions.ask_check(
        actor=world.actor(name),
        area_id=world.county.id,
        request_key=key or uuid.uuid4(),
        now=world.now,
    )


@pytest.mark.django_db
def test_a_check_goes_from_asked_to_finished_and_only_one_is_open(county, folder):
    key = uuid.uuid4()
    check = ask(county, key=key)
    assert ask(county, key=key) == check
    with pytest.raises(actions.CheckOpen, match="under way"):
        ask(county)
    for name, refusal in (("hana", gate.NotYourDuty), ("jonas", gate.NotFound)):
        with pytest.raises(refusal):
            ask(county, name)
    later = county.now + dt.timedelta(minutes=1)
    actions.work(check_id=check.id, clock=lambda: later, folder=folder)
    actor = county.actor("asha")
    done = queries.newest(actor=actor, area=county.county)
    assert (done, done.state, done.ended_at, done.done) == (check, "done", later, done.of)
    assert queries.under_way(actor=actor, area=county.county) is None
    # Another book never sees it, and a second turn of the same job does nothing.
    assert queries.newest(actor=county.actor("iris"), area=county.county) is None
    actions.work(check_id=check.id, clock=lambda: later + dt.timedelta(hours=1), folder=folder)
    done.refresh_from_db()
    assert done.ended_at == later
    assert ask(county).state == "queued"


@pytest.mark.django_db
def test_a_check_whose_worker_is_gone_ends_with_a_sentence_when_the_next_is_asked(county):
    check = ask(county)
    ReadinessCheck.objects.filter(id=check.id).update(state="running", started_at=county.now)
    # Its worker was killed: the job is being done by nobody.
    ProcrastinateJob.objects.filter(task_name=actions.TASK).update(status="doing")
    again = ask(county)
    check.refresh_from_db()
    assert (check.state, check.fault) == ("failed", actions.LOST)
    assert again.state == "queued"


@pytest.mark.django_db
def test_a_county_without_scenarios_is_told_so_and_a_failure_is_kept(county, tmp_path):
    check = ask(county)
    actions.work(check_id=check.id, clock=lambda: county.now, folder=tmp_path)
    check.refresh_from_db()
    assert (check.state, check.fault) == ("failed", actions.NONE)
    broken = ask(county)
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(scenarios.BadScenario):
        actions.work(check_id=broken.id, clock=lambda: county.now, folder=tmp_path)
    broken.refresh_from_db()
    assert (broken.state, broken.fault) == ("failed", actions.BROKEN)


@pytest.mark.django_db
def test_every_night_at_two_each_county_with_stock_is_checked_in_its_own_book(county, monkeypatch):
    named.stock(county, "QUILT", 1, book=county.drill)
    zone = timezone.get_default_timezone()
    for hour, expected in ((1, 0), (2, 2), (3, 2)):
        now = dt.datetime(2026, 7, 15, hour, tzinfo=zone)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        tasks.ask_nightly_checks(timestamp=0)
        assert ReadinessCheck.objects.count() == expected
    assert set(ReadinessCheck.objects.values_list("book", "area", "asked_by")) == {
        (book.id, county.county.id, None) for book in (county.real, county.drill)
    }


@pytest.mark.django_db
def test_the_page_says_the_worst_case_first_then_what_to_buy(county, folder):
    from tests.flow.scenes import Scene

    scene = Scene(county, None, county.now)
    person = Person(scene, "chidi")
    assert "No check yet" in person.get("/readiness/").content.decode()
    started = person.post(f"/readiness/{county.county.code}/run/")
    assert started.status_code == 302
    check = ReadinessCheck.objects.get()
    state = person.get(f"/readiness/{county.county.code}/state/").json()
    assert (state["open"], state["done"]) == (True, 0)
    actions.work(check_id=check.id, clock=lambda: scene.now, folder=folder)
    body = person.get("/readiness/").content.decode()
    verdict = "Tonight the worst case is “trial”: Southbank is cut off and gets 0\xa0%"
    advice = "are best spent on Quilt ("
    assert verdict in body and advice in body
    assert body.index(verdict) < body.index(advice) < body.index("Scenarios, the worst first")
    chinese = Person(scene, "chidi", language="zh-hans").get("/readiness/").content.decode()
    assert "南岸镇" in chinese and "Southbank" not in chinese
