"""Goods reach households: who gave what to whom, a few families at a time."""

import datetime as dt
import math
from collections.abc import Sequence
from functools import partial

from gis.models import Area
from relief.aid import actions as aid
from relief.aid.models import HandOut
from relief.drills.robots.player import Deed, Deeds, Player
from relief.households.models import Household
from relief.ledger.models import Account, AccountKind
from relief.needs.models import Need
from relief.stock.models import Lot

ROUND = dt.timedelta(minutes=8)  # between two rounds of one place
FAMILIES = 3  # of one round


def deeds(player: Player, *, township: Area, villages: Sequence[int]) -> Deeds:
    """Hand what the township received to families of these affected villages, each once."""
    given = HandOut.objects.filter(incident=player.incident)
    last = given.filter(handed_by=player.user.pk).order_by("-handed_at").first()
    if not villages or (last is not None and not player.since(last.handed_at, ROUND)):
        return
    received = Account.objects.filter(
        book=player.drill.book_id,
        kind=AccountKind.RECEIVED,
        holder=f"area:{township.code}",
        balance__gt=0,
    )
    here = {int(one.commodity.removeprefix("lot:")): one.balance for one in received}
    if not here:
        return
    families = (
        Household.objects.filter(area__in=villages)
        .exclude(id__in=given.filter(household__isnull=False).values("household_id"))
        .order_by("area_id", "number")
        .values_list("id", "area_id", "people")[:FAMILIES]
    )
    shares = _shares(player, township, here)
    for family, area_id, people in families:
        lines = {}
        for lot, share in shares.items():
            units = min(here[lot], max(1, math.ceil(share * people)))
            if units > 0:
                lines[lot] = units
                here[lot] -= units
        if lines:
            deed = partial(_hand, player, family, area_id, max(1, people), lines)
            yield Deed(f"hand out to {family}", deed)


def _shares(player: Player, township: Area, here: dict[int, int]) -> dict[int, float]:
    """Units a person gets of one lot of each item: as the need was worked out, or one."""
    needed = {
        item: quantity / people
        for item, quantity, people in Need.objects.filter(
            incident=player.incident, area=township, people__gt=0
        ).values_list("item_id", "quantity", "people")
    }
    lots = Lot.objects.filter(id__in=here).order_by("expires_on", "id")
    chosen: dict[int, int] = {}
    for lot in lots:
        chosen.setdefault(lot.item_id, lot.pk)
    return {lot: needed.get(item, 1.0) for item, lot in chosen.items()}


def _hand(player: Player, family: int, area_id: int, people: int, lines: dict[int, int]) -> str:
    aid.hand_out(
        actor=player.actor,
        incident_id=player.incident.pk,
        area_id=area_id,
        given=aid.GivenHandOut(
            lines=lines, handed_at=player.now, people=people, household_id=family
        ),
        request_key=player.key("hand out", family),
        now=player.now,
    )
    return f"{player.seat.key} handed goods to a household of {people}"
