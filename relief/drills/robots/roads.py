"""What the transport office tells of roads: closed in one go, open again as they are cleared."""

import datetime as dt
import math
from functools import partial

from relief.drills.robots.player import Deed, Deeds, Player
from relief.incidents import actions as roads
from relief.incidents.models import RoadClosure

TELLS = dt.timedelta(minutes=16)  # from the event until the list of roads has come
SHIFT = 2  # hours; what is cleared in the same ones is one closure


def deeds(player: Player) -> Deeds:
    groups = _by_shift(player)
    if not groups or not player.since(player.drill.begins_at, TELLS):
        return
    keys = {player.key("roads", hours): hours for hours in groups}
    closed = {
        closure.request_key: closure
        for closure in RoadClosure.objects.filter(request_key__in=keys).defer("shape", "polygon")
    }
    for key, hours in sorted(keys.items(), key=lambda one: one[1]):
        closure = closed.get(key)
        if closure is None:
            yield Deed(f"close {hours}", partial(_close, player, hours, groups[hours]))
        elif closure.reopened_at is None and player.since(
            player.drill.begins_at, dt.timedelta(hours=hours)
        ):
            yield Deed(f"reopen {hours}", partial(_reopen, player, closure))


def _by_shift(player: Player) -> dict[int, list[int]]:
    """Road links by the hour after the event at which the shift that clears them is over.

    Whatever outlasts the drill is one group.
    """
    end = math.ceil(player.drill.scenario["minutes"] / 60 / SHIFT) * SHIFT + SHIFT
    groups: dict[int, list[int]] = {}
    for cut in player.drill.truth.get("cuts", []):
        hours = min(end, SHIFT * max(1, math.ceil(cut["hours"] / SHIFT)))
        groups.setdefault(hours, []).append(cut["number"])
    return groups


def _close(player: Player, hours: int, links: list[int]) -> str:
    roads.close_road(
        actor=player.actor,
        incident_id=player.incident.pk,
        links=links,
        polygon=None,
        reason="灾害阻断(演练)",
        request_key=player.key("roads", hours),
        now=player.now,
    )
    return f"closed {len(links)} roads"


def _reopen(player: Player, closure: RoadClosure) -> str:
    roads.reopen_road(actor=player.actor, closure_id=closure.pk, now=player.now)
    return f"reopened {len(closure.links)} roads"
