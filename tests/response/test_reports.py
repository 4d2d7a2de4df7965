"""Filing and returning reports, and the level that follows."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotFound, NotYourDuty
from relief.field import rows as field_rows
from relief.field.models import Alert
from relief.incidents.models import Incident
from relief.incidents.rules import FormUsed, IncidentClosed
from relief.reports import queries
from relief.reports import rows as report_rows
from relief.reports.models import Report, ReportDuty, ReportState
from relief.reports.rules import FiguresRefused
from relief.reports.states import WrongState
from relief.response import queries as response_queries
from relief.response import rows
from relief.response.actions import file_report, return_report
from relief.response.rules import NotHere
from tests import proof
from tests.world import NOW, STARTED, figures, flood, report

LATER = NOW + dt.timedelta(minutes=30)

# Worked example 1: together 499 rooms, 193 households, 1,199 people, 4 dead and missing.
NORTHBANK = {
    "affected_population": 900,
    "deaths": 3,
    "relocated_now": 400,
    "emergency_aid_now": 200,
    "rooms_collapsed": 200,
    "rooms_severe": 100,
    "dwelling_hh_collapsed": 80,
    "dwelling_hh_severe": 30,
}
SOUTHBANK = {
    "affected_population": 500,
    "missing": 1,
    "relocated_now": 200,
    "emergency_aid_now": 199,
    "rooms_collapsed": 50,
    "rooms_severe": 100,
    "dwelling_hh_collapsed": 20,
    "dwelling_hh_severe": 40,
}
HILLTOP = {
    "affected_population": 250,
    "relocated_now": 100,
    "emergency_aid_now": 100,
    "rooms_severe": 49,
    "dwelling_hh_severe": 23,
}


def three_townships(world) -> Incident:
    incident = flood(world)
    report(world, incident, "Northbank", **NORTHBANK)
    report(world, incident, "Southbank", **SOUTHBANK)
    report(world, incident, "Hilltop", **HILLTOP)
    return incident


def suggested(incident) -> tuple:
    latest = incident.assessments.latest()
    return latest.suggested_level, latest.figures["reason"]


def test_three_townships_on_the_boundary_suggest_level_3(world):
    """Worked example 1, from the forms to the kept assessment."""
    incident = three_townships(world)
    latest = incident.assessments.latest()
    assert latest.suggested_level == 3
    assert latest.figures["values"] == {
        "dead_missing": 4,
        "people": 1_199,
        "rooms": 499,
        "households": 193,
        "drought": 0,
    }
    assert len(latest.figures["report_ids"]) == 3


@pytest.mark.parametrize(
    ("change", "level", "reason"),
    [
        ({"rooms_severe": 50}, 2, ["rooms"]),
        ({"dwelling_hh_severe": 30}, 2, ["households"]),
        ({"emergency_aid_now": 101}, 2, ["people"]),
    ],
)
def test_a_correction_assesses_anew(world, change, level, reason):
    """Worked examples 1 to 3: one room, seven households or one person more."""
    incident = three_townships(world)
    report(world, incident, "Hilltop", kind="follow_up", now=LATER, **(HILLTOP | change))
    assert suggested(incident) == (level, reason)
    due = response_queries.proposal_due(assessment=incident.assessments.latest())
    assert due == LATER + dt.timedelta(hours=2)


def test_a_report_changes_its_row_the_duty_and_the_assessment(world):
    incident = flood(world)
    before = proof.last_number(world.real)
    filed = report(world, incident, "Northbank", by="emeka", **NORTHBANK)
    stored = Report.objects.get(id=filed.id)
    assert (stored.seq, stored.state, stored.filed_by) == (1, "adopted", world.users["emeka"].id)
    assert stored.due_at == STARTED + dt.timedelta(hours=1)
    assert stored.figures["relocated_cum"] == 400
    duty = ReportDuty.objects.get(incident=incident, area=world.area("Northbank"))
    assert (duty.kind, duty.last_report_at) == ("follow_up", NOW)
    assert duty.due_at == dt.datetime(2026, 7, 16, 8, 0, tzinfo=NOW.tzinfo)
    proof.says(
        world.real,
        after=before,
        kind="report_filed",
        rows=[
            report_rows.report(filed),
            report_rows.duty_report(duty),
            field_rows.alert(Alert.objects.select_related("area").get()),
            rows.assessment(incident.assessments.latest()),
        ],
    )


def file(world, incident, actor, place="Northbank", **changes):
    asked = {
        "kind": "initial",
        "figures": figures(),
        "as_of": NOW,
        "change_note": "",
        "narrative": "",
        "request_key": uuid.uuid4(),
        "now": NOW,
    } | changes
    return file_report(actor=actor, incident_id=incident.id, area_id=world.area(place).id, **asked)


def test_nobody_else_files_it(world):
    incident = flood(world)
    proof.keeps_out(
        world,
        lambda actor: file(world, incident, actor),
        farah=NotFound,
        gu=NotFound,
        bela=NotYourDuty,
        chidi=NotYourDuty,
    )


def test_reports_come_from_the_countys_townships(world):
    incident, asha = flood(world), world.actor("asha")
    refused = proof.unchanged(lambda: file(world, incident, asha, place="Willow"), NotHere)
    assert str(refused) == (
        "Reports of “July flood” come from the townships of Harbour County; Willow is none."
    )


def test_contradicting_figures_are_refused_field_by_field_and_nothing_is_half_written(world):
    incident, asha = flood(world), world.actor("asha")
    wrong = figures(deaths=2, rooms_severe=1, dwelling_hh_severe=3, relocated_now=0)
    refused = proof.unchanged(lambda: file(world, incident, asha, figures=wrong), FiguresRefused)
    assert [problem.field for problem in refused.problems] == ["deaths", "dwelling_hh_severe"]


def test_the_same_form_twice_is_one_report(world):
    incident, asha, key = flood(world), world.actor("asha"), uuid.uuid4()
    first = file(world, incident, asha, request_key=key)
    number = proof.last_number(world.real)
    assert file(world, incident, asha, request_key=key) == first
    assert proof.last_number(world.real) == number
    proof.unchanged(
        lambda: file(world, incident, asha, place="Southbank", request_key=key), FormUsed
    )


def test_a_late_report_keeps_its_own_time(world):
    incident = flood(world)
    filed = report(world, incident, "Northbank", as_of=STARTED, now=NOW + dt.timedelta(hours=9))
    assert (filed.as_of, filed.due_at < filed.filed_at) == (STARTED, True)


def test_a_zero_report_repeats_the_figures(world):
    incident = three_townships(world)
    zero = file(
        world, incident, world.actor("emeka"), kind="zero", figures={}, as_of=LATER, now=LATER
    )
    assert (zero.seq, zero.figures["deaths"]) == (2, 3)
    assert suggested(incident)[0] == 3
    proof.unchanged(
        lambda: file(
            world,
            incident,
            world.actor("emeka"),
            kind="zero",
            figures={"deaths": 4},
            as_of=LATER,
            now=LATER,
        ),
        FiguresRefused,
    )


def test_a_verified_report_ends_the_series_and_its_duty(world):
    incident = three_townships(world)
    duty = ReportDuty.objects.get(incident=incident, area=world.area("Hilltop"))
    before = proof.last_number(world.real)
    report(world, incident, "Hilltop", kind="verified", now=LATER, **HILLTOP)
    assert not ReportDuty.objects.filter(id=duty.id).exists()
    told = [row for _, rows_ in proof.journal(world.real, after=before) for row in rows_]
    assert [row["v"] for row in told if row["t"] == "duty_report"] == [None]
    proof.unchanged(
        lambda: report(world, incident, "Hilltop", kind="zero", now=LATER, **HILLTOP),
        FiguresRefused,
    )


def test_a_returned_report_no_longer_counts(world):
    incident = three_townships(world)
    wrong = report(
        world,
        incident,
        "Hilltop",
        kind="follow_up",
        now=LATER,
        change_note="counted again",
        **(HILLTOP | {"rooms_severe": 900}),
    )
    assert suggested(incident)[0] == 1
    before = proof.last_number(world.real)

    returned = return_report(
        actor=world.actor("asha"), report_id=wrong.id, note="one zero too many", now=LATER
    )

    assert suggested(incident) == (3, ["dead_missing", "people", "rooms", "households"])
    assert (returned.state, returned.check_note) == (ReportState.RETURNED, "one zero too many")
    duty = ReportDuty.objects.get(incident=incident, area=world.area("Hilltop"))
    assert duty.due_at == LATER + dt.timedelta(hours=1)
    proof.says(
        world.real,
        after=before,
        kind="report_returned",
        rows=[
            report_rows.report(returned),
            report_rows.report(Report.objects.get(area=world.area("Hilltop"), counts=True)),
            report_rows.duty_report(duty),
            rows.assessment(incident.assessments.latest()),
        ],
    )


def test_after_a_returned_initial_report_the_next_is_initial_again(world):
    incident = flood(world)
    first = report(world, incident, "Northbank", **NORTHBANK)
    return_report(actor=world.actor("asha"), report_id=first.id, note="not ours", now=LATER)
    assert queries.current(incident=incident) == []
    second = report(world, incident, "Northbank", now=LATER, **NORTHBANK)
    assert (second.seq, second.kind) == (2, "initial")


def test_returning_a_verified_report_opens_the_series_again(world):
    incident = flood(world)
    report(world, incident, "Northbank", **NORTHBANK)
    last = report(world, incident, "Northbank", kind="verified", now=LATER, **NORTHBANK)
    return_report(actor=world.actor("asha"), report_id=last.id, note="count again", now=LATER)
    assert ReportDuty.objects.filter(incident=incident, area=world.area("Northbank")).exists()
    report(world, incident, "Northbank", kind="follow_up", now=LATER, **NORTHBANK)


def test_only_the_last_report_is_returned_and_with_a_reason(world):
    incident, asha = flood(world), world.actor("asha")
    first = report(world, incident, "Northbank", **NORTHBANK)
    report(world, incident, "Northbank", kind="follow_up", now=LATER, **NORTHBANK)
    refused = proof.unchanged(
        lambda: return_report(actor=asha, report_id=first.id, note="x", now=LATER), WrongState
    )
    assert str(refused) == ("The last report of the chain is expected: no. 2 came after no. 1.")


def test_nobody_else_returns_it(world):
    filed = report(world, flood(world), "Northbank")
    proof.keeps_out(
        world,
        lambda actor: return_report(actor=actor, report_id=filed.id, note="x", now=LATER),
        emeka=NotYourDuty,
        farah=NotFound,
        bela=NotFound,
    )


def test_a_closed_incident_takes_no_reports(world):
    incident = flood(world)
    Incident.objects.filter(id=incident.id).update(status="closed")
    proof.unchanged(lambda: report(world, incident, "Northbank"), IncidentClosed)


def test_an_assessment_keeps_what_it_was_made_under(world):
    incident = three_townships(world)
    latest = incident.assessments.latest()
    latest.profile.thresholds.filter(criterion="rooms").update(lower=1)
    latest.refresh_from_db()
    assert (latest.suggested_level, latest.by_criterion["rooms"]) == (3, 3)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Reports of two townships filed in the same moment."""

    def test_the_last_assessment_knows_both(self, world):
        incident = flood(world)
        proof.at_once(
            lambda: report(world, incident, "Northbank", **NORTHBANK),
            lambda: report(world, incident, "Southbank", **SOUTHBANK),
        )
        assert len(incident.assessments.latest().figures["report_ids"]) == 2

    def test_the_same_form_is_one_report(self, world):
        incident, key = flood(world), uuid.uuid4()
        found = proof.at_once(
            *[lambda: report(world, incident, "Northbank", request_key=key) for _ in range(3)]
        )
        assert len({filed.id for filed in found}) == 1
        assert Report.objects.count() == 1
