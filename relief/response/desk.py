"""What the county's desk does with reports: gather, adopt, merge, pass on; and seeing alerts."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.models import User
from relief.field import rows as field_rows
from relief.field.models import Alert, Item, ItemKind
from relief.incidents.models import Incident
from relief.incidents.rules import check_takes_entries
from relief.journal import log
from relief.reports import bodies, merging, onward
from relief.reports import steps as report_steps
from relief.reports.models import Report
from relief.response import rules, steps


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that could not be gathered, with the sentence that says why."""

    item_id: uuid.UUID
    receipt: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What gathering made: reports, and the items that stay where they were."""

    reports: list[Report]
    refused: list[RefusedItem]


@transaction.atomic(durable=True)
def adopt_report(*, actor: gate.Actor, report_id: int, now: dt.datetime, note: str = "") -> Report:
    """Adopt a report that waits (采纳), and those it rests on; assess the level anew.

    Raises WrongState while another adopted one of its place stands beside it.
    """
    incident, report = steps.locked_report(actor=actor, report_id=report_id)
    filed = report_steps.adopt(report=report, checked_by=actor.user_id, note=note, now=now)
    steps.tell(filed, kind="report_adopted", incident=incident, actor=actor, now=now)
    return filed.report


@transaction.atomic(durable=True)
def merge_reports(
    *,
    actor: gate.Actor,
    report_ids: Sequence[int],
    figures: Mapping[str, object],
    change_note: str,
    narrative: str,
    request_key: uuid.UUID,
    now: dt.datetime,
    change_reason: str = "",
) -> Report:
    """Make one version of several that stand beside each other (合并), with the figures chosen.

    The same form sent twice is one version. Raises NothingToMerge, WrongState or FiguresRefused.
    """
    asked = sorted(set(report_ids))
    if not asked:
        raise gate.NotFound
    incident, first = steps.locked_report(actor=actor, report_id=asked[0])
    seen = Report.objects.visible_to(actor).filter(id__in=asked).select_related("area", "village")
    reports = list(seen.select_for_update(of=("self",)).order_by("id"))
    if len(reports) != len(asked):
        raise gate.NotFound
    for report in reports:
        gate.require(actor=actor, act=Act.VERIFY_REPORT, area=report.area, book_id=report.book_id)
        if report.incident_id == first.incident_id:
            report.incident = incident
    filed = merging.merge(
        reports=reports,
        figures=figures,
        change_reason=change_reason,
        change_note=change_note,
        narrative=narrative,
        request_key=request_key,
        merged_by=actor.user_id,
        now=now,
    )
    if not filed.again:
        steps.tell(filed, kind="reports_merged", incident=incident, actor=actor, now=now)
    return filed.report


@transaction.atomic(durable=True)
def gather_items(
    *, actor: gate.Actor, incident_id: int, item_ids: Sequence[uuid.UUID], now: dt.datetime
) -> Gathered:
    """Gather what phones sent without an incident into one (汇拢).

    Each item is checked as a report of that incident; the good ones go in, the others stay with a
    sentence each. An item gathered before is left as it is.
    """
    incident = steps.locked(actor=actor, incident_id=incident_id)
    gate.require(actor=actor, act=Act.VERIFY_REPORT, area=incident.area, book_id=incident.book_id)
    check_takes_entries(incident=incident)
    found = Item.objects.visible_to(actor).filter(id__in=set(item_ids), kind=ItemKind.REPORT)
    items = list(
        found.select_related("author")
        .select_for_update(of=("self",))
        .order_by("received_at", "author_id", "device_seq", "id")
    )
    if len(items) != len(set(item_ids)):
        raise gate.NotFound
    done: list[report_steps.Filed] = []
    gathered = Gathered(reports=[], refused=[])
    for item in items:
        try:
            with transaction.atomic():
                filed = _gathered(item, incident=incident, now=now)
        except gate.Refused as refused:
            gathered.refused.append(RefusedItem(item.id, item.receipt, str(refused.sentence)))
            continue
        except gate.NotFound:
            sentence = _("The place it names is not known.")
            gathered.refused.append(RefusedItem(item.id, item.receipt, sentence))
            continue
        gathered.reports.append(filed.report)
        if not filed.again:
            done.append(filed)
    if done:
        *more, last = done
        steps.tell(last, kind="items_gathered", incident=incident, actor=actor, now=now, more=more)
    return gathered


@transaction.atomic(durable=True)
def report_up(
    *,
    actor: gate.Actor,
    incident_id: int,
    narrative: str,
    request_key: uuid.UUID,
    now: dt.datetime,
    verified: bool = False,
) -> Report:
    """Pass the county's figures on to the prefecture (上报): the sum of its townships now.

    `verified` makes it the verified report (核报), once every township's is in. The county's own
    clock then runs to the next daily report. The same form sent twice is one report. Raises
    NothingToPassOn or NotAllVerified.
    """
    incident = steps.locked(actor=actor, incident_id=incident_id)
    gate.require(actor=actor, act=Act.REPORT_UP, area=incident.area, book_id=incident.book_id)
    passed = onward.pass_on(
        incident=incident,
        narrative=narrative,
        verified=verified,
        request_key=request_key,
        filed_by=actor.user_id,
        now=now,
    )
    if not passed.again:
        log.record(
            book=incident.book_id,
            kind="report_passed_on",
            rows=passed.rows(),
            actor=actor.user_id,
            now=now,
            facts={"incident": incident.id, "report": passed.report.id, "seq": passed.report.seq},
        )
    return passed.report


@transaction.atomic(durable=True)
def see_alert(*, actor: gate.Actor, alert_id: int, now: dt.datetime) -> Alert:
    """Take note of an alert (急报已阅). Seen by somebody else before, it stays as it is."""
    alert = Alert.objects.visible_to(actor).select_related("area").locked(id=alert_id)
    gate.require(actor=actor, act=Act.SEE_ALERT, area=alert.area, book_id=alert.book_id)
    if alert.seen_at is not None:
        return alert
    alert.seen_at, alert.seen_by = now, actor.user_id
    alert.save(update_fields=["seen_at", "seen_by"])
    log.record(
        book=alert.book_id,
        kind="alert_seen",
        rows=[field_rows.alert(alert)],
        actor=actor.user_id,
        now=now,
        facts={"alert": alert.id},
    )
    return alert


def _gathered(item: Item, *, incident: Incident, now: dt.datetime) -> report_steps.Filed:
    """The report that an item makes in the incident, in its author's name."""
    area, village = bodies.places(item)
    rules.check_reports(**steps.township_of(incident=incident, area=area, village=village))
    author = gate.actor_for(user=User.objects.get(id=item.author_id), book_id=item.book_id, now=now)
    return report_steps.file(
        incident=incident,
        area=area,
        given=bodies.given(item, village=village),
        item=item,
        trusted=author.may(Act.FILE_REPORT, path=area.path),
        filed_by=item.author_id,
        now=now,
    )
