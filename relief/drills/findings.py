"""What is learned from a drill: findings (评估意见) and improvement items (整改项).

Both are of the real world's readiness, yet no row of the real operation changes: what is done here
is told in the journal of the drill's own book, at the drill time at which its clock stands.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import inside
from relief.access import gate
from relief.access.acts import Act
from relief.drills import control, steps
from relief.drills.models import Drill, DrillState, Finding, FindingKind, Improvement, Objective
from relief.journal import clock
from relief.preparedness.models import ResponsePlan
from relief.preparedness.queries import plan_versions

HELD = (DrillState.RUNNING, DrillState.ENDED, DrillState.STOPPED)
MOST_AT_ONCE = 100
HEAVY = ("drill__area__boundary", "drill__scenario", "drill__truth")  # no list needs these
Line = tuple[FindingKind, str]


class BadFinding(gate.Refused):
    """The findings cannot be taken down as they were written."""


class BadImprovement(gate.Refused):
    """The improvement item cannot be taken down as it was written."""


class AlreadyDone(gate.Refused):
    """The improvement item was marked as done before."""


@transaction.atomic(durable=True)
def note_findings(
    *,
    actor: gate.Actor,
    drill_id: int,
    lines: Iterable[Line],
    objective_id: int | None,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> list[Finding]:
    """Take down what was said on the spot (现场点评), several findings at once.

    The same form sent twice is the same findings. `now` is real time.
    """
    drill = _judged(actor=actor, drill_id=drill_id)
    control.require_state(drill, *HELD)
    said = _cleaned(lines)
    objective = None
    if objective_id is not None:
        objective = Objective.objects.filter(id=objective_id, drill=drill).first()
        if objective is None:
            raise gate.NotFound
    keys = [uuid.uuid5(request_key, f"{kind}:{text}") for kind, text in said]
    there = set(Finding.objects.filter(request_key__in=keys).values_list("request_key", flat=True))
    made = Finding.objects.bulk_create(
        Finding(
            drill=drill,
            kind=kind,
            objective=objective,
            text=text,
            noted_by=actor.user_id,
            noted_at=now,
            request_key=key,
        )
        for key, (kind, text) in zip(keys, said, strict=True)
        if key not in there
    )
    if made:
        steps.tell(
            drill=drill,
            kind="findings_noted",
            by=actor.user_id,
            now=clock.now_in(drill.book, real=now),
            facts={"findings": [[one.kind, one.text] for one in made], "at": now.isoformat()},
        )
    return list(Finding.objects.filter(request_key__in=keys).order_by("id"))


@transaction.atomic(durable=True)
def drop_finding(*, actor: gate.Actor, finding_id: int, now: dt.datetime) -> Finding:
    """Take a finding back that was written by mistake; the journal keeps what it said."""
    seen = Finding.objects.filter(id=finding_id).values_list("drill_id", flat=True).first()
    if seen is None:
        raise gate.NotFound
    drill = _judged(actor=actor, drill_id=seen)
    finding = Finding.objects.select_for_update().filter(id=finding_id).first()
    if finding is None:
        raise gate.NotFound
    if actor.book_id == drill.book_id and finding.noted_by != actor.user_id:
        raise BadFinding(_("An evaluator takes back own findings only."))
    finding.delete()
    steps.tell(
        drill=drill,
        kind="finding_dropped",
        by=actor.user_id,
        now=clock.now_in(drill.book, real=now),
        facts={"kind": finding.kind, "finding": finding.text, "at": now.isoformat()},
    )
    return finding


@transaction.atomic(durable=True)
def note_improvement(
    *,
    actor: gate.Actor,
    drill_id: int,
    finding_id: int | None,
    problem: str,
    action: str,
    owner: str,
    due_on: dt.date,
    revises_id: int | None,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> Improvement:
    """Say what must be done about a problem, by whom and by which day (整改项).

    `revises_id` is the response plan that must be revised for it. `now` is real time.
    """
    drill = control.locked(actor=actor, drill_id=drill_id)
    made = Improvement.objects.filter(request_key=request_key).first()
    if made is not None:
        return made
    control.require_state(drill, *HELD)
    words = {"problem": problem.strip(), "action": action.strip(), "owner": owner.strip()}
    today = timezone.localdate(now)
    if not all(words.values()):
        raise BadImprovement(_("A problem, an action and an owner are expected; one is empty."))
    if due_on < today:
        raise BadImprovement(
            _("A day from %(today)s on is expected as due; %(got)s came.")
            % {"today": today.isoformat(), "got": due_on.isoformat()}
        )
    finding = None
    if finding_id is not None:
        finding = Finding.objects.filter(id=finding_id, drill=drill).first()
        if finding is None:
            raise gate.NotFound
    plan = None
    if revises_id is not None:
        plan = ResponsePlan.objects.visible_to(actor).one(id=revises_id)
    improvement = Improvement.objects.create(
        drill=drill,
        finding=finding,
        area=drill.area,
        due_on=due_on,
        revises=plan,
        noted_by=actor.user_id,
        noted_at=now,
        request_key=request_key,
        **words,
    )
    steps.tell(
        drill=drill,
        kind="improvement_noted",
        by=actor.user_id,
        now=clock.now_in(drill.book, real=now),
        facts={
            "improvement": improvement.pk,
            **words,
            "due_on": due_on.isoformat(),
            "at": now.isoformat(),
        },
    )
    return improvement


@transaction.atomic(durable=True)
def finish_improvement(
    *, actor: gate.Actor, improvement_id: int, note: str, now: dt.datetime
) -> Improvement:
    """Say that an improvement item is done (销号), with a note on how.

    One that points at a plan is linked to the version that came after it; without such a version
    the note must say why none is needed.
    """
    seen = Improvement.objects.filter(id=improvement_id).values_list("drill_id", flat=True).first()
    if seen is None:
        raise gate.NotFound
    drill = control.locked(actor=actor, drill_id=seen)
    locked = Improvement.objects.select_for_update(of=("self",)).select_related("revises")
    improvement = locked.get(id=improvement_id)
    if improvement.done_on is not None:
        raise AlreadyDone(
            _("This item was done on %(day)s; nothing was changed.")
            % {"day": improvement.done_on.isoformat()}
        )
    said = note.strip()[:200]
    if improvement.revises is not None:
        improvement.revised_by = newer_version(plan=improvement.revises)
        if improvement.revised_by is None and not said:
            raise BadImprovement(
                _(
                    "A newer version of “%(plan)s”, or a note why none is needed, is expected; "
                    "neither came."
                )
                % {"plan": improvement.revises}
            )
    improvement.done_on, improvement.done_by = timezone.localdate(now), actor.user_id
    improvement.done_note = said
    improvement.save(update_fields=["done_on", "done_by", "done_note", "revised_by"])
    steps.tell(
        drill=drill,
        kind="improvement_done",
        by=actor.user_id,
        now=clock.now_in(drill.book, real=now),
        facts={"improvement": improvement.pk, "note": said, "at": now.isoformat()},
    )
    return improvement


def newer_version(*, plan: ResponsePlan) -> ResponsePlan | None:
    """The newest version of a plan that came after this one, if any."""
    newest = plan_versions(plan=plan)[0]
    return None if newest.pk == plan.pk else newest


def improvements(*, actor: gate.Actor) -> QuerySet[Improvement]:
    """Every item of the areas where the person may run drills: what is open first, by its day."""
    mine = Q(pk__in=[])
    for path in actor.paths(Act.RUN_DRILL):
        mine |= inside(path, "drill__area__path")
    found = Improvement.objects.filter(mine).select_related("drill__area", "revises", "revised_by")
    return found.defer(*HEAVY).order_by(F("done_on").desc(nulls_first=True), "due_on", "id")


def _judged(*, actor: gate.Actor, drill_id: int) -> Drill:
    """The drill, locked, for its organisers in the real book or its evaluators in its own."""
    locked = Drill.objects.select_for_update(of=("self",)).select_related("area", "book")
    own = locked.filter(id=drill_id, book=actor.book_id).first()
    if own is None:
        return control.locked(actor=actor, drill_id=drill_id)
    gate.require(actor=actor, act=Act.OBSERVE_DRILL, area=own.area, book_id=own.book_id)
    return own


def _cleaned(lines: Iterable[Line]) -> Sequence[Line]:
    """Each line once, without blanks around it; at least one. Raises BadFinding."""
    said = list(dict.fromkeys((kind, text.strip()) for kind, text in lines if text.strip()))
    most = Finding._meta.get_field("text").max_length or 0
    longest = max((len(text) for _kind, text in said), default=0)
    if not 1 <= len(said) <= MOST_AT_ONCE:
        raise BadFinding(
            _("1 to %(most)d findings are expected, one a line; %(got)d came.")
            % {"most": MOST_AT_ONCE, "got": len(said)}
        )
    if longest > most:
        raise BadFinding(
            _("A finding of at most %(most)d characters is expected; one has %(got)d.")
            % {"most": most, "got": longest}
        )
    return said
