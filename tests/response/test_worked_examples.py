"""The clocks and the series of one disaster, told as a county lives them."""

import datetime as dt
import uuid

from relief.reports.actions import mark_overdue
from relief.reports.models import ReportDuty
from relief.reports.queries import current, due_times
from relief.reports.rules import FiguresRefused
from relief.response.desk import report_up
from tests import proof
from tests.response.phones import file
from tests.world import NOW, flood, report

ZONE = NOW.tzinfo


def at(hour: int, minute: int = 0, day: int = 15) -> dt.datetime:
    return dt.datetime(2026, 7, day, hour, minute, tzinfo=ZONE)


def pass_on(world, incident, now):
    return report_up(
        actor=world.actor("asha"),
        incident_id=incident.id,
        narrative="",
        request_key=uuid.uuid4(),
        now=now,
    )


def test_the_clocks_of_a_disaster_at_0340(world):
    """Township 04:40, county 05:40; received at 05:20 the prefecture is due 07:20."""
    incident = flood(world)
    report(world, incident, "Northbank", affected_population=50, deaths=5, missing=4, now=NOW)
    stands = due_times(incident=incident, now=NOW)
    assert (stands.township, stands.county) == (at(4, 40), at(5, 40))
    assert (stands.onward, stands.copies) == (None, None)

    before = proof.last_number(world.real)
    report(world, incident, "Southbank", affected_population=1, missing=1, now=at(4, 30))
    assert due_times(incident=incident, now=at(4, 30)).copies == at(5, 40)
    told = [row for _, rows_ in proof.journal(world.real, after=before) for row in rows_]
    duties = {row["a"]: row["v"] for row in told if row["t"] == "duty_report"}
    assert duties[world.county.path]["copies_due_at"] == "2026-07-14T21:40:00Z"

    sent = pass_on(world, incident, at(5, 20))
    assert sent.figures["deaths"] + sent.figures["missing"] == 10
    stands = due_times(incident=incident, now=at(5, 20))
    assert (stands.onward, stands.copies) == (at(7, 20), None)
    report(
        world, incident, "Southbank", kind="follow_up", missing=1, affected_population=2, now=at(6)
    )
    assert due_times(incident=incident, now=at(6)).copies is None


def test_the_tenth_death_that_is_known_late_is_passed_on_within_two_hours(world):
    incident = flood(world)
    report(world, incident, "Northbank", affected_population=50, deaths=10, now=at(9))
    assert due_times(incident=incident, now=at(9)).copies == at(11)
    report(
        world,
        incident,
        "Northbank",
        kind="follow_up",
        affected_population=50,
        deaths=9,
        change_note="one was alive",
        now=at(10),
    )
    assert due_times(incident=incident, now=at(10)).copies is None


def test_silence_is_seen_in_the_minute_after_it_was_due(world):
    """Data as at 24:00: township 08:00, county 09:00, then 10:00 and 12:00; overdue at 08:01."""
    incident = flood(world)
    report(world, incident, "Northbank", affected_population=40, deaths=1)
    pass_on(world, incident, at(5))
    report(world, incident, "Southbank", now=at(4, 40))
    assert due_times(incident=incident, now=NOW).daily == tuple(
        at(hour, day=16) for hour in (8, 9, 10, 12)
    )
    file(
        world, incident, "Southbank", by="farah", kind="zero", extends=current(incident=incident)[1]
    )
    morning = at(0, day=16)
    report(
        world,
        incident,
        "Southbank",
        by="farah",
        kind="zero",
        as_of=morning,
        now=at(7, day=16),
    )
    assert mark_overdue(now=at(8, day=16)) == 0
    before = proof.last_number(world.real)
    assert mark_overdue(now=at(8, 1, day=16)) == 1
    ((kind, rows_),) = proof.journal(world.real, after=before)
    assert (kind, rows_[0]["a"]) == ("reports_overdue", world.area("Northbank").path)
    assert rows_[0]["v"]["overdue_since"] == "2026-07-16T00:00:00Z"
    counting = {one.area.name_en: one.figures["deaths"] for one in current(incident=incident)}
    assert counting == {"Northbank": 1, "Southbank": 0}
    assert mark_overdue(now=at(9, 0, day=16)) == 0
    assert mark_overdue(now=at(9, 1, day=16)) == 1
    assert ReportDuty.objects.get(area=world.county).overdue_since == at(9, day=16)


def test_crops_falling_from_1200_to_480_hectares_need_a_reason(world):
    incident = flood(world)
    first = file(world, incident, "Northbank", crop_affected_ha=1200)
    less = {"extends": first, "crop_affected_ha": 480, "now": at(5), "as_of": at(5)}
    refused = proof.unchanged(lambda: file(world, incident, "Northbank", **less), FiguresRefused)
    assert [problem.field for problem in refused.problems] == ["crop_affected_ha"]
    assert "falls from 1200 to 480" in str(refused)
    done = file(world, incident, "Northbank", reason="double_count", **less)
    assert (done.change_reason, done.figures["crop_affected_ha"]) == ("double_count", "480")
