"""The duty officer's robot: opens the incident, keeps reports, roads, plans and partners going."""

import datetime as dt
from functools import partial

from gis.models import Area, Level, inside
from relief.allocation import actions as allocation
from relief.allocation.models import Plan, PlanState
from relief.deliveries import planning
from relief.drills.outline import INCIDENT_HAZARD, footprint
from relief.drills.robots import partners, roads
from relief.drills.robots.player import Deed, Deeds, Player
from relief.field.models import Alert
from relief.reports.models import Report, ReportDuty, ReportState
from relief.response import actions as response
from relief.response import contacts, desk
from relief.response.models import Activation

OPENS = dt.timedelta(minutes=8)  # from the event until somebody opens the incident
SEES = dt.timedelta(minutes=2)  # from an alert until it is noticed
CHECKS = dt.timedelta(minutes=6)  # from a report or draft to its check
REPLANS = dt.timedelta(minutes=45)  # between two plans at least
GETS_THERE = dt.timedelta(minutes=45)  # a messenger, from the mark that a report is overdue
PASSES_ON = dt.timedelta(minutes=30)  # from the start of the response to the county's own report


def before(player: Player) -> Deeds:
    """Until there is an incident."""
    if player.since(player.drill.begins_at, OPENS):
        yield Deed("open", partial(_open, player))


def deeds(player: Player) -> Deeds:
    yield from _alerts(player)
    yield from roads.deeds(player)
    yield from _reports(player)
    yield from _contacts(player)
    if player.ended_at is None:
        yield from _plans(player)
    yield from partners.deeds(player)
    yield from _onward(player)


def _open(player: Player) -> str:
    drill = player.drill
    response.open_incident(
        actor=player.actor,
        area_id=drill.area_id,
        name=f"【演练】{drill.title}"[:80],
        name_en=f"[DRILL] {drill.title_en}"[:120],
        hazard=INCIDENT_HAZARD[drill.scenario["hazard"]["kind"]],
        started_at=drill.begins_at,
        cold_season=drill.scenario.get("cold", False),
        footprint=footprint(drill.scenario["hazard"]),
        request_code=str(player.key("incident")),
        now=player.now,
    )
    return "opened the incident"


def _alerts(player: Player) -> Deeds:
    raised = Alert.objects.filter(
        inside(player.seat.area.path, "area__path"),
        book=player.drill.book_id,
        seen_at=None,
        raised_at__lte=player.now - SEES,
    )
    for alert in raised.order_by("id"):
        yield Deed(f"alert {alert.pk}", partial(_see, player, alert))


def _see(player: Player, alert: Alert) -> str:
    desk.see_alert(actor=player.actor, alert_id=alert.pk, now=player.now)
    return "took note of an alert"


def _reports(player: Player) -> Deeds:
    waiting = Report.objects.filter(
        incident=player.incident,
        state__in=[ReportState.WAITING, ReportState.TO_MERGE],
        filed_at__lte=player.now - CHECKS,
    ).order_by("id")
    for report in waiting:
        yield Deed(f"check {report.pk}", partial(_check, player, report))


def _check(player: Player, report: Report) -> str:
    if report.state == ReportState.WAITING:
        desk.adopt_report(actor=player.actor, report_id=report.pk, now=player.now)
        return f"adopted report {report.seq} of {report.area_id}"
    response.return_report(
        actor=player.actor, report_id=report.pk, note="与已采纳的报告重复(演练)", now=player.now
    )
    return f"returned report {report.seq} of {report.area_id}"


def _contacts(player: Player) -> Deeds:
    """Somebody is sent to a township whose first report is long overdue, and gets through once."""
    silent = ReportDuty.objects.filter(
        incident=player.incident,
        area__level=Level.TOWNSHIP,
        last_report_at=None,
        overdue_since__lte=player.now - GETS_THERE,
    ).select_related("area")
    duties = list(silent.defer("area__boundary").order_by("id"))
    if not duties:
        return
    paths = [duty.area.path for duty in duties]
    known = {one.area for one in contacts.contacts_of(incident=player.incident, areas=paths)}
    for duty in duties:
        if duty.area.path not in known:
            yield Deed(f"contact {duty.area.code}", partial(_reach, player, duty.area))


def _reach(player: Player, area: Area) -> str:
    contacts.record_contact(
        actor=player.actor,
        incident_id=player.incident.pk,
        given=contacts.GivenContact(
            area=area.code,
            reached_by=contacts.ReachedBy.MESSENGER,
            who="值班干部(演练)",
            reached_at=player.now,
        ),
        request_key=player.key("contact", area.code),
        now=player.now,
    )
    return f"a messenger got through to {area.code}"


def _plans(player: Player) -> Deeds:
    """Propose what was drafted; draft again what was sent back or is older than a report."""
    last = Plan.objects.filter(incident=player.incident).order_by("-drafted_at", "-id").first()
    if last is None or last.state == PlanState.PROPOSED:
        return
    if last.state == PlanState.DRAFT:
        if player.since(last.drafted_at, CHECKS):
            yield Deed(f"propose {last.number}", partial(_propose, player, last))
        return
    if last.state == PlanState.REFUSED:
        if player.since(last.decided_at or last.drafted_at, CHECKS):
            yield Deed(f"draft after {last.number}", partial(_draft, player, "方案退回重拟(演练)"))
    elif player.since(last.drafted_at, REPLANS):
        newer = Report.objects.filter(
            incident=player.incident, counts=True, filed_at__gt=last.drafted_at
        )
        if newer.exists():
            yield Deed(f"draft after {last.number}", partial(_draft, player, "续报更新(演练)"))


def _propose(player: Player, draft: Plan) -> str:
    allocation.propose_plan(actor=player.actor, plan_id=draft.pk, now=player.now)
    return f"proposed plan {draft.number}"


def _draft(player: Player, reason: str) -> str:
    planning.draft_plan(
        actor=player.actor, incident_id=player.incident.pk, reason=reason, now=player.now
    )
    return "drafted the plan again"


def _onward(player: Player) -> Deeds:
    """Pass the county's figures on (上报) once, when the response has begun."""
    begun = (
        Activation.objects.filter(incident=player.incident, area=player.drill.area_id)
        .order_by("id")
        .first()
    )
    if begun is None or not player.since(begun.started_at, PASSES_ON):
        return
    key = player.key("onward")
    if not Report.objects.filter(request_key=key).exists():
        yield Deed("pass on", partial(_pass_on, player))


def _pass_on(player: Player) -> str:
    desk.report_up(
        actor=player.actor,
        incident_id=player.incident.pk,
        narrative="",
        request_key=player.key("onward"),
        now=player.now,
    )
    return "passed the county's figures on"
