"""What the clock does: tasks that run in a worker, at most one of a kind at a time.

Any number of workers may run; the queue lets only one of them take each turn.
"""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from relief.reports import actions as reports

log = logging.getLogger(__name__)


# The sixth field counts seconds.
@app.periodic(cron="* * * * * */20")
@app.task(name="mark_overdue", queueing_lock="mark_overdue", lock="mark_overdue")
def mark_overdue(timestamp: int) -> None:
    """Every 20 seconds: townships whose report has not come in time are silent from now on."""
    found = reports.mark_overdue(now=timezone.now())
    if found:
        log.info("%s townships have become silent", found)
