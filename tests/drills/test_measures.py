"""The report's numbers, counted a second time from the journal, and against the tables."""

import copy
import dataclasses
import datetime as dt
import random
from enum import Enum
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Min, Sum

from relief.access.models import Duty
from relief.deliveries.models import Difference, Fleet, Load, Stop
from relief.drills import control
from relief.drills.measures import Evaluation, measure
from relief.drills.measures.evaluation import JournalGone, of_history
from relief.drills.measures.history import Line, read
from relief.drills.measures.shapes_basis import Goal
from relief.drills.models import Inject, InjectState
from relief.journal.models import Book
from relief.ledger.models import MovementKind, Posting
from relief.norms.models import Norm
from relief.reports.models import Report, ReportDuty
from relief.response.models import Activation
from tests.drills.recount import recount
from tests.drills.recount_basis import Given, entries_of

KEYS = (
    "deadline.initial.township",
    "deadline.initial.county",
    "deadline.forward",
    "proposal.office",
    "first_batch.county",
    "decision.data_age",
)
HEAD = ("drill", "state", "begins_at", "ends_at")


def plain(value: Any) -> Any:
    """Records as dicts, tuples as lists, enumerations as their values."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def numbers(evaluation: Evaluation) -> dict[str, Any]:
    return {key: one for key, one in plain(evaluation).items() if key not in HEAD}


def goals() -> dict[str, dict[str, Any]]:
    return {
        norm.key: {
            "key": norm.key,
            "limit": norm.numerator / norm.denominator,
            "unit": norm.unit,
            "title": norm.document.title,
            "title_en": norm.document.title_en,
            "number": norm.document.number,
            "assumed": norm.assumed,
        }
        for norm in Norm.objects.filter(key__in=KEYS).select_related("document")
    }


def given(hall) -> Given:
    """What the journal does not hold, straight from the tables."""
    drill = hall.fresh()
    players: dict[int, tuple[list[str], bool]] = {}
    for seat in drill.seats.order_by("id"):
        players.setdefault(seat.robot_id, ([], True))[0].append(seat.key)
        for duty in Duty.objects.filter(book=drill.book, role=seat.role, area=seat.area):
            if duty.user_id != seat.robot_id:
                players.setdefault(duty.user_id, ([], False))[0].append(seat.key)
    return Given(
        area=drill.area.path,
        begins_at=drill.begins_at,
        ends_at=drill.begins_at + 60 * (hall.real - drill.started_at),
        over=drill.state in ("ended", "stopped"),
        truth=drill.truth,
        goals=goals(),
        fleets=dict(Fleet.objects.values_list("id", "count")),
        injects=[
            {
                "inject": one.pk,
                "number": one.number,
                "seat": one.seat.key,
                "objective": one.objective_id,
                "due_at": one.due_at,
                "deadline": one.deadline_minutes,
                "watched": one.done_when is not None,
                "held_back": one.state == InjectState.SKIPPED or not one.enabled,
            }
            for one in Inject.objects.filter(drill=drill).select_related("seat").order_by("number")
        ],
        seats=[seat.key for seat in drill.seats.all()],
        players=players,
    )


def measured(entries: list[dict[str, Any]], hall, told: Given) -> dict[str, Any]:
    """The evaluation of these entries, whatever stands in the journal."""
    lines = [Line(*(one[name] for name in Line._fields)) for one in entries]
    said = {key: Goal(**goal) for key, goal in told.goals.items()}
    return numbers(of_history(read(lines), drill=hall.drill, ends_at=told.ends_at, goals=said))


def test_every_number_is_the_one_counted_from_the_entries_and_stands_in_the_tables(hall):
    hall.begin()
    for _ten_minutes in range(25):
        hall.turn(seconds=10)
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real)
    told = given(hall)
    entries = entries_of(hall.drill.book_id)
    found = measure(drill=hall.drill, real=hall.real + dt.timedelta(days=1))
    assert found.ends_at == told.ends_at
    whole = numbers(found)
    assert whole == recount(entries, told)
    _stands_in_the_tables(found, hall)
    _every_kind_of_entry_matters(entries, hall, told, whole)
    _a_journal_cut_anywhere_is_counted_alike(entries, hall, told)
    _gone_at_the_beginning_it_is_refused(hall)


def _stands_in_the_tables(found: Evaluation, hall) -> None:
    book = hall.drill.book_id
    county = hall.drill.area_id
    filed = Report.objects.filter(book=book).exclude(area=county)
    first = dict(filed.values_list("area__path").annotate(first=Min("filed_at")))
    reports = found.first_reports.by_township
    assert {one.area: one.filed_at for one in reports if one.filed_at} == first
    assert len(found.errors.versions) == filed.count() > 2
    counted = {one.report for one in found.errors.versions if one.counted}
    assert counted == set(filed.filter(counts=True).values_list("id", flat=True))
    overdue = ReportDuty.objects.filter(book=book).exclude(overdue_since=None)
    assert set(overdue.values_list("area__path", flat=True)) <= {
        one.area for one in found.silent if one.marked_at
    } | {one.area for one in reports if not one.in_time}
    stops = Stop.objects.filter(book=book)
    assert {one.stop: (one.left_at, one.received_at) for one in found.journeys} == {
        stop: (left, came)
        for stop, left, came in stops.values_list("id", "trip__dispatched_at", "received_at")
    }
    loads = Load.objects.filter(book=book, stop__received_at__isnull=False, loaded__gt=0)
    sums = loads.aggregate(loaded=Sum("loaded"), good=Sum("good"), short=Sum("short"))
    got = found.receipts
    assert {"loaded": got.loaded, "good": got.good, "short": got.short} == sums
    left = Posting.objects.filter(
        movement__book=book, movement__kind=MovementKind.DISPATCH, account__kind="store"
    )
    units = left.aggregate(units=Sum("quantity"))["units"]
    assert sum(one.units for one in found.issues.every) == -units > 0
    assert len(found.wrong) == Difference.objects.filter(book=book).count()
    started = Activation.objects.filter(book=book, area=county).count()
    kinds = [one.kind for one in found.decisions.every]
    assert kinds.count("response_activated") == started > 0
    sent = Inject.objects.filter(drill=hall.drill).exclude(sent_at=None)
    assert found.injects.sent == sent.count() == 3
    done = sent.filter(state=InjectState.DONE)
    assert found.injects.in_time + found.injects.late == done.count() == 2
    acts = dict(
        hall.drill.book.entries.values_list("actor").annotate(kinds=Count("kind", distinct=True))
    )
    assert all(len(one.by_kind) == acts[one.user] for one in found.activity if one.user)
    assert found.silent and found.fleets and found.issues.every and found.fill.worst


MATTER = {
    "report_filed": "first_reports",
    "report_passed_on": "standards",
    "reports_overdue": "silent",
    "response_activated": "decisions",
    "plan_approved": "journeys",
    "trip_dispatched": "issues",
    "trip_received": "fill",
    "goods_handed_out": "journeys",
    "task_finished": "standards",
    "inject_received": "injects",
    "injects_done": "injects",
}


def _every_kind_of_entry_matters(
    entries: list[dict[str, Any]], hall, told: Given, whole: dict[str, Any]
) -> None:
    kinds = {one["kind"] for one in entries}
    for kind, part in MATTER.items():
        assert kind in kinds, f"the drill has no {kind}"
        without = measured([one for one in entries if one["kind"] != kind], hall, told)
        assert without[part] != whole[part], f"{part} does not rest on {kind}"
    # One figure of the last report, the units of the last receipt and departure.
    for word, table, changed, part in (
        ("report_filed", '"t":"report"', '"affected_population":', "errors"),
        ("trip_received", '"t":"order_line"', '"received":', "fill"),
        ("trip_dispatched", '"t":"holding"', '"on_hand":', "issues"),
    ):
        other = copy.deepcopy(entries)
        line = next(x for x in reversed(other) if x["kind"] == word and table in x["rows"])
        before, after = line["rows"].split(changed, 1)
        line["rows"] = before + changed + "1" + after.lstrip(" ")
        assert measured(other, hall, told)[part] != whole[part], f"{part} does not rest on {word}"


def _a_journal_cut_anywhere_is_counted_alike(
    entries: list[dict[str, Any]], hall, told: Given
) -> None:
    """Whatever had happened by then: the same numbers both ways, and no division by naught."""
    source = random.Random(20260720)
    acts = sorted({one["xmin"]: one["number"] for one in reversed(entries)}.values())
    for start in [acts[0], *source.sample(acts[1:], 3)]:
        some = [one for one in entries if one["number"] < start]
        early = copy.copy(told)
        early.ends_at = max([told.begins_at, *(one["happened_at"] for one in some)])
        assert measured(some, hall, early) == recount(some, early)


def _gone_at_the_beginning_it_is_refused(hall) -> None:
    Book.objects.filter(id=hall.drill.book_id).update(kept_from=2)
    with pytest.raises(JournalGone) as gone:
        measure(drill=hall.drill, real=hall.real)
    assert gone.value.kept_from == 2


def test_where_nobody_acted_everything_is_late_or_has_nothing_to_say(hall):
    before = measure(drill=hall.drill, real=hall.real)
    assert (before.hours, before.entries, before.standards[0].met) == (0.0, 0, None)
    assert numbers(before)["first_reports"]["in_time_share"] is None
    hall.drill.seats.update(user=hall.world.users["dana"])  # who never does anything
    hall.begin()
    hall.turn(seconds=1)
    hall.turn(seconds=299)
    running = measure(drill=hall.fresh(), real=hall.real)
    assert running.hours == 5.0
    assert [one.outcome for one in running.injects.every] == ["never", "unsent", "unsent", "judged"]
    assert [(one.reached, one.met) for one in running.standards] == [
        (None, False),  # no township reported
        (None, False),  # nor did the county
        (None, None),  # so there was nothing to pass on,
        (None, None),  # nothing to respond to,
        (None, None),  # nothing ordered,
        (None, None),  # and no measure to take
    ]
    assert running.first_reports.in_time_share == 0.0
    assert (running.fill.overall, running.fill.worst_area, running.legs) == (None, None, ())
    assert (running.issues.share, running.decisions.share, running.fleets) == (None, None, ())
    assert all(one.noticed_at is None for one in running.silent)
    assert {one.acts for one in running.activity} == {0}
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=hall.real, real_event="真实洪水")
    stopped = measure(drill=hall.fresh(), real=hall.real)
    assert stopped.state == "stopped"
    told = given(hall)
    assert numbers(stopped) == recount(entries_of(hall.drill.book_id), told)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM norms_norm WHERE key = ANY(%s)", [list(KEYS)])
    bare = measure(drill=hall.drill, real=hall.real)
    assert {(one.goal, one.met) for one in bare.standards} == {(None, None)}
