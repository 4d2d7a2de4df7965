"""What may leave a store, on paper."""

import datetime as dt

from relief.stock import rules

TODAY = dt.date(2026, 7, 15)


def test_the_expiry_date_itself_is_the_last_good_day():
    assert rules.usable(state="good", good_until=TODAY, on=TODAY)
    assert not rules.usable(state="good", good_until=TODAY - dt.timedelta(days=1), on=TODAY)


def test_a_lot_that_never_expires_is_usable():
    assert rules.usable(state="good", good_until=None, on=TODAY)


def test_quarantined_and_condemned_lots_are_not_usable():
    assert not rules.usable(state="quarantined", good_until=None, on=TODAY)
    assert not rules.usable(state="condemned", good_until=None, on=TODAY)


def test_an_agreement_may_be_called_on_its_first_and_last_day_only_within():
    first, last = dt.date(2026, 1, 1), TODAY
    assert rules.in_force(valid_from=first, valid_to=last, on=first)
    assert rules.in_force(valid_from=first, valid_to=last, on=last)
    assert not rules.in_force(valid_from=first, valid_to=last, on=last + dt.timedelta(days=1))


def test_lots_leave_first_expired_first_and_unlimited_ones_last():
    lots = [
        (None, dt.date(2019, 1, 1), 5),
        (dt.date(2027, 6, 1), dt.date(2021, 2, 1), 5),
        (dt.date(2027, 6, 1), dt.date(2021, 1, 1), 5),
        (dt.date(2026, 9, 1), dt.date(2025, 1, 1), 5),
    ]
    assert rules.issue_order(lots) == [3, 2, 1, 0]
