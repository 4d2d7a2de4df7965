"""The snapshot of a board: which rows, in which order, of which state."""

import datetime as dt
import json
import threading

import pytest
from django.db import connections, transaction

from relief.boards.scopes import Scope, View
from relief.boards.snapshot import take
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing
from relief.deliveries.models import CheckTask
from relief.deliveries.rules import Count
from relief.households import actions as households
from relief.households.models import AffectedVillage
from relief.incidents import actions as incidents
from relief.journal.models import Book
from relief.preparedness import actions as preparedness
from relief.reports import actions as reports
from relief.response import actions as response
from relief.response.models import ResponseTask
from relief.stock import actions as stock
from relief.stock.models import Lot
from tests import world as named
from tests.boards import replay
from tests.flow import scenes


def rows(world, view: View, place: str) -> list[dict]:
    scope = Scope(world.real.id, view, world.area(place).path)
    return [json.loads(text) for text in take(scope=scope).rows]


def test_a_township_sees_its_own_rows_and_what_is_wide_above_it(world):
    scenes.approved(world)
    north = rows(world, View.TOWNSHIP, "Northbank")
    county, own = world.county.path, world.area("Northbank").path
    outside = {row["t"] for row in north if not row["a"].startswith(own)}
    assert outside == {"incident", "activation"}
    assert {row["a"] for row in north if row["t"] == "incident"} == {county}
    assert {"need", "report", "delivery", "order_line", "shelter"} <= {row["t"] for row in north}
    assert not {"plan", "assessment", "commitment"} & {row["t"] for row in north}


def test_a_keeper_sees_goods_and_no_figures(world):
    scenes.approved(world)
    seen = {row["t"] for row in rows(world, View.WAREHOUSE, "Harbour County")}
    assert {"holding", "commitment", "order_line", "delivery"} <= seen
    assert not seen & {"report", "need", "affected", "assessment", "plan", "gap"}


def test_rows_come_sorted_by_table_and_id(world):
    scenes.approved(world)
    scope = Scope(world.real.id, View.COMMAND, world.county.path)
    keys = [replay.key(text) for text in take(scope=scope).rows]
    assert keys == sorted(keys) and len(set(keys)) == len(keys) > 30


def test_the_other_county_and_the_drill_see_none_of_it(world):
    scenes.approved(world)
    assert {row["t"] for row in rows(world, View.COMMAND, "Kestrel County")} == set()
    drill = Scope(world.drill.id, View.COMMAND, world.county.path)
    assert {json.loads(text)["t"] for text in take(scope=drill).rows} <= {"shelter", "store"}


def test_its_lines_are_the_newest_the_board_may_see(world):
    scene = scenes.approved(world)
    scope = Scope(world.real.id, View.VILLAGE, world.area("Willow").path)
    lines = [json.loads(text) for text in take(scope=scope).lines]
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    assert lines[-1][1] == "plan_approved"
    assert "plan_drafted" not in {line[1] for line in lines}
    assert scene.plan.state == "approved"


@pytest.mark.django_db(transaction=True)
def test_it_is_of_one_state_of_the_database_whatever_others_commit_meanwhile(world):
    """A change committed between the head and the rows is in neither."""
    scene = scenes.reported(world)
    scope = Scope(world.real.id, View.COMMAND, world.county.path)
    before = take(scope=scope)

    def meanwhile() -> None:
        reports.mark_overdue(now=scene.now + dt.timedelta(days=2))
        connections.close_all()

    from relief.boards import snapshot as module

    plain = module.tables

    def tables_after_a_commit():
        thread = threading.Thread(target=meanwhile)
        thread.start()
        thread.join()
        return plain()

    module.tables = tables_after_a_commit
    try:
        during = take(scope=scope)
    finally:
        module.tables = plain
    assert (during.number, during.rows) == (before.number, before.rows)
    assert take(scope=scope).number > before.number


@pytest.mark.django_db(transaction=True)
def test_it_is_refused_inside_a_change(world):
    scope = Scope(world.real.id, View.COMMAND, world.county.path)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        take(scope=scope)


def test_replay_from_every_moment_of_a_response_equals_the_snapshot(world):
    """Each kind of action once, in a whole response, for every scope."""
    watch = replay.Watch(world.real)
    scene = scenes.activated(world)
    # The scene's stock came without a journal line, so the past begins anew with it.
    watch.look(checkpoint=True)
    scenes.approve_latest(scene)
    watch.look()
    first, second = scene.trips()[:2]
    asha, bela, farah = (scene.actor(name) for name in ("asha", "bela", "farah"))
    officer = {"Northbank": scene.actor("emeka"), "Southbank": farah}
    for trip in (first, second):
        loads = {load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
        issuing.dispatch_trip(
            actor=bela, trip_id=trip.id, loads=loads, plate="吉H·0001", now=scene.now
        )
    watch.look()
    for stop in first.stops.all():
        counts = {
            load.id: Count(good=load.loaded - 1, damaged=0, short=1) for load in stop.loads.all()
        }
        deliveries.receive_stop(
            actor=officer[stop.area.name_en],
            stop_id=stop.id,
            counts=counts,
            note="",
            now=scene.now,
        )
    watch.look()
    check = CheckTask.objects.first()
    deliveries.settle_check(actor=bela, check_id=check.id, finding="found", now=scene.now)
    closure = incidents.close_road(
        actor=asha,
        incident_id=scene.incident.id,
        links=[1],
        polygon=None,
        reason="washed out",
        request_key=named.uuid.uuid4(),
        now=scene.now,
    )
    village = AffectedVillage.objects.filter(area__name_en="Willow").get()
    households.confirm_village(
        actor=scene.actor("gu"), affected_id=village.id, households=8, people=20, now=scene.now
    )
    preparedness.count_shelter(
        actor=scene.actor("emeka"), shelter_id=world.school.id, people=70, now=scene.now
    )
    stock.condemn_lot(
        actor=bela,
        lot_id=Lot.objects.get(batch="Q-2023").id,
        state="quarantined",
        reason="wet",
        now=scene.now,
    )
    watch.look()
    named.report(
        world, scene.incident, "Hilltop", affected_population=90, now=scene.now, as_of=scene.now
    )
    from relief.deliveries import planning

    plan = planning.draft_plan(
        actor=asha, incident_id=scene.incident.id, reason="late report", now=scene.now
    )
    scene.plans.append(plan)
    watch.look()
    scenes.approve_latest(scene)
    incidents.reopen_road(actor=scene.actor("asha"), closure_id=closure.id, now=scene.now)
    task = ResponseTask.objects.filter(area=world.county).first()
    response.finish_task(actor=scene.actor("asha"), task_id=task.id, evidence="done", now=scene.now)
    reports.mark_overdue(now=scene.now + dt.timedelta(days=2))
    response.end_response(actor=scene.actor("chidi"), incident_id=scene.incident.id, now=scene.now)
    watch.check()
    replay.assert_replay_equals_snapshot(world.real)
    assert Book.objects.get(pk=world.drill.pk).last_number == 0
