"""Verifying reports, and the clock that marks silent townships."""

import datetime as dt

from relief.access.gate import NotYourDuty
from relief.incidents.models import Incident
from relief.reports import rows
from relief.reports.actions import mark_overdue, verify_report
from relief.reports.models import Report, ReportDuty, ReportState
from relief.reports.states import WrongState
from relief.response.actions import return_report
from tests import proof
from tests.world import NOW, STARTED, flood, report

LATER = NOW + dt.timedelta(minutes=20)


def test_asha_verifies_a_report(world):
    filed = report(world, flood(world), "Northbank", deaths=0)
    before = proof.last_number(world.real)

    verified = verify_report(
        actor=world.actor("asha"), report_id=filed.id, note="by phone", now=LATER
    )

    stored = Report.objects.get(id=filed.id)
    assert (stored.state, stored.checked_by, stored.checked_at, stored.check_note) == (
        ReportState.VERIFIED,
        world.users["asha"].id,
        LATER,
        "by phone",
    )
    proof.says(world.real, after=before, kind="report_verified", rows=[rows.report(verified)])


def test_nobody_else_verifies_it(world):
    filed = report(world, flood(world), "Northbank")
    proof.keeps_out(
        world,
        lambda actor: verify_report(actor=actor, report_id=filed.id, note="", now=LATER),
        emeka=NotYourDuty,
    )


def test_a_township_does_not_even_find_its_neighbours_report(world):
    filed = report(world, flood(world), "Northbank")
    seen = Report.objects.visible_to(world.actor("farah"))
    assert not seen.filter(id=filed.id).exists()
    assert Report.objects.visible_to(world.actor("emeka")).filter(id=filed.id).exists()


def test_a_report_is_verified_once_and_a_returned_one_never(world):
    filed = report(world, flood(world), "Northbank")
    asha = world.actor("asha")

    def verify():
        return verify_report(actor=asha, report_id=filed.id, note="", now=LATER)

    verify()
    assert "this one is verified" in str(proof.unchanged(verify, WrongState))
    return_report(actor=asha, report_id=filed.id, note="wrong village", now=LATER)
    assert "this one is returned" in str(proof.unchanged(verify, WrongState))


def due(world, name: str, incident: Incident) -> ReportDuty:
    return ReportDuty.objects.get(incident=incident, area=world.area(name))


def test_a_silent_township_is_marked_a_minute_after_its_time(world):
    incident = flood(world)
    report(world, incident, "Northbank")
    at_due = STARTED + dt.timedelta(minutes=60)
    before = proof.last_number(world.real)

    assert mark_overdue(now=at_due) == 0
    assert proof.last_number(world.real) == before
    assert mark_overdue(now=at_due + dt.timedelta(minutes=1)) == 1

    silent = due(world, "Southbank", incident)
    assert silent.overdue_since == at_due
    assert due(world, "Northbank", incident).overdue_since is None
    proof.says(world.real, after=before, kind="reports_overdue", rows=[rows.duty_report(silent)])
    assert mark_overdue(now=at_due + dt.timedelta(minutes=2)) == 0


def test_a_report_ends_the_silence_and_its_last_values_stood_meanwhile(world):
    incident = flood(world)
    report(world, incident, "Northbank", deaths=1, affected_population=50)
    next_day = dt.datetime(2026, 7, 16, 8, 1, tzinfo=NOW.tzinfo)
    assert mark_overdue(now=next_day) == 3  # two townships and the county itself
    assert incident.assessments.latest().figures["sums"]["deaths"] == 1

    report(
        world,
        incident,
        "Northbank",
        kind="zero",
        as_of=dt.datetime(2026, 7, 16, 0, 0, tzinfo=NOW.tzinfo),
        now=next_day + dt.timedelta(minutes=5),
        deaths=1,
        affected_population=50,
    )
    duty = due(world, "Northbank", incident)
    assert duty.overdue_since is None
    assert duty.due_at == dt.datetime(2026, 7, 17, 8, 0, tzinfo=NOW.tzinfo)


def test_drill_and_real_silence_are_told_in_their_own_books(world):
    flood(world)
    flood(world, by="iris")
    before = {book.id: proof.last_number(book) for book in (world.real, world.drill)}
    assert mark_overdue(now=STARTED + dt.timedelta(minutes=61)) == 4
    for book in (world.real, world.drill):
        ((kind, told), *more) = proof.journal(book, after=before[book.id])
        assert kind == "reports_overdue"
        assert len(told) + sum(len(rows_) for _, rows_ in more) == 2


def test_no_clock_runs_for_a_stable_incident(world):
    incident = flood(world)
    Incident.objects.filter(id=incident.id).update(status="stable")
    assert mark_overdue(now=NOW + dt.timedelta(days=3)) == 0
