"""One plan run as a person waits for it: how far it is, and what came of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.allocation.models import PlanRun, RunState
from relief.deliveries.runs import OPEN
from relief.web.spans import minutes_in_words

# The planner's stages in their order, and the two around them.
STAGES = {
    "figures": gettext_lazy("Figures, stock, roads and vehicles of this minute"),
    "amounts": gettext_lazy("Who gets how much, and from where"),
    "trips": gettext_lazy("Vehicles and trips"),
    "reasons": gettext_lazy("Reasons for what stays unmet, and the plan is written"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: before, now or done; `share` of the one under way, 0 to 1 or unknown."""

    key: str
    words: str
    state: str
    share: float | None


@dataclass(frozen=True, slots=True)
class RunPage:
    run: PlanRun
    stages: list[Stage]
    who: User | None
    seconds: int
    may_cancel: bool

    @property
    def open(self) -> bool:
        return self.run.state in OPEN

    @property
    def took(self) -> str:
        """Time since it was asked for, or until it ended: `48 s`, `3 min`."""
        if self.seconds < 120:
            return _("%(n)d s") % {"n": self.seconds}
        return minutes_in_words(self.seconds // 60)

    def state(self) -> dict[str, Any]:
        """What the page's script asks for once a second."""
        return {
            "open": self.open,
            "took": self.took,
            "state": str(RunState(self.run.state).label),
            "stopping": self.run.cancel_asked,
            "stages": [{"key": s.key, "state": s.state, "share": s.share} for s in self.stages],
            "plan": reverse("web:plan", args=[self.run.plan_id]) if self.run.plan_id else None,
        }


def page(*, actor: Actor, run: PlanRun, now: dt.datetime) -> RunPage:
    ended = run.ended_at or now
    return RunPage(
        run=run,
        stages=_stages(run),
        who=User.objects.filter(id=run.requested_by).first(),
        seconds=max(0, int((ended - run.requested_at).total_seconds())),
        may_cancel=run.state in OPEN and actor.may(Act.DRAFT_PLAN, path=run.area.path),
    )


def _stages(run: PlanRun) -> list[Stage]:
    keys = list(STAGES)
    at = keys.index(run.stage) if run.stage in STAGES else -1
    if run.state == RunState.DONE:
        at = len(keys)
    share = run.done / run.of if run.of else None
    return [
        Stage(
            key=key,
            words=str(STAGES[key]),
            state="done" if n < at else "now" if n == at and run.state in OPEN else "before",
            share=share if n == at else None,
        )
        for n, key in enumerate(keys)
    ]
