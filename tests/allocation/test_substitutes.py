"""A 36 m² tent sent for three of 12 m²: counted right from plan to receipt, on pages and boards.

Northbank needs 15 tents of 12 m², Southbank 23. Quay has 10 of them and 6 tents of 36 m².
"""

import json

import pytest

from relief.allocation.models import Gap, OrderLine, PlanLine
from relief.allocation.problem import build
from relief.boards.scopes import Scope, View
from relief.boards.snapshot import take
from relief.catalog.models import Substitute
from relief.deliveries import actions as deliveries
from relief.deliveries import fleets, planning, rules
from relief.deliveries.models import Stop
from relief.ledger.audit import audit
from relief.needs.models import Need
from relief.needs.queries import matrix
from tests import world as named
from tests.boards import replay
from tests.flow import scenes, supply

pytestmark = pytest.mark.django_db

OFFICERS = {"Northbank": "emeka", "Southbank": "farah"}


@pytest.fixture
def scene(world):
    named.stock(world, "TENT-12S", 10, batch="SMALL")
    named.stock(world, "TENT-36S", 6, batch="LARGE")
    supply.lorries(world)
    return scenes.activated(world, fill=False)


def tents(scene) -> dict[str, tuple[int, int, int, int]]:
    """Allocated, on the road, received and still missing by township, in tents of 12 m²."""
    found = matrix(actor=scene.actor("chidi"), incident=scene.incident).filter(
        item__code="TENT-12S"
    )
    return {
        need.area.name_en: (
            need.allocated,
            need.on_the_road,
            need.received,
            max(0, need.quantity - need.allocated),
        )
        for need in found
    }


def on_the_board(scene) -> dict[str, tuple[int, int, int, int]]:
    """The same from the rows of the county's board, summed as its script does."""
    board = take(scope=Scope(scene.world.real.id, View.COMMAND, scene.world.county.path))
    rows = [json.loads(text) for text in board.rows]
    names = {area.path: area.name_en for area in scene.world.townships}
    found = {}
    for need in rows:
        if need["t"] != "need" or need["v"]["item"] != scene.world.items["TENT-12S"].id:
            continue
        lines = [
            row["v"] for row in rows if row["t"] == "order_line" and row["v"]["need"] == need["i"]
        ]
        allocated = sum((v["quantity"] - v["lost"]) * v["stands_for"] for v in lines)
        found[names[need["a"]]] = (
            allocated,
            sum((v["loaded"] - v["received"] - v["lost"]) * v["stands_for"] for v in lines),
            sum(v["received"] * v["stands_for"] for v in lines),
            max(0, need["v"]["quantity"] - allocated),
        )
    return found


def right(scene, **expected: tuple[int, int, int, int]) -> None:
    """Pages and board say this, the audit finds nothing."""
    assert tents(scene) == expected
    assert on_the_board(scene) == expected
    assert audit() == []


def receive(scene, stop: Stop, *, lost_large: int = 0) -> None:
    counts = {
        load.id: rules.from_received(
            loaded=load.loaded,
            arrived=load.loaded - (lost_large if load.line.item.code == "TENT-36S" else 0),
            damaged=0,
        )
        for load in stop.loads.filter(loaded__gt=0).select_related("line__item")
    }
    deliveries.receive_stop(
        actor=scene.actor(OFFICERS[stop.area.name_en]),
        stop_id=stop.id,
        counts=counts,
        note="",
        now=scene.now,
    )
    scene.now += scenes.LATER


def committed(scene) -> dict[str, int]:
    """What the planner is told each township already has or gets, in tents of 12 m²."""
    vehicles, _numbers = fleets.ready(incident=scene.incident, now=scene.now)
    question = build(incident=scene.incident, vehicles=vehicles, now=scene.now)
    return {
        question.needs[entry["id"]].area.name_en: entry["committed"]
        for entry in question.data["demands"]
        if entry["item"] == "TENT-12S"
    }


def test_a_draft_sends_large_tents_where_small_ones_run_out(scene):
    """4 and 6 small tents; 18 more by large ones: 6 and 12, so that 10/15 and 18/23 are met."""
    sent = {
        (line.area.name_en, line.source.holding.lot.batch): (line.quantity, line.stands_for)
        for line in PlanLine.objects.filter(need__item__code="TENT-12S").select_related("area")
    }
    assert sent == {
        ("Northbank", "SMALL"): (4, 1),
        ("Southbank", "SMALL"): (6, 1),
        ("Northbank", "LARGE"): (2, 3),
        ("Southbank", "LARGE"): (4, 3),
    }
    short = Gap.objects.filter(need__item__code="TENT-12S")
    assert {gap.area.name_en: gap.quantity for gap in short} == {"Northbank": 5, "Southbank": 5}


def test_nothing_larger_is_sent_where_less_than_it_stands_for_is_missing(world):
    """With 36 small tents two are missing, and a large one stands for three."""
    named.stock(world, "TENT-12S", 36)
    named.stock(world, "TENT-36S", 6)
    supply.lorries(world)
    scenes.activated(world, fill=False)
    assert {line.stands_for for line in PlanLine.objects.all()} == {1}
    short = Gap.objects.filter(need__item__code="TENT-12S")
    assert sum(gap.quantity for gap in short) == 2


def test_every_step_from_order_to_replan_counts_a_large_tent_as_three(scene):
    watch = replay.Watch(scene.world.real)
    scenes.approve_latest(scene)
    lines = OrderLine.objects.filter(need__item__code="TENT-12S").select_related("item")
    large = [line for line in lines if line.item.code == "TENT-36S"]
    assert sorted((line.quantity, line.stands_for) for line in large) == [(2, 3), (4, 3)]
    right(scene, Northbank=(10, 0, 0, 5), Southbank=(18, 0, 0, 5))

    watch.look()
    while scene.trips():
        scenes.send(scene, scene.trips()[0])
    right(scene, Northbank=(10, 10, 0, 5), Southbank=(18, 18, 0, 5))
    assert committed(scene) == {"Northbank": 10, "Southbank": 18}

    watch.look()
    for stop in Stop.objects.order_by("arrives_at"):
        receive(scene, stop, lost_large=1 if stop.area.name_en == "Southbank" else 0)
    right(scene, Northbank=(10, 0, 10, 5), Southbank=(15, 0, 15, 8))
    assert committed(scene) == {"Northbank": 10, "Southbank": 15}

    named.stock(scene.world, "TENT-36S", 3, batch="MORE")
    scene.plans.append(
        planning.draft_plan(
            actor=scene.actor("asha"), incident_id=scene.incident.id, reason="lost", now=scene.now
        )
    )
    scenes.approve_latest(scene)
    right(scene, Northbank=(13, 0, 10, 2), Southbank=(21, 0, 15, 2))
    watch.check()


def test_drafting_again_when_nothing_changed_keeps_the_large_tents(scene):
    scenes.approve_latest(scene)
    again = planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="again", now=scene.now
    )
    what = ("source", "need", "quantity", "stands_for")
    before = sorted(scene.plan.lines.values_list(*what))
    assert sorted(again.lines.values_list(*what)) == before


def test_a_withdrawn_ratio_no_longer_plans_and_old_orders_keep_theirs(scene):
    scenes.approve_latest(scene)
    Substitute.objects.filter(use__code="TENT-36S").delete()
    again = planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="again", now=scene.now
    )
    assert {line.stands_for for line in again.lines.all()} == {1}
    right(scene, Northbank=(10, 0, 0, 5), Southbank=(18, 0, 0, 5))


def test_stock_nobody_needs_and_nothing_replaces_stays_out_of_the_problem(scene):
    named.stock(scene.world, "LIFE", 50)
    named.stock(scene.world, "TENT-36W", 2)
    vehicles, _numbers = fleets.ready(incident=scene.incident, now=scene.now)
    data = build(incident=scene.incident, vehicles=vehicles, now=scene.now).data
    assert {entry["item"] for entry in data["supplies"]} == {"TENT-12S", "TENT-36S", "TENT-36W"}
    assert data["substitutes"] == [
        {"use": "TENT-36S", "for": "TENT-12S", "ratio": 3},
        {"use": "TENT-36W", "for": "TENT-12S", "ratio": 3},
    ]
    assert Need.objects.filter(item__code="TENT-12S").count() == 2
