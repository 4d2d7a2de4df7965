"""Preparing a drill: what strikes where, and the stock that is there."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relief.drills import (
    designing,
    scenario,
    writing,
)
from relief.stock.models import Depot, Holding
from relief.web.drills import wizard_hazard
from tests.drills.conftest import SCENARIO, TOWNS
from tests.drills.hands import MINUTE, hands_in
from tests.drills.wizard import OUTLINE
from tests.web_goods.reading import words


def test_another_outline_seed_or_hour_draws_another_disaster_at_once(hall):
    drill, actor = hall.drill, hall.actor
    whole = drill.truth["townships"]
    hazard = {**SCENARIO["hazard"], "polygon": OUTLINE}
    designing.set_hazard(actor=actor, drill_id=drill.pk, hazard=hazard, seed=13)
    part = hall.fresh().truth["townships"]
    affected = [
        sum(town["affected_population"] for town in towns.values()) for towns in (whole, part)
    ]
    assert 0 < affected[1] < affected[0]
    designing.set_hazard(actor=actor, drill_id=drill.pk, hazard=SCENARIO["hazard"], seed=13)
    assert hall.fresh().truth["townships"] == whole
    designing.set_hazard(actor=actor, drill_id=drill.pk, hazard=SCENARIO["hazard"], seed=14)
    assert hall.fresh().truth["townships"] != whole and hall.drill.seed == 14

    designing.set_outages(actor=actor, drill_id=drill.pk, hours={TOWNS["north"]: 90})
    assert hall.fresh().truth["silent"][TOWNS["north"]] == 90
    for hours in ({"110101001000": 1}, {TOWNS["north"]: 1000}):
        with pytest.raises(designing.BadDesign):
            designing.set_outages(actor=actor, drill_id=drill.pk, hours=hours)

    later = drill.begins_at + dt.timedelta(hours=10)
    facts = designing.Facts("改", "Changed", later, 200, "会议室", "消防", 30, None)
    designing.set_facts(actor=actor, drill_id=drill.pk, facts=facts)
    assert hall.inject(4).due_at == later + 240 * MINUTE
    assert hall.fresh().scenario["minutes"] == 200
    assert (hall.drill.title, hall.drill.book.name, hall.drill.place) == ("改", "改", "会议室")
    file = writing.as_file(drill=hall.drill)
    assert (file["time_of_day"], file["seed"]) == ("12:30", 14)
    assert scenario.read(json.loads(json.dumps(file)), file="again").minutes == 200


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 100_000, "cannot be read"),
        ('{"type": "Point", "coordinates": [1, 2]}', "it holds none"),
        (
            '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[0,1],[1,0],[0,0]]]}',
            "crosses itself",
        ),
        (" " * (1 << 20) + "{}", "At most 1 MB"),
    ],
)
def test_an_outline_that_is_none_is_refused_in_words(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        wizard_hazard.polygon_of(text)


def test_opening_stock_from_a_file_is_checked_and_taken_in(hall):
    asha = hands_in(hall, "asha")
    depot = Depot.objects.filter(area__path__startswith=hall.drill.area.path).order_by("id").first()
    head = "Depot,Item,Batch,Quantity,Stored on,Expires on\n"
    good = f"{depot.code},QUILT,D-1,40,2026-01-01,2030-01-01\n"
    address = f"{asha.room}setup/world/"

    def send(text: str, name: str = "stock.csv"):
        return asha.post(
            address, stock="file", go="stay", file=SimpleUploadedFile(name, text.encode())
        )

    for text, told in (
        (f"{head}{good}{depot.code},QUILT,D-2,-3,2026-01-01,\n", "row 3, Quantity"),
        (f"{head}NOWHERE,QUILT,D-1,40,2026-01-01,\n", "row 2, Depot"),
        ("nothing", "“Stock”"),
    ):
        refused = send(text)
        assert refused.status_code == 409 and told in words(refused), words(refused)
    assert "opening_stock" not in hall.fresh().scenario
    assert send("x", "stock.xlsx").status_code == 409
    assert send(head + good).status_code == 302
    assert [lot["batch"] for lot in hall.fresh().scenario["opening_stock"]] == ["D-1"]
    hall.begin()
    held = Holding.objects.get(book=hall.drill.book, account__balance__gt=0)
    assert (held.depot, held.lot.batch, held.account.balance) == (depot, "D-1", 40)
    assert str(held.lot.expires_on) == "2030-01-01"
