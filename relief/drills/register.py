"""The register of drills (演练台账): planning the year, noting what was held, taking it back.

All of it belongs to the real operation. A drill of this system notes itself when it ends.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.catalog.imports import one_at_a_time, shared_path
from relief.drills import dues
from relief.drills.models import Drill, DrillKind, Yearly
from relief.journal import log
from relief.journal.log import require_transaction
from relief.journal.models import Audience, Book, BookKind
from relief.journal.rows import Row
from relief.preparedness import queries as plans
from relief.preparedness import steps as preparedness
from relief.preparedness.models import ResponsePlan

TABLE = "drill register"
NOTE_MOST = 200
YEARS_AHEAD = 5


class RegisterRefused(gate.Refused):
    """An entry that cannot be: nothing named, a day that has not come, a drill's own entry."""


class OnlyInReal(gate.Refused):
    """The register belongs to the real operation."""


def held(drill: Drill, on: dt.date) -> Yearly | None:
    """A drill of this system was held: note it for its area and plan, in the drill's transaction.

    A trial or a drill that was stopped for a real event counts for nothing.
    """
    require_transaction("held")
    if drill.trial_of_id is not None:
        return None
    one_at_a_time(table=TABLE)
    plan = _plan_of(drill, on=on)
    return _note(area=drill.area, plan=plan, kind=drill.kind, on=on, note="", drill=drill)


@transaction.atomic(durable=True)
def note_held(
    *,
    actor: gate.Actor,
    plan_ids: Collection[int] = (),
    area_ids: Collection[int] = (),
    kind: str,
    on: dt.date,
    note: str,
    today: dt.date,
    now: dt.datetime,
) -> list[Yearly]:
    """Note drills that were held elsewhere, of plans or of villages, on one day.

    What the year's plan names is ticked off; noted again, the new day replaces the old one. Raises
    RegisterRefused and OnlyInReal.
    """
    if on > today:
        raise RegisterRefused(
            _("A drill that was held has a day up to %(today)s; %(got)s came.")
            % {"today": today.isoformat(), "got": on.isoformat()}
        )
    targets = _targets(actor=actor, plan_ids=plan_ids, area_ids=area_ids)
    kind = _kind(kind)
    noted = [
        _note(area=area, plan=plan, kind=kind, on=on, note=note.strip()[:NOTE_MOST], drill=None)
        for area, plan in targets
    ]
    _tell(actor, "drills_noted", noted, now=now, on=on.isoformat())
    return noted


@transaction.atomic(durable=True)
def plan_drills(
    *,
    actor: gate.Actor,
    plan_ids: Collection[int] = (),
    area_ids: Collection[int] = (),
    kind: str,
    due_on: dt.date,
    note: str,
    today: dt.date,
    now: dt.datetime,
) -> list[Yearly]:
    """Put drills into the plan of a year (年度演练计划), to be held by a day of that year.

    What is planned for the year and not held yet is moved to that day. Raises RegisterRefused.
    """
    if not today.year <= due_on.year <= today.year + YEARS_AHEAD:
        raise RegisterRefused(
            _("A day from this year to %(last)d is expected; %(got)s came.")
            % {"last": today.year + YEARS_AHEAD, "got": due_on.isoformat()}
        )
    targets = _targets(actor=actor, plan_ids=plan_ids, area_ids=area_ids)
    kind, words = _kind(kind), note.strip()[:NOTE_MOST]
    written = []
    for area, plan in targets:
        entry = _entry(area=area, plan=plan, kind=kind, year=due_on.year)
        if entry.held_on is not None:
            continue
        entry.due_on, entry.note = due_on, words or entry.note
        entry.save()
        written.append(entry)
    if not written:
        raise RegisterRefused(
            _("All of them were drilled in %(year)d already; nothing was planned.")
            % {"year": due_on.year}
        )
    _tell(actor, "drills_planned", written, now=now, year=due_on.year)
    return written


@transaction.atomic(durable=True)
def plan_year(
    *, actor: gate.Actor, area_id: int, year: int, today: dt.date, now: dt.datetime
) -> list[Yearly]:
    """Put into the year's plan every plan and village whose drill is due in it and not in it yet.

    Each is due when its norm says, what is late already by the end of the year. Villages drill in
    the field (实战演练), plans at the table (桌面演练) unless somebody plans it otherwise.
    """
    area = Area.objects.filter(id=area_id).defer("boundary").first()
    if area is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.KEEP_REGISTER, area=area, book_id=actor.book_id)
    check_real(actor=actor)
    if not today.year <= year <= today.year + YEARS_AHEAD:
        raise RegisterRefused(
            _("A year from %(first)d to %(last)d is expected; %(got)d came.")
            % {"first": today.year, "last": today.year + YEARS_AHEAD, "got": year}
        )
    one_at_a_time(table=TABLE)
    there = {
        (one.area_id, one.plan_id)
        for one in Yearly.objects.filter(year=year, area__path__startswith=area.path)
    }
    end = dt.date(year, 12, 31)
    made = Yearly.objects.bulk_create(
        Yearly(
            area=one.area,
            plan=one.plan,
            year=year,
            kind=DrillKind.TABLETOP if one.plan else DrillKind.OPERATIONS,
            due_on=one.due_on if one.due_on >= max(today, dt.date(year, 1, 1)) else end,
        )
        for one in dues.dues(place=area, on=today)
        if (one.due_on <= end or one.plan is None)
        and (one.area.id, one.plan.id if one.plan else None) not in there
    )
    if made:
        _tell(actor, "drills_planned", made, now=now, year=year)
    return made


@transaction.atomic(durable=True)
def undo_entry(*, actor: gate.Actor, entry_id: int, now: dt.datetime) -> Yearly:
    """Take back what was noted by mistake: the drill was not held, or is not planned any more.

    The entry of a drill of this system stays. Raises RegisterRefused.
    """
    found = Yearly.objects.visible_to(actor).select_related("area", "plan")
    area = found.one(id=entry_id).area
    gate.require(actor=actor, act=Act.KEEP_REGISTER, area=area, book_id=actor.book_id)
    check_real(actor=actor)
    one_at_a_time(table=TABLE)
    entry = found.locked(id=entry_id)
    if entry.drill_id is not None:
        raise RegisterRefused(_("This drill was held here; its entry stays."))
    if entry.held_on is None:
        entry.delete()
        entry.id = entry_id
    else:
        _forget(entry)
        entry.held_on = None
        entry.save(update_fields=["held_on"])
    _tell(actor, "drill_entry_undone", [entry], now=now, year=entry.year)
    return entry


def _plan_of(drill: Drill, *, on: dt.date) -> ResponsePlan | None:
    """The version in force of the plan that was drilled; without a basis, the area's own plan."""
    if drill.basis is not None:
        versions = plans.plan_versions(plan=drill.basis)
        return next((one for one in versions if one.effective_from <= on), drill.basis)
    nearest = plans.response_plan(area=drill.area, on=on)
    return nearest if nearest is not None and nearest.area_id == drill.area_id else None


def _note(
    *,
    area: Area,
    plan: ResponsePlan | None,
    kind: str,
    on: dt.date,
    note: str,
    drill: Drill | None,
) -> Yearly:
    """Tick off the entry of that year, or write one, and tell the plan."""
    entry = _entry(area=area, plan=plan, kind=kind, year=on.year)
    if entry.held_on is not None:
        _forget(entry)
    entry.held_on, entry.note = on, note or entry.note
    entry.drill = drill
    entry.save()
    if plan is not None:
        for version in plans.plan_versions(plan=plan):
            if version.effective_to is None or version.effective_to > on:
                preparedness.drilled(plan=version, on=on)
    return entry


def _entry(*, area: Area, plan: ResponsePlan | None, kind: str, year: int) -> Yearly:
    """The year's entry to be ticked off: of that kind, else one of another kind not held yet.

    A new one is not stored; it is due at the end of the year.
    """
    mine = list(Yearly.objects.select_for_update().filter(area=area, plan=plan, year=year))
    same = [one for one in mine if one.kind == kind]
    waiting = [one for one in mine if one.held_on is None]
    found = next(iter([*same, *waiting]), None)
    if found is None:
        return Yearly(area=area, plan=plan, year=year, kind=kind, due_on=dt.date(year, 12, 31))
    found.kind = kind
    return found


def _forget(entry: Yearly) -> None:
    """The plan's last drill was not on that day: it is that of the entries left, if any."""
    plan = entry.plan
    if plan is None or plan.last_drill_on != entry.held_on:
        return
    before = plan.replaces.last_drill_on if plan.replaces else None
    plan.last_drill_on = dues.newest_held(plan=plan, but=entry.id) or before
    plan.save(update_fields=["last_drill_on"])


def _targets(
    *, actor: gate.Actor, plan_ids: Collection[int], area_ids: Collection[int]
) -> Sequence[tuple[Area, ResponsePlan | None]]:
    """What is noted or planned: plans by their areas, then villages; the register is locked."""
    named = ResponsePlan.objects.filter(id__in=set(plan_ids)).select_related("area", "replaces")
    here = list(named.defer("area__boundary").order_by("id"))
    villages = Area.objects.filter(id__in=set(area_ids), level=Level.VILLAGE).defer("boundary")
    places = list(villages.order_by("id"))
    if len(here) < len(set(plan_ids)) or len(places) < len(set(area_ids)):
        raise gate.NotFound
    if not here and not places:
        raise RegisterRefused(_("At least one plan or village is expected; none was chosen."))
    for area in (*(one.area for one in here), *places):
        gate.require(actor=actor, act=Act.KEEP_REGISTER, area=area, book_id=actor.book_id)
    check_real(actor=actor)
    one_at_a_time(table=TABLE)
    return [*((one.area, one) for one in here), *((one, None) for one in places)]


def _kind(typed: str) -> str:
    if typed not in DrillKind.values:
        raise RegisterRefused(
            _("A kind of drill is one of %(known)s; “%(got)s” came.")
            % {"known": ", ".join(DrillKind.values), "got": typed[:20]}
        )
    return typed


def check_real(*, actor: gate.Actor) -> None:
    """Raises OnlyInReal for a duty that is held in a drill."""
    if not Book.objects.filter(id=actor.book_id, kind=BookKind.REAL).exists():
        raise OnlyInReal(
            _("Plans and the register belong to the real operation; a drill changes neither.")
        )


def _tell(
    actor: gate.Actor, kind: str, entries: Iterable[Yearly], *, now: dt.datetime, **facts: object
) -> None:
    """A line in the record of events; no board keeps rows of the register."""
    told = list(entries)
    row = Row(
        table="register",
        id=min(one.id for one in told),
        area=shared_path({one.area.path for one in told}),
        audience=Audience.COMMAND,
        values=None,
    )
    log.record(
        book=actor.book_id,
        kind=kind,
        rows=[row],
        actor=actor.user_id,
        now=now,
        facts={"entries": len(told), **facts},
    )
