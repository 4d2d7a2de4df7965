"""Measures of goods on a journal of a few lines, with numbers that can be checked on paper."""

from typing import Any

import pytest

from relief.drills.measures import fill, journeys, stores, vehicles
from tests.drills.lines import (
    BEGINS,
    COUNTY,
    NORTH,
    SOUTH,
    VILLAGE,
    at,
    delivery,
    holding,
    journal,
    line,
    load,
    need,
    order,
    row,
    said,
)


def test_a_journey_runs_from_the_order_to_the_hand_out():
    gone = {"dispatched_at": said(110), "checked_at": said(105), "state": "on_the_road"}
    here = {**gone, "received_at": said(170), "loads": [load(10, 7, 1, 2), load(5, 5)]}
    history = journal(
        line(60, "plan_approved", delivery(1, NORTH), delivery(2, NORTH, trip=2)),
        line(80, "goods_picked", delivery(1, NORTH, loads=[load(0, None)])),
        line(110, "trip_dispatched", delivery(1, NORTH, **gone)),
        line(150, "goods_handed_out", row("reached", 1, VILLAGE, hand_outs=1)),
        line(170, "trip_received", delivery(1, NORTH, **here)),
        line(175, "plan_approved", delivery(2, NORTH, trip=2, state="cancelled")),
        line(185, "goods_handed_out", row("reached", 1, VILLAGE, hand_outs=2)),
        line(
            200,
            "ordered_by_phone",
            row("order_line", 1, SOUTH, need=None, received=0, stands_for=1, said_at=said(190)),
            delivery(3, SOUTH, trip=3, due_at=said(250)),
        ),
    )
    stops = journeys.halts(history)
    found = journeys.journeys(history, stops=stops, ends_at=at(300))
    one, _taken_back, three = found
    assert (one.ordered_at, one.picked_at, one.checked_at) == (at(60), at(80), at(105))
    assert (one.to_leave, one.to_arrive, one.to_hand, one.in_all) == (50.0, 60.0, 15.0, 110.0)
    assert [(x.by_phone, x.cancelled, x.in_time) for x in found] == [
        (False, False, True), (False, True, None), (True, False, False),
    ]  # fmt: skip
    assert three.ordered_at == at(190)
    every, north, south = journeys.legs(found)
    assert (every.area, every.trips, every.in_all.count) == ("", 2, 1)
    assert (north.trips, north.first_batch) == (1, 110.0)
    assert (south.first_batch, south.to_leave.median) == (None, None)
    got = journeys.receipts(history, stops=stops)
    assert (got.stops, got.differing, got.loaded, got.good) == (1, 1, 15, 12)
    assert (got.damaged, got.short, got.surplus) == (1, 2, 0)


def test_the_fill_rate_weighs_needs_by_people_and_the_worst_off_is_found_at_every_moment():
    history = journal(
        line(0, "response_activated", need(1, NORTH, 300, 100), need(2, NORTH, 100, 10)),
        line(60, "trip_received", order(1, NORTH, 1, 50)),  # half for 300 of 400
        line(120, "trip_received", order(2, NORTH, 2, 3, each=5)),  # 3 for 5 each: more than all
        line(180, "plan_drafted", need(3, SOUTH, 100, 4)),
        line(240, "trip_received", order(3, SOUTH, 3, 4), order(4, SOUTH, None, 9)),
    )
    found = fill.fill(history, begins_at=BEGINS, ends_at=at(300))
    north, south = found.by_township
    assert [(one.minutes, one.share) for one in north.points] == [
        (0.0, 0.0), (60.0, 0.375), (120.0, 0.625),
    ]  # fmt: skip
    assert (south.points[-1].share, south.mean) == (1.0, 0.5)
    assert [one.share for one in found.overall.points] == [0.0, 0.375, 0.625, 0.5, 0.7]
    assert [one.share for one in found.worst.points] == [0.0, 0.375, 0.625, 0.0, 0.625]
    assert (found.worst_area, found.spread_at_end) == (NORTH, 0.375)
    # Four hours of 0, 0.375, 0.625, 0.625, and one more of 0.625.
    assert north.mean == 0.45


@pytest.mark.parametrize(
    ("beside", "earlier"),
    [
        (holding(1, 11, "2027-01-01", 40), 11),
        (holding(1, 11, "2027-01-01", 40, held=40), None),  # promised to others
        (holding(1, 11, "2027-01-01", 40, state="blocked"), None),
        (holding(1, 11, "2026-07-19", 40), None),  # past its last good day
        (holding(1, 11, "2026-07-20", 40), 11),  # its last good day
        (holding(1, 11, "2028-01-01", 40), None),
        (holding(1, 11, None, 40), None),
        (holding(1, 11, "2027-01-01", 40, depot=2), None),
        (holding(1, 11, "2027-01-01", 40, item=6), None),
    ],
)
def test_a_lot_leaves_out_of_order_only_past_one_that_could_have_left_before_it(beside, earlier):
    issued = holding(2, 12, "2027-06-01", 30)
    gone = delivery(1, NORTH, dispatched_at=said(110), state="on_the_road")
    history = journal(
        line(0, "drill_begun", beside, issued),
        line(
            110, "trip_dispatched", gone, holding(2, 12, "2027-06-01", 10), reasons={"12": "named"}
        ),
        line(120, "bin_counted", holding(2, 12, "2027-06-01", 9)),
    )
    found = stores.issues(history, day_of=lambda moment: moment.date())
    (one,) = found.every
    assert (one.units, one.trip, one.earlier, one.in_order) == (20, "YD-1", earlier, not earlier)
    assert one.earlier_free == (40 if earlier else 0)
    assert (found.share, found.explained) == ((0.0, 1) if earlier else (1.0, 0))


def test_what_was_said_twice_is_told_from_what_was_wrong():
    def difference(id: int, kind: str, lot: int | None) -> dict[str, Any]:
        facts = {"item": None, "quantity": 3, "document": "YD-1", "opened_at": said(5)}
        return row("difference", id, COUNTY, kind=kind, lot=lot, **facts, answered_at=None)

    kinds = [("beyond", 4), ("beyond", None), ("received", None), ("unusable", 4)]
    rows = [difference(n, kind, lot) for n, (kind, lot) in enumerate(kinds)]
    found = stores.wrong(journal(line(5, "trip_dispatched", *rows)))
    assert [one.duplicate for one in found] == [False, True, True, False]


def test_a_vehicle_is_busy_until_it_is_back_and_idle_hours_count_while_people_lack_goods():
    # It left 10 min late; the way home, planned from 160 to 220, takes an hour after the receipt.
    gone = {"dispatched_at": said(110), "state": "on_the_road"}
    history = journal(
        line(60, "plan_approved", need(1, NORTH, 10, 10), delivery(1, NORTH)),
        line(110, "trip_dispatched", delivery(1, NORTH, **gone), back_at=said(230)),
        line(
            180,
            "trip_received",
            delivery(1, NORTH, **gone, received_at=said(180)),
            order(1, NORTH, 1, 10),
        ),
    )
    rates = fill.fill(history, begins_at=BEGINS, ends_at=at(300))
    (found,) = vehicles.fleets(
        journeys.halts(history),
        vehicles={1: 2},
        starts_at=at(60),
        ends_at=at(300),
        overall=rates.overall,
    )
    assert (found.vehicles, found.used, found.trips, found.hours) == (2, 1, 1, 8.0)
    # 110 to 240 is away: 130 minutes of twice 240.
    assert (found.busy_hours, found.idle_hours, found.idle_share) == (2.17, 5.83, 0.7292)
    # Short from 60 to 180: twice 120 minutes less the 70 it was away.
    assert found.idle_short_hours == 2.83


def test_two_trips_of_one_vehicle_at_once_are_not_counted_twice():
    spans = [vehicles.Span(at(10), at(30)), vehicles.Span(at(0), at(20)),
             vehicles.Span(at(40), at(50))]  # fmt: skip
    assert vehicles.joined(spans) == [(at(0), at(30)), (at(40), at(50))]
