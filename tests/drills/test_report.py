"""The evaluation report, its archive, and what must improve after a drill."""

import asyncio
import csv
import datetime as dt
import hashlib
import html
import io
import json
import re
import uuid
import zipfile

import pytest
from django.utils import timezone, translation

from relief.access import gate
from relief.access.acts import Role
from relief.drills import control, findings, isolation, people, ratings
from relief.drills.measures import measure
from relief.drills.models import Drill, Finding, FindingKind, Improvement, Objective
from relief.drills.observing import Observations, Seen
from relief.journal.models import Entry
from relief.preparedness.models import ResponsePlan
from relief.web.drills import archive
from relief.web.papers.sheet import Sheet
from tests.drills.conftest import Hall
from tests.drills.hands import hands_in
from tests.papers import reading
from tests.web_goods.reading import words

GOOD, BAD, BETTER = FindingKind.STRENGTH, FindingKind.PROBLEM, FindingKind.SUGGESTION


@pytest.fixture
def over(hall) -> Hall:
    """A drill that ended as soon as it had begun: nobody did anything."""
    hall.begin()
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real)
    hall.fresh()
    return hall


def note(hall: Hall, *lines, key: uuid.UUID | None = None, by: gate.Actor | None = None):
    return findings.note_findings(
        actor=by or hall.actor,
        drill_id=hall.drill.pk,
        lines=lines,
        objective_id=None,
        request_key=key or uuid.uuid4(),
        now=hall.real,
    )


def improve(hall: Hall, **changes) -> Improvement:
    given = {
        "actor": hall.actor,
        "drill_id": hall.drill.pk,
        "finding_id": None,
        "problem": "late",
        "action": "practise",
        "owner": "desk",
        "due_on": timezone.localdate(hall.real),
        "revises_id": None,
        "request_key": uuid.uuid4(),
        "now": hall.real,
    }
    return findings.note_improvement(**given | changes)


def finish(hall: Hall, improvement: Improvement, note: str = "") -> Improvement:
    return findings.finish_improvement(
        actor=hall.actor, improvement_id=improvement.pk, note=note, now=hall.real
    )


def plan(
    hall: Hall, *, version: str = "1", year: int = 2022, replaces: ResponsePlan | None = None
) -> ResponsePlan:
    day = dt.date(year, 3, 1)
    return ResponsePlan.objects.create(
        area=hall.world.county,
        title="预案",
        title_en="Harbour plan",
        number="3",
        version=version,
        approved_on=day,
        effective_from=day,
        next_review_on=day.replace(year=year + 5),
        replaces=replaces,
    )


def judge(hall: Hall, name: str) -> gate.Actor:
    """That person evaluates the drill's objective, and acts in the drill's book."""
    user = hall.world.users[name]
    objective = Objective.objects.get(drill=hall.drill)
    people.set_evaluator(
        actor=hall.actor, objective_id=objective.pk, user_id=user.pk, now=hall.real
    )
    return gate.actor_for(user=user, book_id=hall.drill.book_id, now=hall.drill.begins_at)


def test_page_pdf_and_archive_of_a_played_drill_say_the_same_numbers(hall, monkeypatch):
    before = isolation.fingerprint(drill=hall.drill)
    hall.begin()
    hall.run(step=10)
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real)
    note(hall, (GOOD, "well done"), (BAD, "=1+1"))
    improve(hall, problem="too late by far")
    asha = hands_in(hall, "asha")
    address = f"/drills/{hall.drill.pk}/report"
    assert f'href="{address}/"' in asha.get(asha.room).content.decode()

    # Every number of the page is on paper, which is marked on every sheet.
    answer = asha.get(f"{address}/")
    plain, page = words(answer), answer.content.decode()
    shown = page[page.index("<article") : page.index("</article>")]
    shown = re.sub(r"<svg.*?</svg>|<summary.*?</summary>", "", shown)
    texts = [html.unescape(text) for text in re.findall(r">([^<>]*\d[^<>]*)<", shown)]
    pdf = asha.get(f"{address}.pdf").content
    paper = reading.plain(reading.words(pdf))
    assert len(texts) > 60
    assert [text for text in texts if reading.plain(text) not in paper] == []
    assert paper.count("DRILL") == reading.pages(pdf) + 1
    assert "too late by far" in plain

    # They are those of the journal.
    drill = Drill.objects.select_related("area", "book").get(pk=hall.drill.pk)
    numbers = measure(drill=drill, real=hall.real)
    first = numbers.first_reports.spread
    met = [one.met for one in numbers.standards]
    assert f"Standards met: {met.count(True)} of {len(met) - met.count(None)}." in plain
    assert f"Initial reports: {first.count};" in plain
    assert plain.count("✗ not met") == met.count(False) >= 1
    trips = [one.number for one in numbers.journeys]
    assert trips and all(number in plain for number in trips)

    # The archive holds all of it, the same bytes each time; one language is enough here.
    monkeypatch.setattr(archive, "LANGUAGES", {"en": "en"})
    answer = asha.get(f"/drills/{hall.drill.pk}/archive.zip")
    data = answer.getvalue()
    assert answer["content-disposition"] == f'attachment; filename="drill-{drill.pk}.zip"'
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(files["manifest.json"])
    told = {one["path"]: (one["bytes"], one["sha256"]) for one in manifest["files"]}
    assert told == {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in files.items()
        if name != "manifest.json"
    }
    assert manifest["missing"] == []
    assert {"01-plan/work-plan.en.pdf", "02-script/msel.xlsx", "06-report/report.en.html"} <= set(
        told
    )
    journal = [json.loads(line) for line in files["03-logs/journal.jsonl"].splitlines()]
    kinds = Entry.objects.filter(book=drill.book).order_by("number").values_list("kind", flat=True)
    assert [line["kind"] for line in journal] == list(kinds)
    assert kinds[len(kinds) - 2 :] == ["findings_noted", "improvement_noted"]
    assert files["06-report/report.en.pdf"] == pdf
    assert json.loads(files["01-plan/scenario.json"]) == drill.scenario
    table = list(csv.reader(io.StringIO(files["06-report/findings.csv"].decode("utf-8-sig"))))
    assert [row[1] for row in table[1:]] == ["well done", "'=1+1"]
    # Papers are the same each time, as the one above; the rest is written again.
    made = {"report.en.pdf", "work-plan.en.pdf"}
    papers = iter([content for name, content in files.items() if name.rpartition("/")[2] in made])
    monkeypatch.setattr(Sheet, "pdf", lambda _sheet: next(papers))
    again = archive.write(drill=drill, real=hall.real + dt.timedelta(days=1)).read()
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(data).hexdigest()
    assert isolation.changed(before, isolation.fingerprint(drill=hall.drill)) == []


def test_a_large_archive_leaves_in_pieces(tmp_path):
    whole = bytes(range(256)) * 3000
    (tmp_path / "a").write_bytes(whole)

    async def pieces() -> list[bytes]:
        file = (tmp_path / "a").open("rb")
        return [piece async for piece in archive.Download(file)]

    sent = asyncio.run(pieces())
    assert b"".join(sent) == whole
    assert [len(piece) for piece in sent] == [archive.PIECE] * 2 + [len(whole) - 2 * archive.PIECE]


def test_a_drill_in_which_nobody_acted_has_a_report_without_numbers(over):
    page = hands_in(over, "asha").get(f"/drills/{over.drill.pk}/report/")
    text = words(page)
    assert page.status_code == 200 and "No need was worked out." in text
    assert "Initial reports: 0; the middle one after –" in text


def test_only_organisers_and_later_its_evaluators_read_a_report(hall):
    asha, dana = hands_in(hall, "asha"), None
    judge(hall, "dana")
    dana, address = hands_in(hall, "dana"), f"/drills/{hall.drill.pk}/"
    hall.begin()
    answers = {
        name: hands_in(hall, name).get(f"{address}report/").status_code
        for name in ("asha", "bela", "emeka", "jonas", "iris", "dana")
    }
    expected = {"asha": 200, "bela": 403, "emeka": 403, "jonas": 404, "iris": 404, "dana": 409}
    assert answers == expected
    assert "goes on: numbers so far" in words(asha.get(f"{address}report/"))
    # What an evaluator saw is taken down at once, in the office too.
    assert dana.post(f"{address}comments/", problem="slow\nslow\nunclear").status_code == 302
    assert list(hall.drill.findings.values_list("text", flat=True)) == ["slow", "unclear"]
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real)
    page = dana.get(f"{address}report/")
    assert "unclear" in words(page) and "improvement/" not in page.content.decode()
    assert dana.get(f"{address}report.pdf").status_code == 200
    for path in ("archive.zip", "improvement/"):
        assert dana.get(f"{address}{path}").status_code == 404, path
    assert asha.get(f"{address}improvement/").status_code == 200


def test_findings_of_one_form_come_once_and_can_be_taken_back_by_whom_they_are(over):
    key, said = uuid.uuid4(), [(GOOD, " fast "), (BAD, "late"), (BAD, "late"), (BETTER, " ")]
    first = note(over, *said, key=key)
    assert [(one.kind, one.text) for one in first] == [("strength", "fast"), ("problem", "late")]
    assert note(over, *said, key=key) == first and Finding.objects.count() == 2
    assert Entry.objects.filter(book=over.drill.book, kind="findings_noted").count() == 1
    for wrong in ([], [(BAD, "x" * 401)], [(BAD, f"{n}") for n in range(101)]):
        with pytest.raises(findings.BadFinding):
            note(over, *wrong)
    # An evaluator's hand reaches own findings only.
    inner = gate.Actor(
        over.world.users["dana"].pk,
        over.drill.book_id,
        (gate.HeldDuty(Role.EVALUATOR, over.world.county.path),),
    )
    (own,) = note(over, (BAD, "own"), by=inner)
    with pytest.raises(findings.BadFinding):
        findings.drop_finding(actor=inner, finding_id=first[0].pk, now=over.real)
    for actor, finding in ((inner, own), (over.actor, first[0])):
        findings.drop_finding(actor=actor, finding_id=finding.pk, now=over.real)
    assert list(Finding.objects.values_list("text", flat=True)) == ["late"]
    dropped = Entry.objects.filter(book=over.drill.book, kind="finding_dropped")
    assert [one.facts["finding"] for one in dropped] == ["own", "fast"]
    # Duties of players open nothing, nor do those of other places.
    player = gate.Actor(
        9, over.drill.book_id, (gate.HeldDuty("commander", over.world.county.path),)
    )
    with pytest.raises(gate.NotYourDuty):
        note(over, (BAD, "x"), by=player)
    with pytest.raises(gate.NotFound):
        note(over, (BAD, "x"), by=over.world.actor("jonas"))


def test_an_improvement_item_stays_open_until_it_is_done_and_overdue_ones_are_shown(over):
    before = isolation.fingerprint(drill=over.drill)
    asha = hands_in(over, "asha")
    (finding,) = note(over, (BAD, "no second channel"))
    page = asha.get(f"/drills/{over.drill.pk}/improvement/?finding={finding.pk}")
    assert "no second channel" in page.content.decode()
    today = timezone.localdate(over.real)
    typed = {"problem": "no second channel", "action": "buy", "owner": "desk"}
    address = f"/drills/{over.drill.pk}/improvement/?finding={finding.pk}"
    assert asha.post(address, due_on=f"{today - dt.timedelta(days=1)}", **typed).status_code == 409
    assert asha.post(address, due_on=f"{today}", **typed).status_code == 302
    made = Improvement.objects.get()
    assert (made.finding, made.noted_by) == (finding, over.world.users["asha"].pk)

    assert "still open 1 overdue 0 done 0" in words(asha.get("/drills/improvements/"))
    over.real += dt.timedelta(days=1)
    asha = hands_in(over, "asha")
    late = words(asha.get("/drills/improvements/?show=overdue"))
    assert "still open 1 overdue 1 done 0" in late and "no second channel" in late
    assert "no second channel" not in words(hands_in(over, "jonas").get("/drills/improvements/"))
    assert hands_in(over, "bela").get("/drills/improvements/").status_code == 403

    assert asha.post(f"/drills/improvements/{made.pk}/done/", note="bought").status_code == 302
    made.refresh_from_db()
    assert (made.done_on, made.done_by) == (today + dt.timedelta(days=1), made.noted_by)
    done = words(asha.get("/drills/improvements/?show=done"))
    assert "still open 0 overdue 0 done 1" in done and "bought" in done
    with pytest.raises(findings.AlreadyDone):
        finish(over, made)
    kinds = Entry.objects.filter(book=over.drill.book).order_by("-number")
    assert [one.kind for one in kinds[:2]] == ["improvement_done", "improvement_noted"]
    assert isolation.changed(before, isolation.fingerprint(drill=over.drill)) == []


def test_an_item_that_asks_for_another_plan_ends_with_its_new_version_or_a_reason(over):
    old = plan(over)
    first, second = improve(over, revises_id=old.pk), improve(over, revises_id=old.pk)
    key = uuid.uuid4()
    assert improve(over, request_key=key) == improve(over, request_key=key, problem="other")
    with pytest.raises(findings.BadImprovement, match="Harbour plan"), translation.override("en"):
        finish(over, first)
    assert finish(over, first, "as it is").revised_by is None
    new = plan(over, version="2", year=2026, replaces=old)
    assert finish(over, second).revised_by == new
    with pytest.raises(findings.BadImprovement):
        improve(over, owner=" ")
    for name, refusal in (("bela", gate.NotYourDuty), ("jonas", gate.NotFound)):
        with pytest.raises(refusal):
            improve(over, actor=over.world.actor(name))


def test_of_several_evaluators_the_worst_rating_counts_and_the_injects_stand_in():
    class Said:
        def __init__(self, rating: str) -> None:
            self.rating = rating

    def seen(*given: str) -> list[Seen]:
        return [Seen(Said(one)) for one in given]  # type: ignore[arg-type]

    objectives = [Objective(pk=n) for n in (1, 2, 3)]
    every = Observations([], {7: seen("S"), 8: seen("U", "")}, {1: seen("P", "M", "")})
    found = ratings.rate(objectives=objectives, objective_of={7: 1, 8: 2, 9: 3}, seen=every)
    assert [(one.rating, one.by_injects) for one in found] == [
        ("M", False),
        ("U", True),
        ("", False),
    ]
    assert [len(one.said) + len(one.said_of_injects) for one in found] == [4, 2, 0]
    assert ratings.worst(["P", "S"]) == "S" and ratings.worst(["", ""]) == ""
