"""The logs of a drill as files: its journal whole, and tables that a spreadsheet opens."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.access.models import User
from relief.drills.models import Drill
from relief.journal.models import Book, ClockSegment, Entry
from relief.messaging.models import Message
from relief.web.drills.report_page import Report
from relief.web.papers.xlsx import FORMULA
from relief.web.templatetags.evaluated import rating
from relief.web.templatetags.shown import person
from relief.web.told_words import sentence

Pieces = Iterator[bytes]


def tables(report: Report) -> Iterator[tuple[str, Pieces]]:
    """Path and content of every log, one after the other."""
    drill = report.drill
    # What was found afterwards is told in the same journal.
    upto = Book.objects.values_list("last_number", flat=True).get(id=drill.book_id)
    yield "03-logs/journal.jsonl", _journal(drill, upto)
    yield "03-logs/journal.csv", _csv(_journal_lines(drill, upto))
    yield "03-logs/clock.csv", _csv(_clock(drill))
    yield "03-logs/notes.csv", _csv(_notes(drill))
    yield "03-logs/messages.csv", _csv(_messages(drill))
    yield "04-observations/observations.csv", _csv(_observations(drill))
    yield "06-report/findings.csv", _csv(_findings(report))
    yield "06-report/improvements.csv", _csv(_improvements(report))


def _entries(drill: Drill, upto: int) -> Iterable[Entry]:
    found = Entry.objects.filter(book=drill.book_id, number__lte=upto)
    return found.order_by("number").iterator(chunk_size=500)


def _journal(drill: Drill, upto: int) -> Pieces:
    """Every entry with the rows it changed, one JSON object a line."""
    for entry in _entries(drill, upto):
        line = {
            "number": entry.number,
            "at": entry.happened_at.isoformat(),
            "kind": entry.kind,
            "area": entry.area,
            "wide": entry.wide,
            "audience": entry.audience,
            "actor": entry.actor,
            "facts": entry.facts,
            "rows": json.loads(entry.rows),
        }
        yield (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _journal_lines(drill: Drill, upto: int) -> Iterator[list[Any]]:
    yield [_("No."), _("Drill time"), _("Who"), _("What happened"), _("Area")]
    people = _People()
    for entry in _entries(drill, upto):
        words = sentence(entry.kind, entry.facts)
        yield [entry.number, entry.happened_at, people.name(entry.actor), words, entry.area]


def _clock(drill: Drill) -> Iterator[list[Any]]:
    yield [_("Real time"), _("Drill time"), _("Clock rate"), _("Who")]
    people = _People()
    for one in ClockSegment.objects.filter(book=drill.book_id).order_by("id"):
        yield [one.real_start, one.sim_start, one.rate, people.name(one.set_by)]


def _notes(drill: Drill) -> Iterator[list[Any]]:
    yield [_("Drill time"), _("Who"), _("Remark")]
    people = _People()
    for one in drill.notes.order_by("at", "id"):
        yield [one.at, people.name(one.noted_by), one.text]


def _messages(drill: Drill) -> Iterator[list[Any]]:
    yield [_("Drill time"), _("Telephone"), _("Who"), _("Text"), _("State"), _("Sent")]
    for one in Message.objects.filter(book=drill.book_id).order_by("id"):
        state = one.get_state_display()
        yield [one.made_at, one.phone, one.person, one.text, state, one.sent_at]


def _observations(drill: Drill) -> Iterator[list[Any]]:
    yield [
        *(_("Drill time"), _("Evaluator"), _("Inject"), _("Objective")),
        *(_("Seen by the evaluator"), _("Rating"), _("Remark"), _("Photos")),
    ]
    seen = {True: _("yes"), False: _("no"), None: ""}
    found = drill.observations.select_related("noted_by", "inject", "objective")
    for one in found.order_by("seen_at", "id"):
        yield [
            one.seen_at,
            person(one.noted_by),
            one.inject.number if one.inject else None,
            one.objective,
            seen[one.seen],
            rating(one.rating),
            one.note,
            " ".join(one.photos),
        ]


def _findings(report: Report) -> Iterator[list[Any]]:
    yield [_("Kind"), _("What was found"), _("Objective"), _("Who"), _("Time")]
    people = _People()
    for one in report.findings:
        kind, who = one.get_kind_display(), people.name(one.noted_by)
        yield [kind, one.text, one.objective, who, one.noted_at]


def _improvements(report: Report) -> Iterator[list[Any]]:
    yield [
        *(_("Problem"), _("What is to be done"), _("Who answers for it"), _("To be done by")),
        *(_("Plan to be revised"), _("Done on"), _("Remark")),
    ]
    for one in report.improvements:
        yield [
            *(one.problem, one.action, one.owner, one.due_on),
            *(one.revises, one.done_on, one.done_note),
        ]


class _People:
    """Names of people by id, each read once; of nobody, the clock did it."""

    def __init__(self) -> None:
        self.known: dict[int, str] = {}

    def name(self, user_id: int | None) -> str:
        if user_id is None:
            return person(None)
        if user_id not in self.known:
            found = User.objects.filter(id=user_id).first()
            self.known[user_id] = person(found) if found else str(user_id)
        return self.known[user_id]


def _csv(rows: Iterable[list[Any]]) -> Pieces:
    """UTF-8 with the mark that spreadsheets look for; no text begins like a formula."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    made.write("\ufeff")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield made.getvalue().encode()
        made.seek(0)
        made.truncate()


def _cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if hasattr(value, "tzinfo"):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
