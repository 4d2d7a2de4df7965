"""What waits for a person: one entry per thing to do, the most urgent first."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis.models import Level, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation.models import Plan, PlanState
from relief.deliveries.models import CheckTask, Stop, Trip, TripState
from relief.field.models import Alert
from relief.households.models import AffectedVillage
from relief.incidents.models import Incident, IncidentStatus
from relief.reports.models import Report, ReportDuty, ReportState
from relief.response.models import Activation, LevelAssessment, ResponseTask
from relief.web.calls import calls_page
from relief.web.desk.inbox import waiting_count
from relief.web.drills import inbox, watching
from relief.web.next_orders import in_your_name, papers_due
from relief.web.store.waiting import to_approve
from relief.web.templatetags.shown import ROMAN, named
from relief.web.waiting import ORDER, SHOWN, SOON, URGENT, Step, when


def steps(*, actor: Actor, incidents: Sequence[Incident], now: dt.datetime) -> list[Step]:
    """Everything that waits for this person, as far as the duties allow doing it."""
    running = [one for one in incidents if one.status != IncidentStatus.CLOSED]
    found: list[Step] = []
    if running:
        for group in (_levels, _plans, _reports, _county_report, _to_verify, _villages):
            found += group(actor, running, now)
    for further in (
        inbox.step,
        watching.step,
        _desk,
        _calls,
        in_your_name,
        papers_due,
        _dispatch,
        _receive,
        _checks,
        _tasks,
        _store,
    ):
        found += further(actor, now)
    return sorted(found, key=lambda step: (ORDER.index(step.when), step.due_at or now))


def _mine(actor: Actor, act: Act, field: str = "area__path") -> Q | None:
    """Rows in the areas where the person may do that; None when that is nowhere."""
    paths = actor.paths(act)
    if not paths:
        return None
    found = Q(pk__in=[])
    for path in paths:
        found |= inside(path, field)
    return found


def _levels(actor: Actor, running: Sequence[Incident], now: dt.datetime) -> Iterator[Step]:
    mine = [one for one in running if actor.may(Act.ACTIVATE_RESPONSE, path=one.area.path)]
    if not mine:
        return
    latest = {
        one.incident_id: one
        for one in LevelAssessment.objects.filter(incident__in=mine)
        .order_by("incident_id", "-id")
        .distinct("incident_id")
    }
    counties = {one.id: one.area_id for one in mine}
    active = {
        one.incident_id: one.level
        for one in Activation.objects.filter(incident__in=mine, ended_at=None)
        if one.area_id == counties[one.incident_id]
    }
    for incident in mine:
        assessment = latest.get(incident.id)
        suggested = assessment.suggested_level if assessment else None
        runs = active.get(incident.id)
        if suggested is None or (runs is not None and runs <= suggested):
            continue
        yield Step(
            "incident",
            _("The figures suggest response level %(level)s") % {"level": ROMAN[suggested]},
            str(incident),
            reverse("web:incident", args=[incident.id]),
            _("Look and activate") if runs is None else _("Look and adjust"),
            URGENT,
        )


def _plans(actor: Actor, running: Sequence[Incident], now: dt.datetime) -> Iterator[Step]:
    waiting = (
        Plan.objects.visible_to(actor)
        .filter(incident__in=running, state__in=[PlanState.DRAFT, PlanState.PROPOSED])
        .select_related("area", "incident")
        .only("number", "state", "proposed_by", "area__path", "incident__name", "incident__name_en")
    )
    for plan in waiting:
        path, url = plan.area.path, reverse("web:plan", args=[plan.id])
        if plan.state == PlanState.DRAFT and actor.may(Act.PROPOSE_PLAN, path=path):
            title = _("Plan %(number)s is drafted: check and propose it")
            yield Step(
                "plan",
                title % {"number": plan.number},
                str(plan.incident),
                url,
                _("Check the plan"),
                SOON,
            )
        if (
            plan.state == PlanState.PROPOSED
            and plan.proposed_by != actor.user_id
            and actor.may(Act.APPROVE_PLAN, path=path)
        ):
            title = _("Plan %(number)s waits for approval")
            yield Step(
                "plan",
                title % {"number": plan.number},
                str(plan.incident),
                url,
                _("Decide"),
                URGENT,
            )


def _reports(actor: Actor, running: Sequence[Incident], now: dt.datetime) -> Iterator[Step]:
    mine = _mine(actor, Act.FILE_REPORT)
    if mine is None:
        return
    duties = list(
        ReportDuty.objects.filter(
            mine, book_id=actor.book_id, incident__in=running, area__level=Level.TOWNSHIP
        )
        .select_related("area", "incident")
        .defer("area__boundary", "incident__footprint")
        .order_by("due_at")
    )
    silent = [duty for duty in duties if duty.last_report_at is None]
    if len(duties) > SHOWN:
        # Whoever answers for many townships first hears which of them are silent.
        duties = silent[:SHOWN]
    for duty in duties:
        title = _("%(kind)s of %(area)s") % {"kind": duty.get_kind_display(), "area": duty.area}
        yield Step(
            "report",
            title[:1].upper() + title[1:],
            str(duty.incident),
            reverse("web:report_new", args=[duty.incident_id, duty.area.code]),
            _("Enter the figures"),
            when(duty.due_at, now),
            duty.due_at,
        )


def _to_verify(actor: Actor, running: Sequence[Incident], now: dt.datetime) -> Iterator[Step]:
    mine = _mine(actor, Act.VERIFY_REPORT)
    if mine is None:
        return
    waiting = list(
        Report.objects.filter(
            mine,
            book_id=actor.book_id,
            incident__in=running,
            state=ReportState.ADOPTED,
            counts=True,
        )
        .order_by("incident_id", "area_id", "-seq")
        .select_related("area", "incident")
        .defer("figures", "area__boundary", "incident__footprint")
    )
    if waiting:
        first = min(waiting, key=lambda report: report.filed_at)
        title = ngettext(
            "%(count)d report to verify", "%(count)d reports to verify", len(waiting)
        ) % {"count": len(waiting)}
        text = ", ".join(sorted({str(report.area) for report in waiting}))
        yield Step("check", title, text, reverse("web:report", args=[first.id]), _("Verify"), SOON)


def _desk(actor: Actor, now: dt.datetime) -> Iterator[Step]:
    """What came in and counts for nothing until somebody decides; alerts make it urgent."""
    if not actor.paths(Act.VERIFY_REPORT):
        return
    waiting = waiting_count(actor=actor)
    alerts = Alert.objects.visible_to(actor).filter(seen_at=None).count()
    if waiting or alerts:
        title = _("What came in waits at the desk: %(n)s") % {"n": f"{waiting + alerts:,}"}
        text = _("Reports count once they are adopted.")
        urgency = URGENT if alerts else SOON
        yield Step("report", title, text, reverse("web:desk"), _("Desk"), urgency)


def _county_report(actor: Actor, running: Sequence[Incident], now: dt.datetime) -> Iterator[Step]:
    """The county's own report to the level above (上报), with its clock."""
    mine = _mine(actor, Act.REPORT_UP)
    if mine is None:
        return
    duties = ReportDuty.objects.filter(
        mine, book_id=actor.book_id, incident__in=running, area__level=Level.COUNTY
    )
    for duty in duties.select_related("incident").defer("incident__footprint").order_by("due_at"):
        title = _("%(incident)s: the county's %(kind)s is due") % {
            "incident": duty.incident,
            "kind": duty.get_kind_display(),
        }
        url = reverse("web:rapid", args=[duty.incident_id])
        text = _("The figures are the sum as it stands now; only words are typed.")
        due = min(duty.due_at, duty.copies_due_at or duty.due_at)
        yield Step("report", title, text, url, _("Rapid report"), when(due, now), due)


def _villages(actor: Actor, running: Sequence[Incident], now: dt.datetime) -> Iterator[Step]:
    mine = _mine(actor, Act.CONFIRM_HOUSEHOLDS)
    if mine is None:
        return
    waiting = list(
        AffectedVillage.objects.filter(
            mine, book_id=actor.book_id, incident__in=running, confirmed_at=None
        )
        .select_related("area", "incident")
        .defer("area__boundary", "incident__footprint")
        .order_by("-presumed_households")
    )
    if not waiting:
        return
    first = waiting[0]
    households = sum(village.presumed_households for village in waiting)
    title = ngettext(
        "%(count)d affected village to confirm",
        "%(count)d affected villages to confirm",
        len(waiting),
    ) % {"count": len(waiting)}
    url = (
        reverse("web:affected", args=[first.id])
        if len(waiting) == 1
        else reverse("web:villages", args=[first.incident_id])
    )
    text = _("%(households)s households from the map, %(incident)s") % {
        "households": f"{households:,}",
        "incident": first.incident,
    }
    yield Step("village", title, text, url, _("Confirm"), SOON)


def _calls(actor: Actor, now: dt.datetime) -> Iterator[Step]:
    """Partners to be rung: goods and vehicles ordered, late, unanswered, or no longer needed."""
    if not actor.paths(Act.CALL_AGREEMENT):
        return
    page = calls_page.gather(actor=actor, now=now)
    button, url = _("To the calls"), reverse("web:calls")
    if page.ring:
        names = ", ".join(str(one.agreement) for one in page.ring[:SHOWN])
        title = _("Suppliers to ring: %(n)s") % {"n": len(page.ring)}
        yield Step("phone", title, names, url, button, URGENT)
    if page.carriers:
        trips = [trip.trip for one in page.carriers for trip in one.trips]
        due = min(trip.leaves_at for trip in trips)
        title = _("Vehicles to call: %(n)s") % {"n": len(trips)}
        names = ", ".join(str(one.agreement) for one in page.carriers[:SHOWN])
        yield Step("phone", title, names, url, button, when(due, now), due)


def _dispatch(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    mine = _mine(actor, Act.DISPATCH_TRIP)
    if mine is None:
        return []
    waiting = Trip.objects.filter(mine, book_id=actor.book_id, state=TripState.PLANNED)
    trips = list(waiting.order_by("leaves_at", "id")[: SHOWN + 1])
    found = [
        Step(
            "truck",
            _("Trip %(number)s: load and dispatch") % {"number": trip.number},
            "",
            reverse("web:trip", args=[trip.id]),
            _("Load"),
            when(trip.leaves_at, now),
            trip.leaves_at,
        )
        for trip in trips[:SHOWN]
    ]
    if len(trips) > SHOWN:
        further = waiting.count() - SHOWN
        title = ngettext(
            "%(count)d further trip to load", "%(count)d further trips to load", further
        )
        found.append(
            Step("truck", title % {"count": further}, "", reverse("web:trips"), _("All trips"))
        )
    return found


def _receive(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    mine = _mine(actor, Act.RECEIVE_TRIP)
    if mine is None:
        return []
    coming = (
        Stop.objects.filter(
            mine, book_id=actor.book_id, received_at=None, trip__state=TripState.ON_THE_ROAD
        )
        .select_related("trip", "area")
        .defer("area__boundary")
        .order_by("arrives_at")
    )
    return [
        Step(
            "truck",
            _("Trip %(number)s is coming to %(area)s")
            % {"number": stop.trip.number, "area": stop.area},
            _("Plate %(plate)s") % {"plate": stop.trip.plate} if stop.trip.plate else "",
            reverse("web:stop_receive", args=[stop.trip_id, stop.id]),
            _("Receive"),
            when(stop.arrives_at, now),
            stop.arrives_at,
        )
        for stop in coming[:SHOWN]
    ]


def _checks(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    mine = _mine(actor, Act.RESOLVE_CHECK)
    if mine is None:
        return []
    waiting = CheckTask.objects.filter(mine, book_id=actor.book_id, settled_at=None).count()
    if not waiting:
        return []
    title = ngettext("%(count)d difference to settle", "%(count)d differences to settle", waiting)
    text = _("A receipt differs from what was loaded.")
    return [
        Step("scale", title % {"count": waiting}, text, reverse("web:checks"), _("Settle"), SOON)
    ]


def _tasks(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    """Tasks of the person's own areas; those of the areas below are theirs to do."""
    own = [duty.path for duty in actor.duties if duty.allows(Act.FINISH_TASK)]
    if not own:
        return []
    waiting = list(
        ResponseTask.objects.filter(
            area__path__in=own, book_id=actor.book_id, done_at=None, activation__ended_at=None
        )
        .select_related("activation")
        .order_by("due_at")
    )
    if not waiting:
        return []
    first = waiting[0]
    title = ngettext("%(count)d task to do", "%(count)d tasks to do", len(waiting))
    return [
        Step(
            "task",
            title % {"count": len(waiting)},
            _("Next: %(task)s") % {"task": named(first)},
            reverse("web:incident", args=[first.activation.incident_id]) + "#tasks",
            _("To the tasks"),
            when(first.due_at, now),
            first.due_at,
        )
    ]


def _store(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    """Counts, scrapping and differences that wait for the word of another person."""
    return [Step(*one, SOON) for one in to_approve(actor=actor)]
