"""Whatever the format allows, the planner answers, the check accepts, and the words are there."""

from __future__ import annotations

import json
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Problem, Proposal, explain, parse, solve, violations

from .cases import wild_problem


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_the_check_accepts_every_plan_of_every_kind_of_problem(
    r: random.Random, amounts_only: bool
):
    p = parse(wild_problem(r))
    proposal = solve(p, rounds=r.randint(1, 3), amounts_only=amounts_only)
    assert [str(v) for v in violations(p, proposal)] == []
    again = Proposal.from_dict(json.loads(proposal.to_json()))
    assert again.to_json() == proposal.to_json()
    assert _nothing_is_lost(p, proposal) == {}
    score = proposal.score
    assert 0 <= score["late_bound"] <= score["late_person_h"]
    assert 0 <= score["makespan_bound"] <= score["makespan_h"]


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_demand_and_every_line_can_be_explained_in_both_languages(r: random.Random):
    p = parse(wild_problem(r))
    proposal = solve(p, rounds=1)
    for lang in ("en", "zh"):
        for d in p.demands:
            told = explain.sentences(p, proposal, d.id, lang=lang)
            assert all(told) and (told or not d.need)
        for n in range(len(proposal.lines)):
            assert all(explain.line_sentences(p, proposal, n, lang=lang))


def _nothing_is_lost(p: Problem, proposal: Proposal) -> dict[str, int]:
    """Demands for which what was there, what is sent and what is missing is not what is needed."""
    item = {s.id: s.item for s in p.supplies}
    need = {d.id: d.need for d in p.demands}
    asked = {d.id: d.item for d in p.demands}
    rest: Counter[str] = Counter(need)
    for line in proposal.lines:
        rest[line.demand] -= line.qty * p.ratio_of[item[line.supply], asked[line.demand]]
    for unmet in proposal.unmet:
        rest[unmet.demand] -= unmet.qty
    return {d: n for d, n in rest.items() if n}
