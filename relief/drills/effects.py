"""What an inject does to the drill's world besides telling (情景影响): goods spoil, more are hit.

Each needs the action's open transaction; the drill's row is locked.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from relief.drills.models import Drill, Inject
from relief.journal import log
from relief.journal.log import require_transaction
from relief.stock import rows as stock_rows
from relief.stock.models import Holding, LotState

REPORTED = ("affected_population", "emergency_aid_now", "emergency_aid_cum")


def apply(*, inject: Inject, now: dt.datetime) -> None:
    """Let the inject's effect come about, if it has one."""
    require_transaction("apply")
    if inject.effect:
        _KINDS[inject.effect["kind"]](inject, inject.effect, now)


def _spoil_lot(inject: Inject, said: Mapping[str, Any], now: dt.datetime) -> None:
    """The largest lot of the item that can still leave is set aside (封存)."""
    held = (
        Holding.objects.filter(
            book=inject.book_id,
            lot__item__code=said["item"],
            lot__state=LotState.GOOD,
            account__balance__gt=0,
        )
        .select_related("lot")
        .order_by("-account__balance", "id")
        .first()
    )
    if held is None:
        return  # none is left to spoil: what the inject tells stands all the same
    lot = held.lot
    lot.state, lot.state_reason = LotState.QUARANTINED, f"情景事件 {inject.number}"
    lot.save(update_fields=["state", "state_reason"])
    log.record(
        book=inject.book_id,
        kind="lot_state_changed",
        rows=stock_rows.of_lot(lot.pk),
        actor=None,
        now=now,
        facts={"batch": lot.batch, "state": lot.state, "reason": lot.state_reason},
    )


def _more_people(inject: Inject, said: Mapping[str, Any], now: dt.datetime) -> None:
    """More people of a township are hit and need aid: in truth, and in reports still to come."""
    drill = Drill.objects.get(id=inject.drill_id)
    truth, code, people = drill.truth, said["area"], said["people"]
    _add(truth.setdefault("townships", {}).setdefault(code, {}), people)
    since = (now - drill.begins_at).total_seconds() / 60
    for report in truth.get("reports", []):
        if report["township"] == code and report["minutes"] > since:
            _add(report["figures"], people)
    drill.truth = truth
    drill.save(update_fields=["truth"])


def _add(figures: dict[str, Any], people: int) -> None:
    for key in REPORTED:
        figures[key] = figures.get(key, 0) + people


_KINDS: dict[str, Callable[[Inject, Mapping[str, Any], dt.datetime], None]] = {
    "spoil_lot": _spoil_lot,
    "more_people": _more_people,
}
