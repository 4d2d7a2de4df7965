"""One thing that waits for a person, and how urgent it is."""

import datetime as dt
from dataclasses import dataclass

SHOWN = 3  # single trips or reports before they are summed up
URGENT, SOON, LATER = "urgent", "soon", "later"
ORDER = (URGENT, SOON, LATER)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a sign, a title, what it rests on, and the button that leads there."""

    icon: str
    title: str
    text: str
    url: str
    button: str
    when: str = LATER
    due_at: dt.datetime | None = None


def when(due_at: dt.datetime, now: dt.datetime) -> str:
    """Urgent once it is late, soon in its last two hours."""
    if due_at < now:
        return URGENT
    return SOON if due_at - now < dt.timedelta(hours=2) else LATER
