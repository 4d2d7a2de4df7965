"""Worked examples from the phone to the suggested level and the clocks."""

import datetime as dt

import pytest
import time_machine

from relief.norms.models import PeopleRule, ThresholdProfile
from relief.reports.models import ReportDuty
from relief.response.models import LevelAssessment
from tests import world as named
from tests.api.phones import Phone
from tests.api.test_items import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def sends(world):
    """`sends(now)` reports as Asha's phone for a township, at that moment of the county."""
    incident = named.flood(world, everywhere=True)
    last: dict[str, dict] = {}

    def of(place: str, *, at: dt.datetime = named.NOW, kind: str = "initial", **figures: int):
        with time_machine.travel(at, tick=False):
            asha = Phone(world, "asha", now=at)
            item = asha.report(incident, place, kind=kind, after=last.get(place), figures=figures)
            if kind == "zero":
                item["body"]["figures"] = {}
            answer = asha.put(item)
        if answer.status_code == 201:
            last[place] = item
        return answer

    of.incident = incident
    return of


HILLTOP = {"rooms_collapsed": 99, "dwelling_hh_collapsed": 43, "relocated_now": 200}


def three(sends, **hilltop: int) -> None:
    """499 rooms, 193 households, 700 relocated, 499 needing aid and 4 dead or missing."""
    people = {"affected_population": 3000}
    sends(
        "Northbank",
        **people,
        rooms_collapsed=200,
        dwelling_hh_collapsed=100,
        relocated_now=300,
        emergency_aid_now=200,
        deaths=2,
    )
    sends(
        "Southbank",
        **people,
        rooms_severe=200,
        dwelling_hh_severe=50,
        relocated_now=200,
        emergency_aid_now=200,
        missing=2,
    )
    answer = sends("Hilltop", **people, **{**HILLTOP, "emergency_aid_now": 99, **hilltop})
    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    ("hilltop", "rule", "level"),
    [
        ({}, PeopleRule.SUM, 3),
        ({"rooms_collapsed": 100}, PeopleRule.SUM, 2),
        ({"dwelling_hh_collapsed": 50}, PeopleRule.SUM, 2),
        ({"emergency_aid_now": 100}, PeopleRule.SUM, 2),
        ({"emergency_aid_now": 100}, PeopleRule.EITHER, 3),
    ],
    ids=["below", "one_room_more", "households_alone", "people_and", "people_or"],
)
def test_the_level_on_its_boundary(sends, hilltop, rule, level):
    ThresholdProfile.objects.update(people_rule=rule)
    three(sends, **hilltop)
    assert LevelAssessment.objects.order_by("id").last().suggested_level == level


def test_the_clocks_of_the_first_report(sends):
    due = {one.area.name_en: one.due_at for one in ReportDuty.objects.select_related("area")}
    assert due["Northbank"] == named.STARTED + dt.timedelta(hours=1)
    assert due["Harbour County"] == named.STARTED + dt.timedelta(hours=2)


def test_a_zero_report_sets_the_next_morning_and_a_fall_needs_a_reason(sends):
    affected = {"affected_population": 50, "crop_affected_ha": 1200}
    assert sends("Northbank", **affected).status_code == 201
    night = named.NOW + dt.timedelta(hours=3)
    assert sends("Northbank", at=night, kind="zero").status_code == 201
    duty = ReportDuty.objects.get(area__name_en="Northbank")
    assert duty.due_at == dt.datetime(2026, 7, 16, 8, 0, tzinfo=named.ZONE)
    fallen = {"affected_population": 50, "crop_affected_ha": 480}
    answer = sends("Northbank", at=night + dt.timedelta(hours=1), kind="follow_up", **fallen)
    problem = refused(answer, "item.refused", 422)
    assert [one["field"] for one in problem["problems"]] == ["crop_affected_ha"]
