"""A plan's own reasons, told with the names of places and goods in the reader's language."""

from django.utils.translation import get_language

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
    return explain.line_sentences(problem, proposal, position, lang=language(), names=names(plan))


def why_so_much(*, plan: Plan, need_id: int) -> list[str]:
    """What one need gets, what is missing, why, and what would change it."""
    problem, proposal = parse(plan.problem), Proposal.from_dict(plan.proposal)
    key = f"need:{need_id}"
    if key not in problem.demand_index:
        return []
    return explain.sentences(problem, proposal, key, lang=language(), names=names(plan))


def names(plan: Plan) -> dict[str, str]:
    """What the planner's ids in a stored plan are called. Six queries."""
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
        place = found.get(account.holder, account.holder)
        found[f"account:{account.id}"] = lot.batch if lot else place
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
