"""Plan states and differences, on paper."""

from relief.allocation import rules
from relief.allocation.models import PlanState


def test_a_plan_is_drafted_proposed_and_approved():
    assert rules.advance("draft", rules.Event.PROPOSE) == PlanState.PROPOSED
    assert rules.advance("proposed", rules.Event.APPROVE) == PlanState.APPROVED


def test_a_draft_cannot_be_approved_and_an_approved_plan_not_again():
    assert rules.advance("draft", rules.Event.APPROVE) is None
    assert rules.advance("approved", rules.Event.APPROVE) is None
    assert rules.advance("superseded", rules.Event.PROPOSE) is None


def test_differences_leave_out_what_stays():
    changes = rules.differences(before={(1, 1): 10, (1, 2): 5}, after={(1, 1): 10, (2, 2): 5})
    assert changes == [rules.Change((1, 2), 5, 0), rules.Change((2, 2), 0, 5)]


def test_kept_share_counts_units_not_lines():
    before = {(1, 1): 90, (1, 2): 10}
    changes = rules.differences(before=before, after={(1, 1): 90})
    assert rules.kept_share(before=before, changes=changes) == 0.9
    assert rules.kept_share(before={}, changes=[]) == 1.0


def test_planner_ids_name_their_row():
    assert rules.number_of("need:12") == 12
