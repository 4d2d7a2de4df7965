"""Sending an inject. The caller holds the drill's lock, so nothing is ever sent twice."""

import datetime as dt

from relief.drills import rows
from relief.drills.models import Inject, InjectState
from relief.journal import log
from relief.journal.log import require_transaction


def send(*, inject: Inject, actor_id: int | None, now: dt.datetime) -> None:
    """Tell the inject's seat, on its boards and in the journal, at that drill time."""
    require_transaction("send")
    inject.state, inject.sent_at = InjectState.SENT, now
    if inject.due_at is None:
        inject.due_at = now
    inject.save(update_fields=["state", "sent_at", "due_at"])
    log.record(
        book=inject.book_id,
        kind="inject_sent",
        rows=[rows.inject(inject)],
        actor=actor_id,
        now=now,
        facts={"number": inject.number, "seat": inject.seat.key, "way": inject.way},
    )
