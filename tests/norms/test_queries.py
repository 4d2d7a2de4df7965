"""Which norm holds: the nearest area, the day, the hazard and the season."""

import datetime as dt
from fractions import Fraction

import pytest

from relief.norms import queries
from relief.norms.models import Document, GoodsNorm, Norm, ThresholdProfile
from tests.world import TODAY


def document() -> Document:
    return Document.objects.get(title="县级默认参数(待本县核定)")


def add(area, key, value, since, until=None):
    return Norm.objects.create(
        area=area,
        key=key,
        numerator=value,
        unit="min",
        document=document(),
        effective_from=since,
        effective_to=until,
    )


def test_the_numbers_the_rooms_rely_on_are_there(world):
    expected = {
        "deadline.initial.township": 60,
        "deadline.initial.county": 120,
        "deadline.forward": 120,
        "deadline.daily.township": 480,
        "deadline.daily.county": 540,
        "deadline.daily.prefecture": 600,
        "deadline.daily.province": 720,
        "deadline.direct.dead_missing": 10,
        "proposal.office": 120,
        "first_batch.county": 360,
        "first_batch.prefecture": 480,
        "first_batch.province": 600,
        "plan.horizon": 72,
        "report.plausible_share": Fraction(11, 10),
    }
    assert queries.numbers(area=world.county, keys=list(expected), on=TODAY) == expected


def test_the_nearest_areas_number_wins(world):
    add(world.county, "first_batch.county", 300, dt.date(2026, 1, 1))
    northbank, kestrel = world.area("Northbank"), world.area("Kestrel County")
    assert queries.number(area=northbank, key="first_batch.county", on=TODAY) == 300
    assert queries.number(area=kestrel, key="first_batch.county", on=TODAY) == 360


def test_a_number_holds_from_its_first_day_to_the_day_before_its_last(world):
    add(world.county, "first_batch.county", 300, dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    on = {
        day: queries.number(area=world.county, key="first_batch.county", on=day)
        for day in (dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    }
    assert list(on.values()) == [360, 300, 360]


def test_a_number_nobody_entered_is_refused_with_its_name(world):
    with pytest.raises(queries.NoNorm, match=r"No norm “toll\.free” holds for Harbour County on"):
        queries.number(area=world.county, key="toll.free", on=TODAY)


def test_no_profile_before_the_first_day(world):
    with pytest.raises(queries.NoNorm, match="response thresholds"):
        queries.profile(area=world.county, on=dt.date(2020, 1, 1))


def test_the_default_profile_is_the_one_of_the_county_plans(world):
    profile = queries.profile(area=world.county, on=TODAY)
    bounds = {(row.level, row.criterion): row for row in profile.thresholds.all()}
    assert profile.people_rule == "sum"
    assert [bounds[level, "rooms"].lower for level in (1, 2, 3, 4)] == [1000, 500, 200, 50]
    assert [bounds[level, "people"].lower for level in (1, 2, 3, 4)] == [2000, 1200, 600, 200]
    assert {level for level, _ in bounds if not bounds[level, "rooms"].assumed} == {2}


def test_a_countys_own_profile_replaces_the_prefectures(world):
    own = ThresholdProfile.objects.create(
        area=world.county, document=document(), effective_from=dt.date(2026, 1, 1)
    )
    assert queries.profile(area=world.county, on=TODAY) == own


def goods(world, **asked):
    found = queries.goods(area=world.county, on=TODAY, **asked)
    return {norm.item_code: norm for norm in found}


def test_goods_of_a_warm_flood(world):
    found = goods(world, hazard="flood", cold=False)
    assert {"WATB", "RICE", "TENT-12S", "QUILT", "BEDF", "RAIN", "PURI"} <= set(found)
    assert not {"COAT", "HEAT", "TENT-12W"} & set(found)
    assert found["QUILT"].amount == 1
    assert [norm.priority for norm in found.values()] == sorted(
        norm.priority for norm in found.values()
    )


def test_goods_of_a_cold_earthquake(world):
    found = goods(world, hazard="quake", cold=True)
    assert {"COAT", "HEAT", "TENT-12W", "BLNK"} <= set(found)
    assert not {"RAIN", "PURI", "TENT-12S"} & set(found)
    assert found["QUILT"].amount == 2


def test_a_goods_norm_for_this_season_goes_before_a_general_one(world):
    GoodsNorm.objects.create(
        area=world.county,
        item_code="QUILT",
        amount=3,
        priority=1,
        document=document(),
        effective_from=dt.date(2026, 1, 1),
    )
    assert goods(world, hazard="flood", cold=True)["QUILT"].amount == 3
    GoodsNorm.objects.create(
        area=world.county,
        item_code="QUILT",
        amount=4,
        priority=1,
        cold=True,
        document=document(),
        effective_from=dt.date(2026, 1, 1),
    )
    assert goods(world, hazard="flood", cold=True)["QUILT"].amount == 4
    assert goods(world, hazard="flood", cold=False)["QUILT"].amount == 3


def test_every_level_has_measures(world):
    found = queries.tasks(area=world.county, on=TODAY)
    assert {task.for_level for task in found} == {6, 9, 12}
    assert len({(task.key, task.for_level) for task in found}) == len(found)


def test_every_row_names_its_document(world):
    for model in (Norm, GoodsNorm, ThresholdProfile):
        assert all(row.document.title and row.document.title_en for row in model.objects.all())
