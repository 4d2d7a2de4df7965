"""The register of drills: who is due, what was held, and what a drill notes by itself."""

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from gis.models import Area, Level
from relief.access.gate import NotFound, NotYourDuty
from relief.drills import control, dues, register
from relief.drills.dues import Standing
from relief.drills.models import DrillState, Yearly
from relief.journal.models import Entry
from tests import proof
from tests.drills import plans
from tests.web_goods.conftest import Person
from tests.world import NOW, TODAY

HELD = dt.date(2026, 5, 12)


def note(world, *, by="asha", on=HELD, kind="operations", today=TODAY, **which):
    given = {"plan_ids": (), "area_ids": (), "note": "school yard"} | which
    actor = world.actor(by)
    return register.note_held(actor=actor, kind=kind, on=on, today=today, now=NOW, **given)


def due_of(world, *, plan=None, village=None, on=TODAY):
    found = dues.dues(place=world.county, on=on)
    return next(
        one for one in found if one.plan == plan and (plan or one.area == world.area(village))
    )


# --- when a drill is due ---


def test_a_plan_drilled_on_12_may_2023_is_overdue_from_13_may_2026(world):
    plan = plans.add(world, given=plans.version(last_drill_on=dt.date(2023, 5, 12)))
    last_day = due_of(world, plan=plan, on=dt.date(2026, 5, 12))
    assert (last_day.due_on, last_day.standing) == (dt.date(2026, 5, 12), Standing.SOON)
    day_after = due_of(world, plan=plan, on=dt.date(2026, 5, 13))
    assert day_after.standing == Standing.OVERDUE
    assert dues.dues(place=world.county, on=dt.date(2026, 5, 13))[0] == day_after


def test_every_village_drills_each_year_and_the_most_urgent_come_first(world):
    willow, reed = world.area("Willow"), world.area("Reed")
    note(world, area_ids=[willow.id], on=dt.date(2025, 6, 1))
    note(world, area_ids=[reed.id], on=dt.date(2026, 6, 1))
    found = dues.dues(place=world.county, on=TODAY)
    assert [(one.area.name_en, one.standing) for one in found] == [
        ("Willow", Standing.OVERDUE),
        *((name, Standing.UNKNOWN) for name in ("Ferry", "Mill", "Pine", "Cairn")),
        ("Reed", Standing.LATER),
    ]
    assert (found[0].last, found[0].due_on) == (dt.date(2025, 6, 1), dt.date(2026, 6, 1))
    assert found[1].due_on == dt.date(2026, 12, 31)
    assert [one.area.name_en for one in dues.dues(place=world.area("Northbank"), on=TODAY)] == [
        "Willow",
        "Reed",
    ]


# --- noting and planning ---


def test_the_year_is_planned_once_and_ticked_off_where_a_drill_was_held(world):
    plan = plans.add(world, given=plans.version(last_drill_on=dt.date(2023, 5, 12)))
    asha = world.actor("asha")
    year = {"actor": asha, "area_id": world.county.id, "year": 2026, "today": TODAY, "now": NOW}
    made = register.plan_year(**year)
    assert {(one.area.name_en, one.kind, one.due_on.isoformat()) for one in made} == {
        ("Harbour County", "tabletop", "2026-12-31"),  # late already
        *((name, "operations", "2026-12-31") for name in
          ("Willow", "Reed", "Ferry", "Mill", "Pine", "Cairn")),
    }  # fmt: skip
    assert register.plan_year(**year) == []

    willow = world.area("Willow")
    before = proof.last_number(world.real)
    note(world, area_ids=[willow.id, world.area("Reed").id], plan_ids=[plan.id], kind="tabletop")
    [told] = Entry.objects.filter(book=world.real, number__gt=before)
    assert (told.kind, told.facts) == ("drills_noted", {"entries": 3, "on": "2026-05-12"})
    entries = Yearly.objects.filter(year=2026)
    assert entries.count() == 7 and entries.filter(held_on=HELD, kind="tabletop").count() == 3
    plan.refresh_from_db()
    assert plan.last_drill_on == HELD
    assert due_of(world, plan=plan).due_on == dt.date(2029, 5, 12)

    # Noted again, the new day is right; taken back, it was not held.
    [again] = note(world, area_ids=[willow.id], on=dt.date(2026, 5, 11), kind="tabletop")
    assert entries.count() == 7 and again.held_on == dt.date(2026, 5, 11)
    register.undo_entry(actor=asha, entry_id=again.id, now=NOW)
    assert due_of(world, village="Willow").standing == Standing.UNKNOWN
    register.undo_entry(actor=asha, entry_id=again.id, now=NOW)
    assert entries.count() == 6


def test_a_plans_last_drill_follows_what_is_noted_and_taken_back(world):
    first = plans.add(world, given=plans.version(last_drill_on=dt.date(2020, 5, 12)))
    [entry] = note(world, plan_ids=[first.id], on=dt.date(2023, 5, 12))
    second = plans.add(world, old=first)
    assert second.last_drill_on == dt.date(2023, 5, 12)
    [wrong] = note(world, plan_ids=[second.id], on=dt.date(2026, 7, 10))
    second.refresh_from_db()
    assert second.last_drill_on == dt.date(2026, 7, 10)
    register.undo_entry(actor=world.actor("asha"), entry_id=wrong.id, now=NOW)
    second.refresh_from_db()
    assert second.last_drill_on == entry.held_on


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"on": TODAY + dt.timedelta(days=1)}, "up to 2026-07-15; 2026-07-16 came"),
        ({"kind": "party"}, "“party” came"),
        ({"area_ids": []}, "At least one plan or village is expected"),
    ],
)
def test_what_cannot_have_been_is_refused(world, change, sentence):
    given = {"area_ids": [world.area("Willow").id]} | change
    refused = proof.unchanged(lambda: note(world, **given), register.RegisterRefused)
    assert sentence in str(refused)


def test_the_register_is_kept_in_the_real_operation_by_its_county(world):
    village = world.area("Willow").id
    refusals = {"dana": NotFound, "jonas": NotFound, "iris": register.OnlyInReal}
    more = {"hana": NotYourDuty, "emeka": NotYourDuty, "gu": NotYourDuty}
    for name, refusal in (refusals | more).items():
        proof.unchanged(lambda name=name: note(world, by=name, area_ids=[village]), refusal)
    # What is no village has a plan of its own, or none.
    proof.unchanged(lambda: note(world, area_ids=[world.county.id]), NotFound)


# --- drills of this system ---


def ended(world, hall, **how) -> None:
    hall.begin()
    hall.real += dt.timedelta(minutes=1)
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real, **how)


def test_a_drill_that_ends_notes_itself_and_its_plan_in_one_go(hall):
    world = hall.world
    plan = plans.add(world)
    register.plan_year(
        actor=world.actor("asha"), area_id=world.county.id, year=2026, today=TODAY, now=NOW
    )
    ended(world, hall)
    [entry] = Yearly.objects.exclude(held_on=None)
    assert (entry.area, entry.plan, entry.drill) == (world.county, plan, hall.drill)
    assert (entry.held_on, entry.kind) == (TODAY, "operations")
    plan.refresh_from_db()
    assert plan.last_drill_on == TODAY
    with pytest.raises(register.RegisterRefused, match="its entry stays"):
        register.undo_entry(actor=world.actor("asha"), entry_id=entry.id, now=NOW)


@pytest.mark.parametrize("how", ["stopped", "trial"])
def test_a_trial_or_a_drill_that_was_stopped_counts_for_nothing(hall, how):
    if how == "trial":
        hall.drill.trial_of = hall.drill
        hall.drill.save(update_fields=["trial_of"])
    plan = plans.add(hall.world)
    ended(hall.world, hall, **({"real_event": "flood"} if how == "stopped" else {}))
    assert hall.fresh().state == (DrillState.STOPPED if how == "stopped" else DrillState.ENDED)
    assert not Yearly.objects.exists()
    plan.refresh_from_db()
    assert plan.last_drill_on is None


# --- the pages ---


def browser(world, name, *, language="en") -> Person:
    return Person(SimpleNamespace(world=world, now=NOW), name, language=language)


def test_villages_are_ticked_off_with_one_tap_or_many_at_once(world):
    asha, willow = browser(world, "asha"), world.area("Willow")
    typed = {"day": "2026-05-12", "kind": "operations", "note": ""}
    asha.post("/drills/register/", one=f"area:{willow.id}", **typed)
    assert [(e.area, e.held_on) for e in Yearly.objects.all()] == [(willow, HELD)]
    sent = asha.post("/drills/register/", do="held", all="on", town="222426101000", **typed)
    assert sent["Location"] == "/drills/register/?area=222426000000&town=222426101000"
    assert Yearly.objects.exclude(held_on=None).count() == 3
    many = [f"area:{world.area(name).id}" for name in ("Pine", "Cairn")]
    asha.post("/drills/register/", do="plan", which=many, **(typed | {"day": "2026-11-01"}))
    assert Yearly.objects.filter(held_on=None, due_on=dt.date(2026, 11, 1)).count() == 2
    refused = asha.post("/drills/register/", do="held", **typed)
    assert refused.status_code == 409
    assert "At least one plan or village is expected" in refused.content.decode()
    page = asha.get("/drills/register/?show=unknown").content.decode()
    assert "Reed" in page and "Ferry" not in page


def test_townships_read_their_part_and_change_nothing(world):
    emeka = browser(world, "emeka")
    page = emeka.get("/drills/register/").content.decode()
    assert "Willow" in page and "Ferry" not in page and 'name="one"' not in page
    year = emeka.get("/drills/register/2026/").content.decode()
    assert "Plan all that is due" not in year
    assert emeka.post("/drills/register/", do="held").status_code == 403
    assert emeka.post("/drills/register/2026/plan/").status_code == 403


def test_the_register_can_be_taken_along_as_a_workbook(world):
    plans.add(world)
    note(world, area_ids=[world.area("Willow").id])
    made = browser(world, "asha").get("/drills/register/2026/book.xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert book.sheet_names == ["Next drills", "2026"]
    rows = book.get_sheet_by_name("Next drills").to_python()
    assert len(rows) == 1 + 7
    assert rows[1][2:] == [
        "Harbour County", "Harbour relief plan", "", dt.date(2025, 3, 1), "overdue"
    ]  # fmt: skip
    [_head, entry] = book.get_sheet_by_name("2026").to_python()
    assert entry[1:4] == ["Northbank", "Willow", ""]
    assert entry[6:] == [HELD, "was held", "school yard"]


def test_240_villages_take_as_few_queries_as_six(world):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert asha.get("/drills/register/").status_code == 200
        return len(asked)

    asha = browser(world, "asha")
    asha.get("/drills/register/")
    few = queries()
    town = world.area("Hilltop")
    Area.objects.bulk_create(
        Area(
            code=f"222426200{n}",
            level=Level.VILLAGE,
            name=f"村{n}",
            name_en=f"Village {n}",
            parent=town,
            path=f"{town.path}/222426200{n}",
            centre=town.centre,
        )
        for n in range(400, 634)
    )
    assert queries() == few
    page = asha.get("/drills/register/").content
    assert page.count(b'name="one"') == 240 and len(page) < 400_000
    sent = asha.post(
        "/drills/register/", do="held", all="on", day="2026-05-12", kind="operations", note=""
    )
    assert sent.status_code == 302
    assert Yearly.objects.filter(held_on=HELD).count() == 240
