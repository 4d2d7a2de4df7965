"""Response plans by version: what a version must have, what ends, what it settles."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relief.access.gate import NotFound, NotYourDuty
from relief.drills import register
from relief.drills.models import Improvement, Yearly
from relief.journal.models import Entry
from relief.preparedness import plan_files, rules
from relief.preparedness.models import PlanPart, ResponsePlan
from relief.preparedness.plan_files import BadPlanFile
from relief.preparedness.queries import plan_versions
from relief.preparedness.rules import PlanRefused
from tests import proof
from tests.drills import plans
from tests.drills.conftest import prepared
from tests.web_goods.conftest import Person
from tests.world import NOW, TODAY

PDF = b"%PDF-1.7\nwords\n%%EOF\n"


def item(world, drill, plan, problem="no boats") -> Improvement:
    return Improvement.objects.create(
        drill=drill,
        area=world.county,
        problem=problem,
        action="name two boat teams",
        owner="Asha",
        due_on=dt.date(2026, 9, 1),
        revises=plan,
        noted_by=1,
        noted_at=NOW,
        request_key=uuid.uuid4(),
    )


def test_a_new_version_ends_the_old_one_that_day_and_settles_what_asked_for_it(world):
    drill = prepared(world)
    first = plans.add(world)
    settled, left = item(world, drill, first), item(world, drill, first, "no radios")
    waiting = Yearly.objects.create(
        area=world.county, plan=first, year=2026, kind="tabletop", due_on=dt.date(2026, 12, 31)
    )
    before = proof.last_number(world.real)
    second = plans.add(world, old=first, settles=[settled.id])
    first.refresh_from_db()
    assert first.effective_to == second.effective_from == dt.date(2026, 7, 1)
    assert plan_versions(plan=first) == plan_versions(plan=second) == [second, first]
    for one in (settled, left, waiting):
        one.refresh_from_db()
    assert (settled.revised_by, settled.done_on) == (second, TODAY)
    assert (left.revised_by, left.done_on) == (None, None)
    assert waiting.plan == second
    [told] = Entry.objects.filter(book=world.real, number__gt=before)
    assert (told.kind, told.facts["settles"]) == ("plan_version_added", [settled.id])
    assert Entry.objects.filter(book=drill.book, kind="improvement_done").count() == 1
    with pytest.raises(PlanRefused, match="replaced by version 2 already"):
        plans.add(world, old=first, given=plans.following("3"))
    with pytest.raises(PlanRefused, match=f"{settled.id} is none of them"):
        later = plans.following("3", effective_from=dt.date(2026, 8, 1))
        plans.add(world, old=second, given=later, settles=[settled.id])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": " "}, "needs a title"),
        ({"number": ""}, "needs a document number"),
        ({"effective_from": dt.date(2026, 6, 30)}, "from its approval on, 2026-07-01 or later"),
        ({"next_review_on": dt.date(2026, 7, 1)}, "next review comes after"),
        ({"change_note": " "}, "says why it came"),
        ({"version": "1"}, "has version 1 of"),
        (
            {"approved_on": plans.APPROVED, "effective_from": plans.APPROVED},
            "in force from 2022-03-01; a later day is expected",
        ),
    ],
)
def test_a_version_that_cannot_be_is_refused_and_the_old_one_stays(world, change, sentence):
    first = plans.add(world)
    refused = proof.unchanged(
        lambda: plans.add(world, old=first, given=plans.following(**change)), PlanRefused
    )
    assert sentence in str(refused)


def test_the_six_parts_are_counted():
    some = [PlanPart.COMMAND, PlanPart.WARNING]
    assert rules.missing_parts(some) == ["teams", "means", "levels", "recovery"]
    assert rules.missing_parts(PlanPart.values) == []


def test_plans_are_kept_by_the_county_in_the_real_operation(world):
    refusals = {"dana": NotFound, "jonas": NotFound, "emeka": NotFound, "hana": NotYourDuty}
    for name, refusal in (refusals | {"iris": register.OnlyInReal}).items():
        proof.unchanged(lambda name=name: plans.add(world, by=name), refusal)
    assert plans.add(world, by="chidi").version == "1"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<html>", "this is none"),
        (b"%PDF-1.7 cut off", "this is none"),
        (b"%PDF-" + b"0" * (10 << 20) + b"%%EOF", "may have 10 MB; this file has 11"),
    ],
)
def test_only_a_whole_pdf_is_kept_as_the_text(data, sentence):
    with pytest.raises(BadPlanFile, match=sentence):
        plan_files.keep(name="plan.pdf", data=data)


def test_from_the_page_a_plan_is_added_read_and_revised(world, settings, tmp_path):
    settings.FILES = tmp_path
    asha = Person(SimpleNamespace(world=world, now=NOW), "asha")
    typed = {
        "title": "预案", "title_en": "Harbour plan", "number": "3", "version": "1",
        "approved_on": "2022-03-01", "effective_from": "2022-03-01",
        "next_review_on": "2026-03-01", "last_drill_on": "2023-05-12",
        "parts": ["command", "teams"], "area": world.county.id,
    }  # fmt: skip
    upload = SimpleUploadedFile("../../evil.pdf", PDF)
    added = asha.post("/response-plans/new/", **typed, file=upload)
    plan = ResponsePlan.objects.get()
    assert added["Location"] == f"/response-plans/{plan.id}/"
    assert (plan.parts, plan.file_name) == (["command", "teams"], "evil.pdf")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [plan.file]
    text = asha.get(f"/response-plans/{plan.id}/text.pdf")
    assert (text.content, text["Content-Type"]) == (PDF, "application/pdf")
    listed = asha.get("/response-plans/").content.decode()
    assert "2 / 6" in listed and listed.count("overdue") >= 2  # the drill and the review

    drill = prepared(world)
    asked = item(world, drill, plan)
    revise = f"/response-plans/{plan.id}/revise/"
    assert "no boats" in asha.get(revise).content.decode()
    typed |= {"version": "2", "effective_from": "2026-07-01", "next_review_on": "2029-07-01"}
    bad = asha.post(
        revise,
        **typed,
        settles=[asked.id],
        change_note="x",
        file=SimpleUploadedFile("a.pdf", b"no"),
    )
    assert bad.status_code == 409 and "this is none" in bad.content.decode()
    done = asha.post(revise, **typed, settles=[asked.id], change_note="boats")
    newest = ResponsePlan.objects.get(version="2")
    assert done["Location"] == f"/response-plans/{newest.id}/"
    assert newest.last_drill_on == dt.date(2023, 5, 12)
    page = asha.get(f"/response-plans/{newest.id}/").content.decode()
    assert "settled by version 2" in page and "boats" in page
    emeka = Person(SimpleNamespace(world=world, now=NOW), "emeka")
    assert "New version" not in emeka.get(f"/response-plans/{newest.id}/").content.decode()
