"""Inner steps of a drill's actions. Each needs the action's open transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from relief.drills import rows
from relief.drills.models import Drill
from relief.journal import log
from relief.journal.rows import Row


def tell(
    *,
    drill: Drill,
    kind: str,
    by: int | None,
    now: dt.datetime,
    facts: dict[str, Any],
    changed: Sequence[Row] = (),
) -> None:
    """Write down in the drill's book what its control room did, at that drill time.

    Report and replay read the facts; boards get the drill's own row and what else `changed`. An
    inject that waits is no row of theirs: players must not see what is to come.
    """
    log.record(
        book=drill.book_id,
        kind=kind,
        rows=[rows.drill(drill), *changed],
        actor=by,
        now=now,
        facts=facts,
    )
