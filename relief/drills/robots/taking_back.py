"""After the response: reusable goods come back from the townships (退库), and are repaired."""

import datetime as dt
import math
from collections.abc import Iterable
from functools import partial

from gis.models import Area, Level, inside
from relief.drills.robots.player import Deed, Deeds, Player
from relief.households.models import Household
from relief.ledger.models import Account, AccountKind
from relief.stock.models import Depot, DepotKind, Lot
from relief.warehouse import returns
from relief.warehouse.models import ReturnNote

COMES_BACK = dt.timedelta(minutes=60)  # from the end of the response to the first vehicle back
REPAIRS = dt.timedelta(minutes=45)  # from a return to the end of its repairs
HANDED_BACK = 0.5  # share of what households hold; the others still live in it
SOUND, REPAIRED = 0.9, 0.8  # shares: of what comes back, and of what was repaired


def deeds(player: Player) -> Deeds:
    """One return for each township that holds something; then what was to be repaired."""
    ended = player.ended_at
    depot = _depot(player)
    if ended is None or depot is None or not player.since(ended, COMES_BACK):
        return
    out = _out(player)
    keys = [player.key("take back", code) for code in out]
    noted = set(
        ReturnNote.objects.filter(request_key__in=keys).values_list("source__code", flat=True)
    )
    for code, units in sorted(out.items()):
        if code not in noted:
            yield Deed(f"take back from {code}", partial(_take, player, depot, code, units))
    last = ReturnNote.objects.filter(depot=depot, book=player.drill.book_id)
    newest = last.order_by("-returned_at").first()
    if newest is None or not player.since(newest.returned_at, REPAIRS):
        return
    for account in Account.objects.filter(
        book=player.drill.book_id,
        kind=AccountKind.REPAIR,
        holder=f"depot:{depot.pk}",
        balance__gt=0,
    ).order_by("id"):
        yield Deed(f"repair {account.commodity}", partial(_repair, player, depot, account))


def _depot(player: Player) -> Depot | None:
    """The county's own warehouse, to which everything comes back."""
    stores = Depot.objects.filter(area=player.seat.area_id, kind=DepotKind.WAREHOUSE)
    return stores.order_by("id").first()


def _out(player: Player) -> dict[str, dict[int, int]]:
    """Units that come back by township code and lot: all it has left, and a share of the rest."""
    accounts = Account.objects.filter(
        book=player.drill.book_id,
        kind__in=[AccountKind.RECEIVED, AccountKind.ISSUED],
        balance__gt=0,
        commodity__startswith="lot:",
    ).order_by("id")
    mine = list(accounts)
    lots = Lot.objects.filter(book=player.drill.book_id, item__recoverable=True)
    reusable = set(lots.values_list("id", flat=True))
    towns = _townships(player, mine)
    left: dict[str, dict[int, int]] = {}
    held: dict[str, dict[int, int]] = {}
    for one in mine:
        lot = int(one.commodity.removeprefix("lot:"))
        town = towns.get(one.holder)
        if town is None or lot not in reusable:
            continue
        sums = (left if one.kind == AccountKind.RECEIVED else held).setdefault(town, {})
        sums[lot] = sums.get(lot, 0) + one.balance
    found: dict[str, dict[int, int]] = {}
    for town in left.keys() | held.keys():
        for lot in left.get(town, {}).keys() | held.get(town, {}).keys():
            back = math.floor(HANDED_BACK * held.get(town, {}).get(lot, 0))
            units = left.get(town, {}).get(lot, 0) + back
            if units:
                found.setdefault(town, {})[lot] = units
    return found


def _townships(player: Player, accounts: Iterable[Account]) -> dict[str, str]:
    """The code of the township in which each holder of goods lies."""
    holders = {one.holder for one in accounts}
    codes = {one.removeprefix("area:"): one for one in holders if one.startswith("area:")}
    families = [int(one[10:]) for one in holders if one.startswith("household:")]
    places = Area.objects.filter(inside(player.seat.area.path), code__in=codes)
    paths = {codes[code]: path for code, path in places.values_list("code", "path")}
    homes = Household.objects.filter(id__in=families).values_list("id", "area__path")
    paths |= {f"household:{id}": path for id, path in homes}
    towns = dict(
        Area.objects.within(player.seat.area.path)
        .filter(level=Level.TOWNSHIP)
        .values_list("path", "code")
    )
    above = {path: _above(path, towns) for path in set(paths.values())}
    return {holder: code for holder, path in paths.items() if (code := above[path])}


def _above(path: str, towns: dict[str, str]) -> str | None:
    return next((code for town, code in towns.items() if f"{path}/".startswith(f"{town}/")), None)


def _take(player: Player, depot: Depot, code: str, units: dict[int, int]) -> str:
    lines = []
    for lot, count in sorted(units.items()):
        sound = math.floor(SOUND * count)
        repair = math.ceil((count - sound) / 2)
        lines.append(returns.Back(lot, sound=sound, repair=repair, scrap=count - sound - repair))
    note = returns.take_back(
        actor=player.actor,
        depot_id=depot.pk,
        given=returns.GivenReturn(area=code, returned_at=player.now, lines=lines),
        request_key=player.key("take back", code),
        now=player.now,
    )
    return f"took {sum(units.values())} reusable units back: {note.number}"


def _repair(player: Player, depot: Depot, account: Account) -> str:
    sound = math.ceil(REPAIRED * account.balance)
    returns.repaired(
        actor=player.actor,
        depot_id=depot.pk,
        lot_id=int(account.commodity.removeprefix("lot:")),
        sound=sound,
        scrap=account.balance - sound,
        now=player.now,
    )
    return f"repaired {sound} of {account.balance} units"
