"""Worked examples from the phone to the suggested level and the clocks."""

import datetime as dt
import uuid

import pytest
import time_machine

from relief.norms.models import PeopleRule, ThresholdProfile
from relief.reports.actions import mark_overdue
from relief.reports.models import ReportDuty
from relief.reports.queries import county_sums, current, due_times
from relief.reports.rules import total
from relief.response.desk import report_up
from relief.response.models import LevelAssessment
from relief.response.queries import proposal_due
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
    ("hilltop", "rule", "level", "reason"),
    [
        ({}, PeopleRule.SUM, 3, ["dead_missing", "people", "rooms", "households"]),
        ({"rooms_collapsed": 100}, PeopleRule.SUM, 2, ["rooms"]),
        ({"dwelling_hh_collapsed": 50}, PeopleRule.SUM, 2, ["households"]),
        ({"emergency_aid_now": 100}, PeopleRule.SUM, 2, ["people"]),
        ({"emergency_aid_now": 100}, PeopleRule.EITHER, 3, None),
    ],
    ids=["below", "one_room_more", "households_alone", "people_and", "people_or"],
)
def test_the_level_on_its_boundary(sends, hilltop, rule, level, reason):
    ThresholdProfile.objects.update(people_rule=rule)
    three(sends, **hilltop)
    latest = LevelAssessment.objects.select_related("area").order_by("id").last()
    assert latest.suggested_level == level
    assert reason in (None, latest.figures["reason"])
    assert proposal_due(assessment=latest) == named.NOW + dt.timedelta(hours=2)


def test_the_clocks_of_a_disaster_at_0340(sends, world):
    def at(hour: int, minute: int) -> dt.datetime:
        return dt.datetime(2026, 7, 15, hour, minute, tzinfo=named.ZONE)

    due = {one.area.name_en: one.due_at for one in ReportDuty.objects.select_related("area")}
    assert (due["Northbank"], due["Harbour County"]) == (at(4, 40), at(5, 40))
    nine = {"affected_population": 50, "deaths": 4, "missing": 5}
    assert sends("Northbank", **nine).status_code == 201
    county = ReportDuty.objects.get(area=world.county)
    assert county.copies_due_at is None
    ten = nine | {"missing": 6}
    assert sends("Northbank", kind="follow_up", at=at(4, 30), **ten).status_code == 201
    county.refresh_from_db()
    assert county.copies_due_at == at(5, 40)
    report_up(
        actor=world.actor("asha", now=at(5, 20)),
        incident_id=sends.incident.id,
        narrative="",
        request_key=uuid.uuid4(),
        now=at(5, 20),
    )
    assert due_times(incident=sends.incident, now=at(5, 20)).onward == at(7, 20)


def test_after_a_zero_report_the_next_morning_is_due_and_silence_is_seen(sends, world):
    def at(hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
        return dt.datetime(2026, 7, 16, hour, minute, second, tzinfo=named.ZONE)

    assert sends("Northbank", affected_population=50, crop_affected_ha=1200).status_code == 201
    night = dt.datetime(2026, 7, 15, 23, 50, tzinfo=named.ZONE)
    assert sends("Northbank", at=night, kind="zero").status_code == 201
    daily = due_times(incident=sends.incident, now=night).daily
    assert daily == (at(8), at(9), at(10), at(12))
    duties = ReportDuty.objects.filter(area=world.area("Northbank"))
    assert duties.get().due_at == at(8)
    mark_overdue(now=at(8, 0, 59))
    assert duties.get().overdue_since is None
    mark_overdue(now=at(8, 1))
    assert duties.get().overdue_since == at(8)
    standing = county_sums(reports=current(incident=sends.incident))
    assert standing["affected_population"] == 50
    assert total([one.figures for one in current(incident=sends.incident)])["crop_affected_ha"] == (
        "1200"
    )


def test_crops_that_fall_from_1200_to_480_hectares_need_a_reason(sends):
    affected = {"affected_population": 50, "crop_affected_ha": 1200}
    assert sends("Northbank", **affected).status_code == 201
    fallen = {"affected_population": 50, "crop_affected_ha": 480}
    later = named.NOW + dt.timedelta(hours=1)
    answer = sends("Northbank", at=later, kind="follow_up", **fallen)
    problem = refused(answer, "item.refused", 422)
    assert [one["field"] for one in problem["problems"]] == ["crop_affected_ha"]
