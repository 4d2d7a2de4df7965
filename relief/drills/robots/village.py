"""The village officer's robot: confirms the households hit, and hands goods to them."""

import datetime as dt
from functools import partial

from django.db.models import QuerySet

from gis.models import Area, Level, ancestors
from relief.drills.robots import hands
from relief.drills.robots.player import Deed, Deeds, Player
from relief.households import actions as households
from relief.households.models import AffectedVillage

VISITS = dt.timedelta(minutes=70)  # from the event until somebody has been there


def deeds(player: Player) -> Deeds:
    mine = AffectedVillage.objects.filter(incident=player.incident, area=player.seat.area_id)
    yield from confirmations(player, mine)
    if player.ended_at is None and mine.exists():
        above = ancestors(player.seat.area.path)
        township = Area.objects.defer("boundary").get(path__in=above, level=Level.TOWNSHIP)
        yield from hands.deeds(player, township=township, villages=[player.seat.area_id])


def confirmations(player: Player, villages: QuerySet[AffectedVillage]) -> Deeds:
    """Confirm (核实) what the map presumed, once somebody has been there."""
    if not player.since(player.drill.begins_at, VISITS):
        return
    for one in villages.filter(confirmed_at=None).order_by("id"):
        yield Deed(f"confirm {one.pk}", partial(_confirm, player, one))


def _confirm(player: Player, one: AffectedVillage) -> str:
    households.confirm_village(
        actor=player.actor,
        affected_id=one.pk,
        households=one.presumed_households,
        people=one.presumed_people,
        now=player.now,
    )
    return f"{player.seat.key} confirmed the households of a village"
