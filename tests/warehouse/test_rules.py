"""Working days, totals of a stocktake, where returned goods come from, on paper."""

import datetime as dt

import pytest

from relief.warehouse import rules

NOON = dt.datetime(2026, 7, 15, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [
        ("2026-07-15", 5, "2026-07-22"),  # Wednesday; a weekend lies between
        ("2026-07-17", 1, "2026-07-20"),  # Friday
        ("2026-07-18", 1, "2026-07-20"),  # Saturday
        ("2026-07-19", 5, "2026-07-24"),  # Sunday
        ("2026-07-15", 0, "2026-07-15"),
    ],
)
def test_working_days_leave_out_saturdays_and_sundays(day, days, due):
    first = dt.date.fromisoformat(day)
    assert rules.working_days_after(day=first, days=days) == dt.date.fromisoformat(due)


def test_a_lot_in_two_bins_is_summed_and_a_second_round_replaces_the_first():
    def tally(lot, bin, round, quantity, minutes):
        at = NOON + dt.timedelta(minutes=minutes)
        return rules.Tally(lot, bin, round, quantity, at)

    found = rules.totals(
        [
            tally(1, 7, 1, 30, 0),
            tally(1, 8, 1, 12, 5),
            tally(2, 7, 1, 9, 0),
            tally(2, 7, 2, 8, 30),
            tally(2, 8, 2, 3, 40),
        ]
    )
    assert found[1] == rules.Total(42, NOON + dt.timedelta(minutes=5))
    assert found[2] == rules.Total(11, NOON + dt.timedelta(minutes=40))


@pytest.mark.parametrize(
    ("units", "received", "issued", "parts"),
    [
        (10, 20, 5, (10, 0, 0)),
        (10, 6, 5, (6, 4, 0)),
        (10, 3, 5, (3, 5, 2)),
        (10, 0, 0, (0, 0, 10)),
    ],
)
def test_goods_come_back_from_the_township_then_households_then_beyond(
    units, received, issued, parts
):
    assert rules.from_where(units=units, received=received, issued=issued) == parts


def test_the_newest_order_line_lets_go_first_and_only_as_far_as_needed():
    held = [(4, 10), (9, 6), (7, 5)]
    assert rules.let_go(needed=8, held=held) == {9: 6, 7: 2}
    assert rules.let_go(needed=0, held=held) == {}
