"""The gate: duties in force, outside is not found, inside without the duty is refused."""

import datetime as dt

import pytest
from django.utils import translation

from relief.access import gate
from relief.access.acts import PERMITS, Act, Role, is_read
from relief.access.gate import Actor, HeldDuty, NotFound, NotYourDuty
from relief.access.models import Duty
from relief.incidents.models import Incident, RoadClosure
from relief.preparedness.models import Shelter
from relief.reports.models import Report
from tests import proof
from tests.incidents.test_actions import close
from tests.world import NOW, flood, report


def actor(*duties: tuple[str, str], book_id: int = 1) -> Actor:
    return Actor(1, book_id, tuple(HeldDuty(role, path) for role, path in duties))


OFFICER = Role.TOWNSHIP_OFFICER


@pytest.mark.parametrize(
    ("held", "asked", "seen"),
    [
        ("c/t1", "c/t1", True),
        ("c/t1", "c/t1/v", True),
        ("c/t1", "c/t10", False),
        ("c/t1", "c/t10/v", False),
        ("c/t10", "c/t1", False),
        ("c/t1", "c", False),
        ("c", "c/t1", True),
        ("c", "cc", False),
    ],
)
def test_paths_compare_whole_segments(held, asked, seen):
    person = actor((OFFICER, held))
    assert person.sees(path=asked) is seen
    assert person.may(Act.FILE_REPORT, path=asked) is seen


def test_outside_is_not_found_and_so_is_the_other_book():
    person = actor((OFFICER, "c/t1"))
    for path, book_id in (("c/t10", 1), ("c", 1), ("c/t1", 2)):
        with pytest.raises(NotFound):
            gate.require(actor=person, act=Act.FILE_REPORT, area=path, book_id=book_id)
    gate.require(actor=person, act=Act.FILE_REPORT, area="c/t1", book_id=1)


def test_inside_without_the_duty_is_refused_with_a_sentence():
    person = actor((OFFICER, "c/t1"))
    with pytest.raises(NotYourDuty) as refused:
        gate.require(actor=person, act=Act.APPROVE_PLAN, area="c/t1", book_id=1)
    assert refused.value.sentence == (
        "To approve a plan is the duty of: commander. Your duty here: township officer."
    )


def test_a_duty_elsewhere_does_not_help_here():
    person = actor((OFFICER, "c/t1"), (Role.COMMANDER, "d"))
    with pytest.raises(NotYourDuty):
        gate.require(actor=person, act=Act.APPROVE_PLAN, area="c/t1", book_id=1)


def test_nobody_without_a_duty_sees_anything():
    person = actor()
    assert not person.sees(path="c")
    assert person.paths(Act.READ_INCIDENTS) == []


def test_the_top_areas_leave_out_those_inside_another():
    person = actor((OFFICER, "c/t1"), (OFFICER, "c/t10"), (Role.KEEPER, "c"), (OFFICER, "c/t1/v"))
    assert person.paths(Act.FILE_REPORT) == ["c/t1", "c/t10"]
    assert person.paths(Act.READ_INCIDENTS) == ["c"]


def test_every_act_is_somebodys_and_the_auditor_only_reads():
    assert set(PERMITS) == set(Role.values)
    assert set().union(*PERMITS.values()) == set(Act)
    assert all(is_read(act) for act in PERMITS[Role.AUDITOR])
    assert {act for act in Act if is_read(act)} == PERMITS[Role.AUDITOR]


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("act", list(Act))
def test_role_act_and_place(role, act):
    """own area, below, beside, above, other book."""
    person, allowed = actor((role, "p/c")), act in PERMITS[role]
    for path in ("p/c", "p/c/t"):
        if allowed:
            gate.require(actor=person, act=act, area=path, book_id=1)
        else:
            with pytest.raises(NotYourDuty):
                gate.require(actor=person, act=act, area=path, book_id=1)
    for path, book_id in (("p/d", 1), ("p/c2", 1), ("p", 1), ("p/c", 2)):
        with pytest.raises(NotFound):
            gate.require(actor=person, act=act, area=path, book_id=book_id)


def test_duties_hold_from_their_first_moment_to_before_their_last(world):
    Duty.objects.create(
        user=world.users["dana"],
        role=Role.COMMANDER,
        area=world.county,
        book=world.real,
        valid_from=NOW,
        valid_to=NOW + dt.timedelta(hours=1),
    )
    held = {
        minutes: len(world.actor("dana", now=NOW + dt.timedelta(minutes=minutes)).duties)
        for minutes in (-1, 0, 59, 60)
    }
    assert held == {-1: 0, 0: 1, 59: 1, 60: 0}


def test_duties_of_the_drill_do_not_count_in_the_real_book(world):
    assert world.actor("iris", book=world.real).duties == ()
    assert {duty.role for duty in world.actor("iris").duties} == {"duty_officer", "commander"}


def names(queryset) -> set[str]:
    return {row.area.name_en for row in queryset.select_related("area")}


def test_rows_are_seen_from_their_area_and_above(world):
    incident = flood(world)
    for place in ("Northbank", "Southbank", "Hilltop"):
        report(world, incident, place)
    seen = {name: names(Report.objects.visible_to(world.actor(name))) for name in world.users}
    everything = {"Northbank", "Southbank", "Hilltop"}
    assert seen == {
        "asha": everything,
        "chidi": everything,
        "hana": everything,
        "kim": everything,
        "emeka": {"Northbank"},
        "farah": {"Southbank"},
        "bela": set(),
        "gu": set(),
        "dana": set(),
        "iris": set(),
        "jonas": set(),
    }


def test_wide_rows_are_also_seen_from_below(world):
    incident = flood(world)
    close(world, incident)
    for model in (Incident, RoadClosure):
        seen = {
            name for name in world.users if model.objects.visible_to(world.actor(name)).exists()
        }
        assert seen == set(world.users) - {"dana", "iris", "jonas"}


def test_masters_are_shared_by_books(world):
    for name in ("asha", "iris", "emeka", "kim"):
        assert Shelter.objects.visible_to(world.actor(name)).count() == 1
    for name in ("farah", "jonas", "dana", "bela"):
        assert Shelter.objects.visible_to(world.actor(name)).count() == 0


def test_one_row_or_not_found(world):
    incident = flood(world)
    visible = Incident.objects.visible_to(world.actor("asha"))
    assert visible.one(id=incident.id) == incident == visible.locked(id=incident.id)
    for wrong in (incident.id + 1, "x", None):
        with pytest.raises(NotFound):
            visible.one(id=wrong)
    with pytest.raises(NotFound):
        Incident.objects.visible_to(world.actor("iris")).locked(id=incident.id)


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_waits_for_the_one_who_holds_it(world):
    from django.db import transaction

    incident, order = flood(world), []

    def hold(name: str) -> None:
        with transaction.atomic():
            Incident.objects.visible_to(world.actor("asha")).locked(id=incident.id)
            order.append(f"{name} in")
            Incident.objects.filter(id=incident.id).update(name_en=name)
            order.append(f"{name} out")

    proof.at_once(lambda: hold("a"), lambda: hold("b"))
    assert order in (["a in", "a out", "b in", "b out"], ["b in", "b out", "a in", "a out"])


def test_refusals_speak_the_persons_language():
    person = actor((OFFICER, "c"))
    with translation.override("zh-hans"), pytest.raises(NotYourDuty) as refused:
        gate.require(actor=person, act=Act.APPROVE_PLAN, area="c", book_id=1)
    assert str(refused.value)
