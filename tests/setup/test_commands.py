"""Bringing in a county and its people from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gis.models import Area, RoadLink, RoadNode
from relief.access.models import Duty, User
from relief.catalog.models import Item
from relief.norms.models import GoodsNorm
from relief.preparedness.models import ShelterCount
from relief.stock.models import Depot
from tests.gis import samples

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-strange-word-91"


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Area, RoadNode, RoadLink, Depot, Item))


def test_loading_prints_every_fault_and_writes_nothing(tmp_path, capsys):
    folder = samples.write(tmp_path, areas_csv=samples.AREAS.replace("300,100", "300,-100"))
    with pytest.raises(CommandError, match="2 faults; nothing was written"):
        call_command("load_territory", folder)
    assert capsys.readouterr().err.splitlines() == [
        "areas.csv:6 households: Expected a whole number of 0 or more, received “-100”.",
        "areas.csv:9 households: Expected a whole number of 0 or more, received “-100”.",
    ]
    assert counts() == (0, 0, 0, 0, 0)


def test_checking_writes_nothing(tmp_path, capsys):
    call_command("load_territory", samples.write(tmp_path), "--check")
    assert capsys.readouterr().out == "No faults; nothing was written.\n"
    assert counts() == (0, 0, 0, 0, 0)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"Expected a folder, received .*nowhere"):
        call_command("load_territory", tmp_path / "nowhere")


def test_loading_brings_places_norms_and_goods_and_again_changes_nothing(tmp_path):
    folder = samples.write(tmp_path)
    call_command("load_territory", folder, stdout=StringIO())
    first = counts()
    assert first[0] == 8 and first[4] == 36 and GoodsNorm.objects.exists()
    assert Depot.objects.exists() or ShelterCount.objects.exists()
    call_command("load_territory", folder, stdout=StringIO())
    assert counts() == first


def test_the_first_county_gets_a_commander_with_the_password_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("RELIEF_PASSWORD", PASSWORD)
    call_command(
        "create_county", samples.write(tmp_path), username="chen", name="陈", stdout=StringIO()
    )
    duty = Duty.objects.get()
    assert (duty.user.username, duty.role, duty.area.level) == ("chen", "commander", 6)
    assert duty.user.check_password(PASSWORD)


def test_a_weak_password_makes_no_commander(tmp_path, monkeypatch):
    monkeypatch.setenv("RELIEF_PASSWORD", "12345")
    with pytest.raises(CommandError, match="there is no commander yet"):
        call_command(
            "create_county", samples.write(tmp_path), username="chen", name="陈", stdout=StringIO()
        )
    assert not User.objects.exists()


def test_giving_a_duty_twice_gives_it_once_and_unknown_areas_are_named(world, monkeypatch):
    monkeypatch.setenv("RELIEF_PASSWORD", PASSWORD)
    code = world.area("Northbank").code
    for _again in range(2):
        call_command("give_duty", "wei", "township_officer", code, name="魏", stdout=StringIO())
    assert Duty.objects.filter(user__username="wei").count() == 1
    with pytest.raises(CommandError, match="No area has the code 999999999999"):
        call_command("give_duty", "wei", "keeper", "999999999999", stdout=StringIO())
