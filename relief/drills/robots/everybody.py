"""What a robot of any role does: it hears what it is told, and sees its tasks through."""

import datetime as dt
from functools import partial

from relief.access.acts import Role
from relief.drills import injects
from relief.drills.models import Inject, InjectState
from relief.drills.robots.player import Deed, Deeds, Player
from relief.response import actions as response
from relief.response.models import ResponseTask

HEARS = dt.timedelta(minutes=2)  # from an inject to the word that it was heard
TASK_SHARE = 0.6  # of the time until a task is due


def hears(player: Player) -> Deeds:
    """Say of each inject of the seat that it was received (收到)."""
    told = Inject.objects.filter(
        seat=player.seat, state=InjectState.SENT, sent_at__lte=player.now - HEARS
    )
    for inject in told.order_by("sent_at", "number"):
        yield Deed(f"hear {inject.number}", partial(_hear, player, inject))


def _hear(player: Player, inject: Inject) -> str:
    injects.receive_inject(actor=player.actor, inject_id=inject.pk, now=player.now)
    return f"{player.seat.key} heard inject {inject.number}"


def finishes(player: Player) -> Deeds:
    """Report tasks of the seat's own area as done, well before they are due."""
    if player.seat.role in (Role.COMMANDER, Role.KEEPER):
        return
    waiting = ResponseTask.objects.filter(
        activation__incident=player.incident,
        activation__ended_at=None,
        area=player.seat.area_id,
        done_at=None,
    ).select_related("activation")
    for task in waiting.order_by("due_at", "id"):
        begun = task.activation.started_at
        if player.since(begun, TASK_SHARE * (task.due_at - begun)):
            yield Deed(f"task {task.pk}", partial(_finish, player, task))


def _finish(player: Player, task: ResponseTask) -> str:
    response.finish_task(
        actor=player.actor, task_id=task.pk, evidence="已落实(演练)", now=player.now
    )
    return f"{player.seat.key} finished a task: {task.key}"
