"""Every empty seat in turn: what each role does, and what becomes of a refusal or a fault."""

import datetime as dt
import logging
from collections.abc import Callable

from gis.models import contains
from relief.access.acts import Role
from relief.access.gate import NotFound, Refused
from relief.drills import outages
from relief.drills.models import Drill
from relief.drills.robots import commander, duty_officer, everybody, keeper, township, village
from relief.drills.robots.player import Deed, Deeds, Player
from relief.incidents.models import Incident

log = logging.getLogger(__name__)

MOST = 6  # things one seat does in a turn
TRIES_AGAIN = dt.timedelta(minutes=10)  # drill time after which a refused deed is tried again

ROLES: dict[str, Callable[[Player], Deeds]] = {
    Role.COMMANDER: commander.deeds,
    Role.DUTY_OFFICER: duty_officer.deeds,
    Role.KEEPER: keeper.deeds,
    Role.TOWNSHIP_OFFICER: township.deeds,
    Role.VILLAGE_OFFICER: village.deeds,
}

# Drill time before which a refused deed is not tried again. A process that starts anew tries once
# more, and is refused once more.
_waits: dict[tuple[int, str, str], dt.datetime] = {}


def act(*, drill: Drill, now: dt.datetime) -> list[str]:
    """What every empty seat does now, in words. Nothing that goes wrong ends the turn."""
    done: list[str] = []
    incidents = Incident.objects.filter(book=drill.book_id).select_related("area")
    incident = incidents.first()
    silent = outages.silent_townships(drill=drill, now=now)
    seats = drill.seats.filter(user=None, robot__isnull=False).select_related("area", "robot")
    for seat in seats.order_by("id"):
        # Who is cut off hears nothing and hands nothing in.
        if any(contains(path, seat.area.path) for path in silent):
            continue
        player = Player(drill=drill, seat=seat, incident=incident, now=now)
        try:
            done += _play(player, opened=incident is not None)
        except Exception:
            log.exception("drill %s, seat %s: its robot stumbled", drill.pk, seat.key)
        incident = incident or incidents.first()
    return done


def _play(player: Player, *, opened: bool) -> list[str]:
    done: list[str] = []
    tried = 0
    for deed in _deeds(player, opened=opened):
        waits = _waits.get(_key(player, deed))
        if waits is not None and player.now < waits:
            continue
        done += _try(player, deed)
        tried += 1
        if tried == MOST:
            break
    return done


def _deeds(player: Player, *, opened: bool) -> Deeds:
    yield from everybody.hears(player)
    if opened:
        yield from ROLES.get(player.seat.role, _nothing)(player)
        yield from everybody.finishes(player)
    elif player.seat.role == Role.DUTY_OFFICER:
        yield from duty_officer.before(player)


def _nothing(_player: Player) -> Deeds:
    return iter(())


def _try(player: Player, deed: Deed) -> list[str]:
    """Do it; refused or failed, it waits for a while."""
    key = _key(player, deed)
    try:
        said = deed.do()
    except (Refused, NotFound) as refused:
        _waits[key] = player.now + TRIES_AGAIN
        log.info("drill %s, seat %s, %s: %s", player.drill.pk, player.seat.key, deed.name, refused)
        return []
    except Exception:
        _waits[key] = player.now + TRIES_AGAIN
        log.exception("drill %s, seat %s: %s failed", player.drill.pk, player.seat.key, deed.name)
        return []
    _waits.pop(key, None)
    return [said]


def _key(player: Player, deed: Deed) -> tuple[int, str, str]:
    return player.drill.pk, player.seat.key, deed.name
