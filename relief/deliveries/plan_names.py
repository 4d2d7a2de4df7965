"""What the planner's ids in a stored plan are called, in the reader's language."""

from gis.models import Area
from relief.allocation.models import Plan
from relief.allocation.queries import places
from relief.catalog.models import Item
from relief.deliveries.fleets import fleet_id
from relief.deliveries.models import Fleet
from relief.ledger.models import Account
from relief.stock.models import Lot


def names(plan: Plan, *, with_place: bool) -> dict[str, str]:
    """Names of items, places, supplies, demands, yards and vehicles. Seven queries.

    A supply is called by its lot or agreement; `with_place` puts the place before it.
    """
    problem = plan.problem
    found: dict[str, str] = {item.code: str(item) for item in Item.objects.all()}
    holders = places(holders=sorted({entry["place"] for entry in problem["supplies"]}))
    found |= {holder: str(place) for holder, place in holders.items()}
    accounts = Account.objects.in_bulk(
        {int(entry["id"].partition(":")[2]) for entry in problem["supplies"]}
    )
    batches = {lot.commodity: lot.batch for lot in _lots(accounts)}
    for account in accounts.values():
        place = holders.get(account.holder)
        mark = batches.get(account.commodity) or getattr(place, "number", "")
        called = f"{place} {mark}" if with_place and place else mark
        found[f"account:{account.id}"] = called or found.get(account.holder, account.holder)
    codes = {entry["place"].partition(":")[2] for entry in problem["demands"]}
    for area in Area.objects.filter(code__in=codes).defer("boundary"):
        found[f"area:{area.code}"] = str(area)
    for entry in problem["demands"]:
        found[entry["id"]] = found.get(entry["place"], entry["place"])
    fleets = Fleet.objects.select_related("agreement").in_bulk(
        {fleet_id(entry["id"]) for entry in problem["fleets"]}
    )
    for entry in problem["fleets"]:
        fleet = fleets.get(fleet_id(entry["id"]))
        found[entry["id"]] = str(fleet) if fleet else entry["id"]
        if fleet:
            found[entry["place"]] = str(fleet.agreement)
    return found


def _lots(accounts: dict[int, Account]) -> list[Lot]:
    wanted = {
        int(number)
        for account in accounts.values()
        for kind, _colon, number in [account.commodity.partition(":")]
        if kind == "lot"
    }
    return list(Lot.objects.filter(id__in=wanted))
