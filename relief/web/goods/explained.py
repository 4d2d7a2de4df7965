"""A plan's own reasons, told with the names of places and goods in the reader's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gis.models import Area
from relief.allocation.models import Plan
from relief.allocation.queries import places
from relief.catalog.models import Item
from relief.deliveries.fleets import fleet_id
from relief.deliveries.models import Fleet
from relief.ledger.models import Account
from relief.planner import Proposal, explain, parse
from relief.web.goods.sources import lot_id, lots


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


def names(plan: Plan, *, with_place: bool) -> dict[str, str]:
    """What the planner's ids in a stored plan are called. Seven queries.

    A supply is called by its lot or agreement; `with_place` puts the place before it.
    """
    problem = plan.problem
    found: dict[str, str] = {item.code: str(item) for item in Item.objects.all()}
    holders = places(holders=sorted({entry["place"] for entry in problem["supplies"]}))
    found |= {holder: str(place) for holder, place in holders.items()}
    accounts = Account.objects.in_bulk(
        {int(entry["id"].partition(":")[2]) for entry in problem["supplies"]}
    )
    batches = lots(account.commodity for account in accounts.values())
    for account in accounts.values():
        lot = batches.get(lot_id(account.commodity) or 0)
        place = holders.get(account.holder)
        mark = lot.batch if lot else getattr(place, "number", "")
        called = f"{place} {mark}" if with_place and place else mark
        found[f"account:{account.id}"] = called or found.get(account.holder, account.holder)
    codes = {entry["place"].partition(":")[2] for entry in problem["demands"]}
    for area in Area.objects.filter(code__in=codes).defer("boundary"):
        found[f"area:{area.code}"] = str(area)
    for entry in problem["demands"]:
        found[entry["id"]] = found.get(entry["place"], entry["place"])
    fleets = Fleet.objects.in_bulk({fleet_id(entry["id"]) for entry in problem["fleets"]})
    for entry in problem["fleets"]:
        fleet = fleets.get(fleet_id(entry["id"]))
        found[entry["id"]] = str(fleet) if fleet else entry["id"]
    return found
