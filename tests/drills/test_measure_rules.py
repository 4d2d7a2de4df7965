"""Measures of reports and decisions on a journal of a few lines, to be checked on paper."""

from typing import Any

import pytest

from relief.drills.measures import decisions, injects, reports, standards
from relief.drills.measures.arithmetic import spread
from relief.drills.measures.history import Line
from tests.drills.lines import (
    BEGINS,
    CODES,
    COUNTY,
    HILL,
    NORTH,
    SOUTH,
    VILLAGE,
    at,
    goal,
    journal,
    line,
    report,
    row,
    said,
)

# --- arithmetic and acts ---


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([None], (0, None, None, None)),
        ([7.0], (1, 7.0, 7.0, 7.0)),
        ([4.0, 1.0, None, 2.0, 3.0], (4, 2.5, 4.0, 4.0)),
        ([float(n) for n in range(1, 11)], (10, 5.5, 9.0, 10.0)),
        ([float(n) for n in range(1, 12)], (11, 6.0, 10.0, 11.0)),
    ],
)
def test_the_nine_tenths_point_is_one_of_the_times_and_nine_tenths_do_not_exceed_it(times, told):
    found = spread(times)
    assert (found.count, found.median, found.p90, found.longest) == told


def test_entries_of_one_act_are_one_and_the_same_deed_for_another_place_is_another():
    county, north = row("task", 1, COUNTY), row("task", 2, NORTH)
    both = [line(5, "task_finished", county, id=1), line(5, "task_finished", north, id=1)]
    assert len(journal(*both).acts) == 1
    assert len(journal(*both, line(5, "task_finished", north, id=1)).acts) == 2
    assert len(journal(both[0], both[1]._replace(facts={"id": 2})).acts) == 2
    assert len(journal(both[0], both[1]._replace(actor=8)).acts) == 2


# --- reports ---


def test_first_reports_are_timed_from_the_event_and_who_never_reports_is_late():
    truth = {"townships": {CODES[NORTH]: {"deaths": 2}, CODES[SOUTH]: {"deaths": 0}}}
    history = journal(
        line(10, "incident_opened", row("duty_report", 3, HILL, overdue_since=None)),
        line(31, "report_filed", report(1, SOUTH, 30)),
        line(46, "report_filed", report(2, NORTH, 45, kind="zero")),
        line(90, "report_filed", report(3, NORTH, 90)),
        line(99, "report_passed_on", report(4, COUNTY, 99)),
    )

    def found(minute: float) -> tuple:
        told = reports.first_reports(
            history, truth=truth, area=COUNTY, begins_at=BEGINS, ends_at=at(minute),
            goal=goal(40), county_goal=goal(120),
        )  # fmt: skip
        lines = [(one.area, one.expected, one.minutes, one.in_time) for one in told.by_township]
        return lines, told.spread.median, told.in_time_share, told.two_hours_share

    rows = [(NORTH, True, 45.0, False), (SOUTH, False, 30.0, True), (HILL, True, None, False)]
    assert found(300) == (rows, 37.5, 0.0, 0.5)
    # Before the limit is up nobody is late yet.
    assert found(39)[0][2] == (HILL, True, None, None)
    assert found(119)[2:] == (0.0, 1.0)


def test_errors_go_by_version_and_what_was_sent_back_is_no_version():
    truth = {
        "townships": {CODES[NORTH]: {"deaths": 8}, CODES[SOUTH]: {"deaths": 4}},
        "villages": {VILLAGE[-12:]: {"deaths": 5}},
    }
    follow = {"kind": "follow_up"}
    history = journal(
        line(30, "report_filed", report(1, NORTH, 30, figures={"deaths": 2}, counts=False)),
        line(31, "report_filed", report(2, SOUTH, 31, figures={"deaths": "6"})),
        line(
            32,
            "report_filed",
            report(3, NORTH, 32, figures={"deaths": 9}, counts=False, state="returned"),
        ),
        line(60, "report_filed", report(4, NORTH, 60, state="merged", counts=False, **follow)),
        line(70, "report_filed", report(5, NORTH, 70, figures={"deaths": 6}, **follow)),
        line(80, "report_filed", report(6, NORTH, 80, village=VILLAGE, counts=False)),
    )
    found = reports.errors(history, truth=truth, area=COUNTY)
    assert [(one.label, one.round, one.fate) for one in found.versions] == [
        ("initial", 0, "adopted"),
        ("initial", 0, "adopted"),
        ("initial", 0, "returned"),
        ("follow_up", 1, "merged"),
        ("follow_up", 1, "adopted"),
        ("initial", 0, "adopted"),
    ]
    assert found.versions[5].true == {"deaths": 5.0}
    said_of = [(one.label, one.round, one.places, one.told, one.true, one.share, one.worst)
               for one in found.by_version]  # fmt: skip
    assert said_of == [
        # 2 of 8 and 6 of 4: too few together, and three quarters too few at worst.
        ("initial", 0, 2, 8.0, 12.0, -0.3333, -0.75),
        ("follow_up", 1, 1, 6.0, 8.0, -0.25, -0.25),
    ]
    # What counts at the end: 6 of each, as many too many in the south as too few in the north.
    (at_end,) = found.at_end
    assert (at_end.told, at_end.true, at_end.share) == (12.0, 12.0, 0.0)
    assert found.returned == 2


@pytest.mark.parametrize(
    ("marked", "heard", "reached", "noticed"),
    [
        (72, 130, None, 72.0),  # marked overdue, heard when the telephone was back
        (None, 130, None, None),
        (72, None, None, 72.0),
        (None, None, None, None),
        (72, 50, None, 50.0),  # by other means, before it was due
        (140, 130, None, None),  # overdue with a later report
        (72, 130, 65, 65.0),  # somebody got through before anybody missed a report
        (72, 130, 90, 72.0),
        (None, None, 90, 90.0),
        (None, 130, 140, None),  # it had reported by then
        (None, 50, 60, 50.0),
    ],
)
def test_a_silent_township_is_noticed_when_it_is_marked_or_reached_by_other_means(
    marked, heard, reached, noticed
):
    lines = []
    if marked:
        duty = row("duty_report", 1, NORTH, overdue_since=said(60))
        lines.append(line(marked, "reports_overdue", duty, actor=None))
    if heard:
        lines.append(line(heard, "report_filed", report(1, NORTH, heard)))
    if reached:
        facts = {"area": NORTH, "at": said(reached)}
        lines.append(line(reached + 5, "contact_made", row("contact", 1, NORTH), **facts))
    (found,) = reports.silences(
        journal(*lines), truth={"silent": {CODES[NORTH]: 2}}, area=COUNTY, begins_at=BEGINS
    )
    assert (found.hours, found.silent_until, found.minutes) == (2, at(120), noticed)


# --- decisions, injects, standards ---


def plan(minute: float, drafted: float, kind: str, **values: Any) -> Line:
    drawn = row("plan", 1, COUNTY, number="FA-1", drafted_at=said(drafted), state=kind)
    return line(minute, kind, drawn, number="FA-1", **values)


def test_a_decision_is_stale_with_newer_reports_unseen_ones_or_old_figures():
    def found(*between: Line, minute: float = 90) -> tuple:
        history = journal(
            line(30, "report_filed", report(1, NORTH, 30, as_of=said(20))),
            plan(60, 60, "plan_drafted"),
            *between,
            plan(minute, 60, "plan_approved"),
        )
        told = decisions.decisions(history, area=COUNTY, goal=goal(120), forward=goal(30))
        (one,) = told.every
        assert (one.name, one.rests_on, one.as_of) == ("FA-1", at(60), at(20))
        return one.age_minutes, one.newer, one.waiting, [str(why) for why in one.stale]

    assert found() == (70.0, 0, 0, [])
    newer = line(60, "report_filed", report(2, SOUTH, 60))
    assert found(newer) == (70.0, 1, 0, ["newer_reports"])
    waiting = line(60, "report_filed", report(2, SOUTH, 60, state="waiting", counts=False))
    assert found(waiting) == (70.0, 0, 1, ["waiting_reports"])
    # Half an hour is the limit, and it has not lain so long.
    assert found(waiting, minute=89) == (69.0, 0, 0, [])
    assert found(minute=141) == (121.0, 0, 0, ["too_old"])


@pytest.mark.parametrize(
    ("told", "plan", "outcome"),
    [
        ({"sent_at": 10, "done_at": 40}, {}, "in_time"),
        ({"sent_at": 10, "done_at": 41}, {}, "late"),
        ({"sent_at": 10, "done_at": 41}, {"deadline_minutes": None}, "in_time"),
        ({"sent_at": 10}, {}, "never"),
        ({"sent_at": 280}, {}, "open"),
        ({"sent_at": 10}, {"deadline_minutes": None}, "never"),
        ({"sent_at": 10, "received_at": 12}, {"watched": False}, "judged"),
        ({}, {"due_at": at(10)}, "overdue"),
        ({}, {"due_at": at(310)}, "unsent"),
        ({}, {"due_at": None}, "unsent"),
        ({}, {"held_back": True}, "left_out"),
    ],
)
def test_an_inject_goes_as_its_times_say(told, plan, outcome):
    rows = [row("inject", 1, COUNTY, **{key: said(told.get(key)) for key in
            ("sent_at", "received_at", "done_at")})] if told else []  # fmt: skip
    planned = {"deadline_minutes": 30, "watched": True, "held_back": False, "due_at": at(10)}
    script = [injects.Planned(1, 1, "duty", None, **planned | plan)]
    history = journal(line(5, "inject_sent", *rows, actor=None))
    (found,) = injects.injects(history, planned=script, ends_at=at(300), over=True).every
    assert found.outcome == outcome


def test_what_players_did_goes_by_their_seats_and_an_empty_seat_is_named():
    history = journal(
        line(5, "inject_received", actor=1),
        line(6, "plan_proposed", actor=1),
        line(7, "inject_received", actor=1),
        line(8, "drill_noted", actor=99),
    )
    players = [injects.Player(1, "duty", False), injects.Player(2, "keeper", True)]
    person, nobody = injects.activity(history, seats=["duty", "keeper"], players=players)
    assert (person.seats, person.acts, person.is_robot) == (("duty",), 3, False)
    assert person.by_kind == {"inject_received": 2, "plan_proposed": 1}
    assert (person.first_at, person.last_at) == (at(5), at(7))
    assert (nobody.seats, nobody.user, nobody.acts) == (("keeper",), None, 0)


def test_standards_say_how_far_each_was_met_and_what_was_not_due_is_not_failed():
    history = journal(
        line(30, "report_filed", report(1, NORTH, 30)),
        line(
            30,
            "report_filed",
            row("assessment", 1, COUNTY, suggested_level=3, computed_at=said(30)),
        ),
        line(100, "report_passed_on", report(2, COUNTY, 100)),
        line(130, "report_filed", report(3, SOUTH, 130)),
        line(
            180, "response_activated", row("activation", 1, COUNTY, level=3, started_at=said(180))
        ),
        line(
            190,
            "task_finished",
            row("task", 1, COUNTY, due_at=said(185), done_at=said(190)),
            row("task", 2, COUNTY, due_at=said(200), done_at=said(190)),
            row("task", 3, COUNTY, due_at=said(900), done_at=None),
        ),
    )
    truth = {"townships": {CODES[NORTH]: {"deaths": 1}, CODES[SOUTH]: {"deaths": 1}}}
    limits = {
        standards.TOWNSHIP: goal(60),
        standards.COUNTY: goal(120),
        standards.FORWARD: goal(120),
        standards.RESPONSE: goal(120),
        standards.FIRST_BATCH: goal(360),
    }
    times = {"area": COUNTY, "begins_at": BEGINS, "ends_at": at(200)}
    first = reports.first_reports(
        history, truth=truth, goal=limits[standards.TOWNSHIP], county_goal=None, **times
    )
    found = standards.standards(history, goals=limits, first=first, legs=(), **times)
    assert [(str(x.key), x.reached, x.in_time, x.of, x.met) for x in found] == [
        ("township_reports", 130.0, 1, 2, False),
        ("county_report", 100.0, 1, 1, True),
        ("forwarded", None, 1, 1, True),  # the south's is not due yet
        ("response", 150.0, 0, 1, False),
        ("first_batch", None, 0, 0, None),
        ("tasks", None, 1, 2, False),
    ]
