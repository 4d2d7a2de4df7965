"""The demo county: complete, labelled, and able to play a whole response by itself."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from gis.models import Area, Level
from relief.access.models import Duty
from relief.deliveries.models import Trip
from relief.households.models import AffectedVillage, Household, HouseholdCell
from relief.incidents.models import Incident
from relief.ledger.audit import audit
from relief.response.models import LevelAssessment
from relief.setup import demo, play
from tests.boards import replay

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db):
    with translation.override("zh-hans"):
        demo.seed(say=lambda _text: None, now=timezone.now())
    return Area.objects.get(level=Level.COUNTY)


def test_the_county_stands_with_villages_households_and_a_flood(county):
    assert Area.objects.filter(level=Level.VILLAGE).count() == 200
    assert Household.objects.count() == 70_000
    assert HouseholdCell.objects.exists()
    assert Duty.objects.count() == 7
    incident = Incident.objects.get()
    assert "模拟" in incident.name and "synthetic" in incident.name_en
    assert AffectedVillage.objects.filter(incident=incident).exists()
    assessment = LevelAssessment.objects.latest()
    assert assessment.suggested_level == 2
    assert assessment.figures["reason"] == ["people", "rooms"]
    assert audit() == []


def test_a_whole_response_plays_and_every_board_can_follow(county):
    watch = replay.Watch(Incident.objects.get().book)
    said: list[str] = []
    with translation.override("zh-hans"):
        play.player(say=said.append, pace=0).run()
    watch.check()
    assert audit() == []
    assert sum(bool(re.search("approves FA-", line)) for line in said) == 2
    assert Trip.objects.filter(state="finished").count() >= 6
    assert not Trip.objects.filter(state="on_the_road").exists()


def test_demo_people_come_only_into_demo_databases(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="RELIEF_DEMO"):
        call_command("seed_demo")
    with pytest.raises(CommandError, match="RELIEF_DEMO"):
        call_command("play_demo")
    assert not Area.objects.exists()
