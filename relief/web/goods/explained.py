"""A plan's own reasons, told with the names of places and goods in the reader's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from relief.allocation.models import Plan
from relief.deliveries.plan_names import names
from relief.planner import Proposal, explain, parse


def language() -> str:
    return "zh" if (get_language() or "").startswith("zh") else "en"


def why_from_there(*, plan: Plan, position: int) -> list[str]:
    """Why a line comes from where it does, and not from a nearer store."""
    problem, proposal = parse(plan.problem), Proposal.from_dict(plan.proposal)
    called = names(plan, with_place=False)
    line = proposal.lines[position]
    item = called[problem.demands[problem.demand_index[line.demand]].item]
    # Its sentence names the township beside the demand; the demand itself is then the item's.
    called[line.demand] = _("the need for %(item)s") % {"item": item}
    return explain.line_sentences(problem, proposal, position, lang=language(), names=called)


def why_so_much(*, plan: Plan, need_id: int) -> list[str]:
    """What one need gets, what is missing, why, and what would change it."""
    problem, proposal = parse(plan.problem), Proposal.from_dict(plan.proposal)
    key = f"need:{need_id}"
    if key not in problem.demand_index:
        return []
    return explain.sentences(
        problem, proposal, key, lang=language(), names=names(plan, with_place=True)
    )
