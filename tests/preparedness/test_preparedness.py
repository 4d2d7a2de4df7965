"""Counting shelters, response plans in force."""

import datetime as dt

import pytest

from relief.access.gate import NotFound
from relief.preparedness import queries, rows, rules
from relief.preparedness.actions import count_shelter
from relief.preparedness.models import ResponsePlan, ShelterCount
from relief.preparedness.rules import CountRefused
from tests import proof
from tests.world import NOW, TODAY


def test_the_township_officer_counts_a_shelter(world):
    before = proof.last_number(world.real)
    count = count_shelter(
        actor=world.actor("emeka"), shelter_id=world.school.id, people=230, now=NOW
    )
    stored = ShelterCount.objects.get(book=world.real, shelter=world.school)
    assert (stored.people, stored.counted_at, stored.counted_by) == (
        230,
        NOW,
        world.users["emeka"].id,
    )
    proof.says(world.real, after=before, kind="shelter_counted", rows=[rows.shelter(count)])
    row = rows.shelter(count)
    assert (row.id, row.values["people"], row.values["capacity"]) == (world.school.id, 230, 200)


def test_the_drill_counts_apart(world):
    count_shelter(actor=world.actor("iris"), shelter_id=world.school.id, people=99, now=NOW)
    counts = dict(ShelterCount.objects.values_list("book__kind", "people"))
    assert counts == {"real": 0, "drill": 99}


def test_nobody_else_counts(world):
    def attempt(actor):
        count_shelter(actor=actor, shelter_id=world.school.id, people=1, now=NOW)

    from relief.access.gate import NotYourDuty

    proof.refuses(
        world,
        attempt,
        dana=NotFound,
        jonas=NotFound,
        farah=NotFound,
        bela=NotFound,
        gu=NotFound,
        hana=NotYourDuty,
        chidi=NotYourDuty,
    )


@pytest.mark.parametrize("people", [-1, 2.5, True, 100_001])
def test_a_count_is_a_count(world, people):
    proof.unchanged(
        lambda: count_shelter(
            actor=world.actor("emeka"), shelter_id=world.school.id, people=people, now=NOW
        ),
        CountRefused,
    )


def test_a_shelter_nobody_counted_yet_gets_its_row(world):
    ShelterCount.objects.all().delete()
    count_shelter(actor=world.actor("emeka"), shelter_id=world.school.id, people=5, now=NOW)
    (row,) = queries.shelters(actor=world.actor("asha"))
    assert row.people == 5


def test_the_plan_in_force_is_the_nearest_one(world):
    def plan(area, since, until=None):
        return ResponsePlan.objects.create(
            area=area,
            title="预案",
            title_en="Plan",
            number=f"{area.code}-{since}",
            version="1",
            approved_on=since,
            effective_from=since,
            effective_to=until,
            next_review_on=since,
        )

    old = plan(world.county, dt.date(2020, 1, 1), dt.date(2025, 1, 1))
    new = plan(world.county, dt.date(2025, 1, 1))
    own = plan(world.area("Northbank"), dt.date(2025, 6, 1))
    assert queries.response_plan(area=world.county, on=dt.date(2024, 12, 31)) == old
    assert queries.response_plan(area=world.area("Southbank"), on=TODAY) == new
    assert queries.response_plan(area=world.area("Willow"), on=TODAY) == own
    assert queries.response_plans(actor=world.actor("emeka"), on=TODAY) == [new, own]
    assert queries.response_plans(actor=world.actor("dana"), on=TODAY) == []


def test_a_plan_is_drilled_every_three_years_and_overdue_from_the_day_after():
    assert rules.drill_due_on(last=dt.date(2023, 5, 12), years=3) == dt.date(2026, 5, 12)
    assert rules.drill_due_on(last=dt.date(2024, 2, 29), years=1) == dt.date(2025, 2, 28)
