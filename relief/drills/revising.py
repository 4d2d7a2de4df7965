"""Revising response plans (预案修订): a new version, and the improvement items it settles."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate
from relief.access.acts import Act
from relief.catalog.imports import one_at_a_time
from relief.drills import register, steps
from relief.drills.models import Improvement, Yearly
from relief.journal import clock, log
from relief.journal.models import Audience
from relief.journal.rows import Row
from relief.preparedness import queries as plans
from relief.preparedness import steps as preparedness
from relief.preparedness.models import ResponsePlan
from relief.preparedness.plan_files import Kept
from relief.preparedness.rules import PlanRefused, Version


@transaction.atomic(durable=True)
def add_version(
    *,
    actor: gate.Actor,
    area_id: int,
    replaces_id: int | None,
    given: Version,
    settles: Collection[int],
    file: Kept | None,
    now: dt.datetime,
) -> ResponsePlan:
    """Add a plan, or with `replaces_id` the version that follows; the old one ends that day.

    `settles` are open improvement items pointing at the plan: the new version closes them. What the
    register still plans for the old version goes over. Raises PlanRefused and OnlyInReal.
    """
    area = Area.objects.filter(id=area_id).defer("boundary").first()
    if area is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.KEEP_REGISTER, area=area, book_id=actor.book_id)
    register.check_real(actor=actor)
    one_at_a_time(table=register.TABLE)
    old = _replaced(actor=actor, replaces_id=replaces_id, area=area)
    made = preparedness.write_version(area=area, given=given, replaces=old, file=file)
    settled = _settle(actor=actor, plan=old, by=made, ids=settles, now=now) if old else []
    if old is not None:
        waiting = Yearly.objects.filter(plan=old, held_on=None)
        waiting.filter(due_on__gte=made.effective_from).update(plan=made)
    log.record(
        book=actor.book_id,
        kind="plan_version_added",
        rows=[
            Row(
                table="response_plan",
                id=made.id,
                area=area.path,
                audience=Audience.COMMAND,
                values=None,
            )
        ],
        actor=actor.user_id,
        now=now,
        facts={
            "plan": made.id,
            "number": made.number,
            "version": made.version,
            "replaces": replaces_id,
            "settles": [one.id for one in settled],
        },
    )
    for one in settled:
        steps.tell(
            drill=one.drill,
            kind="improvement_done",
            by=actor.user_id,
            now=clock.now_in(one.drill.book, real=now),
            facts={"improvement": one.pk, "plan": made.pk, "at": now.isoformat()},
        )
    return made


def open_items(*, plan: ResponsePlan) -> list[Improvement]:
    """Improvement items that ask for a change of the plan and are not done, by their day."""
    return [one for one in items(plan=plan) if one.done_on is None]


def items(*, plan: ResponsePlan) -> list[Improvement]:
    """All improvement items that point at any version of the plan: open ones first, by day."""
    ids = [one.id for one in plans.plan_versions(plan=plan)]
    found = Improvement.objects.filter(revises__in=ids).select_related("drill", "revised_by")
    found = found.defer("drill__scenario", "drill__truth")
    return sorted(found, key=lambda one: (one.done_on is not None, one.due_on, one.id))


def _replaced(*, actor: gate.Actor, replaces_id: int | None, area: Area) -> ResponsePlan | None:
    """The version that is replaced, locked: of that area, and the newest of its plan."""
    if replaces_id is None:
        return None
    old = ResponsePlan.objects.visible_to(actor).locked(id=replaces_id)
    if old.area_id != area.id:
        raise gate.NotFound
    after = ResponsePlan.objects.filter(replaces=old).first()
    if after is not None:
        raise PlanRefused(
            _("“%(plan)s” was replaced by version %(version)s already; revise that one.")
            % {"plan": old, "version": after.version}
        )
    return old


def _settle(
    *,
    actor: gate.Actor,
    plan: ResponsePlan,
    by: ResponsePlan,
    ids: Collection[int],
    now: dt.datetime,
) -> list[Improvement]:
    """Close the items chosen; they come back in the order of their drills' books."""
    known = {one.id for one in open_items(plan=plan)}
    if set(ids) - known:
        raise PlanRefused(
            _("Open items of this plan are expected; %(got)s is none of them.")
            % {"got": ", ".join(str(one) for one in sorted(set(ids) - known))}
        )
    locked = Improvement.objects.select_for_update(of=("self",)).select_related(
        "drill__book", "drill__area"
    )
    chosen = list(locked.filter(id__in=ids).order_by("drill__book_id", "id"))
    for one in chosen:
        one.done_on, one.done_by, one.revised_by = timezone.localdate(now), actor.user_id, by
        one.save(update_fields=["done_on", "done_by", "revised_by"])
    return chosen
