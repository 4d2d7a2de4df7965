"""What the county's desk does with reports: gather, adopt, merge, pass on; and seeing alerts."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate
from relief.access.acts import Act
from relief.field import rows as field_rows
from relief.field.models import Alert, Item, ItemKind
from relief.incidents.models import Incident
from relief.incidents.rules import check_takes_entries, text
from relief.journal import log
from relief.reports import bodies, merging, onward, states
from relief.reports import steps as report_steps
from relief.reports.filing import Filing
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
    steps.tell_one(filed, kind="report_adopted", incident=incident, actor=actor, now=now)
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
        steps.tell_one(filed, kind="reports_merged", incident=incident, actor=actor, now=now)
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
    places = bodies.places(items)
    filing = Filing(incident=incident, places=[area for area, _village in places.values()], now=now)
    authors: dict[int, gate.Actor] = {}
    gathered = Gathered(reports=[], refused=[])
    for item in items:
        if item.author_id not in authors:
            authors[item.author_id] = gate.actor_for(
                user=item.author, book_id=item.book_id, now=now
            )
        try:
            place = places.get(item.id)
            if place is None:
                raise rules.NotHere(_("The place it names is not known."))
            report = _gathered(
                item, *place, author=authors[item.author_id], filing=filing, incident=incident
            )
        except gate.Refused as refused:
            gathered.refused.append(RefusedItem(item.id, item.receipt, str(refused.sentence)))
        else:
            gathered.reports.append(report)
    steps.tell_filed(filing, kind="items_gathered", incident=incident, actor=actor, now=now)
    return gathered


@transaction.atomic(durable=True)
def return_item(*, actor: gate.Actor, item_id: uuid.UUID, note: str, now: dt.datetime) -> Item:
    """Return what a phone sent before it was gathered (驳回), with the reason.

    Its sender may send a correction, which waits as the item did. Raises WrongState.
    """
    found = Item.objects.visible_to(actor).filter(kind=ItemKind.REPORT)
    item = found.select_related("area").defer("area__boundary").locked(id=item_id)
    gate.require(actor=actor, act=Act.VERIFY_REPORT, area=item.area, book_id=item.book_id)
    states.check_returnable(
        receipt=item.receipt,
        gathered=Report.objects.filter(item=item).exists(),
        returned=item.returned_at is not None,
    )
    item.returned_at, item.returned_by = now, actor.user_id
    item.return_reason = text(note, limit=200, name=_("reason"), needed=True)
    item.save(update_fields=["returned_at", "returned_by", "return_reason"])
    log.record(
        book=item.book_id,
        kind="item_returned",
        rows=[field_rows.item(item, path=item.area.path)],
        actor=actor.user_id,
        now=now,
        facts={"receipt": item.receipt},
    )
    return item


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


def _gathered(
    item: Item,
    area: Area,
    village: Area | None,
    *,
    author: gate.Actor,
    filing: Filing,
    incident: Incident,
) -> Report:
    """The report that an item makes in the incident, in its author's name."""
    states.check_gatherable(receipt=item.receipt, returned=item.returned_at is not None)
    rules.check_reports(**steps.township_of(incident=incident, area=area, village=village))
    return filing.file(
        area=area,
        given=bodies.given(item, village=village),
        item=item,
        trusted=author.may(Act.FILE_REPORT, path=area.path),
        filed_by=item.author_id,
    )
