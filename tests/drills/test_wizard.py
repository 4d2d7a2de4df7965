"""Preparing a drill in a browser: files of one's own, and the steps."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from relief.drills import (
    writing,
)
from relief.drills.models import Drill, Inject, Seat
from relief.web.drills import wizard
from tests.drills.conftest import SCENARIO
from tests.drills.hands import hands_in
from tests.drills.wizard import OUTLINE
from tests.web_goods.reading import words


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_scenario_of_ones_own_is_taken_or_every_fault_of_it_is_told(hall):
    asha = hands_in(hall, "asha")
    for content, told in (
        (b"\xff\xfe", "A file in UTF-8 is expected; byte 1 is none"),
        (b"[" * 200_000, "brackets within brackets"),
        (b"{" + b" " * (1 << 20) + b"}", "At most 1048576 bytes are expected"),
        (b'{"seed": NaN}', "NaN is no number"),
        (
            json.dumps(SCENARIO | {"title": "x" * 161}).encode(),
            "name in Chinese (title): at most 160 letters are expected; 161 came",
        ),
        (json.dumps(SCENARIO | {"title": "a\x00"}).encode(), "letters that cannot be kept"),
        (
            json.dumps(SCENARIO | {"outages": {"110101001000": 1}}).encode(),
            "without telephone · 110101001000 (outages.110101001000): the code of a place in",
        ),
        (
            json.dumps(
                SCENARIO
                | {"opening_stock": [{"depot": "X", "item": "Y", "batch": "1", "quantity": 1}]}
            ).encode(),
            "opening stock, row 1 · depot (opening_stock[0].depot): the code of a depot",
        ),
    ):
        made = asha.post("/drills/", day="2026-08-01", file=upload("own.json", content))
        assert made.status_code == 409 and told in words(made), told
    assert Drill.objects.count() == 1
    elsewhere = json.dumps(SCENARIO | {"area": "110101000000"}).encode()
    assert (
        asha.post("/drills/", day="2026-08-01", file=upload("x.json", elsewhere)).status_code == 404
    )

    file = asha.get(f"{asha.room}scenario.json").content
    made = asha.post("/drills/", day="2026-08-01", file=upload("own.json", file))
    drill = Drill.objects.latest("id")
    assert made["location"] == f"/drills/{drill.pk}/setup/facts/"
    assert writing.as_file(drill=drill) == json.loads(file)
    assert drill.truth == hall.fresh().truth


def test_every_step_shows_and_keeps_what_is_typed(hall):
    asha, drill = hands_in(hall, "asha"), hall.drill
    for step in wizard.STEPS:
        page = asha.get(f"{asha.room}setup/{step}/")
        assert page.status_code == 200 and 'aria-current="step"' in page.content.decode()
    assert asha.get(f"{asha.room}setup/nothing/").status_code == 404

    south = Seat.objects.get(drill=drill, key="south")
    goal = drill.objectives.get()
    typed = {
        f"seat-{south.pk}-who": "Emeka · emeka",
        f"seat-{south.pk}-phone": "139 0000 0002",
        f"objective-{goal.pk}-who": "nobody at all",
    }
    refused = asha.post(f"{asha.room}setup/people/", go="on", **typed)
    assert refused.status_code == 409 and "“nobody at all” came" in words(refused)
    south.refresh_from_db()
    assert (south.user.username, south.phone) == ("emeka", "13900000002")
    typed[f"objective-{goal.pk}-who"] = "Chidi · chidi"
    moved = asha.post(f"{asha.room}setup/people/", go="on", **typed)
    assert moved["location"] == f"{asha.room}setup/script/"
    goal.refresh_from_db()
    assert goal.evaluator.username == "chidi"

    form = {"sender": "记者", "seat": "duty", "way": "phone", "trigger": "condition"}
    new = f"{asha.room}script/"
    assert "A condition is expected" in words(asha.post(new, **form))
    form |= {"condition_kind": "reports_filed"}
    assert "A number is expected" in words(asha.post(new, **form))
    assert asha.post(new, condition_value="2", enabled="on", **form).status_code == 302
    made = Inject.objects.get(drill=drill, number=5)
    assert made.condition == {"kind": "reports_filed", "count": 2} and made.enabled
    asha.post(f"{asha.room}setup/script/", drop_inject=str(made.pk), go="stay")
    assert not Inject.objects.filter(pk=made.pk).exists()

    area = {"seed": "13", "depth_m": "2", "slope": "1", "polygon": json.dumps(OUTLINE)}
    assert asha.post(f"{asha.room}setup/area/", go="stay", **area).status_code == 302
    assert hall.fresh().scenario["hazard"] == {
        "kind": "flood", "polygon": OUTLINE, "depth_m": 2.0, "slope": 0.01,
    }  # fmt: skip
    wrong = asha.post(f"{asha.room}setup/area/", **(area | {"polygon": "{}"}))
    assert "GeoJSON with a polygon is expected" in words(wrong)

    assert asha.post(f"{asha.room}begin/").status_code == 302
    gone = asha.get(f"{asha.room}setup/area/")
    assert (gone.status_code, gone["location"]) == (302, asha.room)
