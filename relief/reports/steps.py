"""Inner steps of report actions. Each needs the action's open transaction.

The caller holds the incident's lock, which keeps every chain in order.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from gis.models import Area
from relief.field import alerts
from relief.field import rows as field_rows
from relief.field.models import Alert, Item
from relief.incidents.models import Incident
from relief.incidents.rules import check_same_form, check_takes_entries, text
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.norms import queries as norms
from relief.reports import chains, duties, rows, rules
from relief.reports.models import Report, ReportDuty, ReportKind, ReportState


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody reports of a place, before any check.

    `village` is None for the whole township. With a `chain` the report extends the version that
    `base` names (by form or item), or starts the chain; without one it goes on with the newest
    version of its place.
    """

    kind: str
    figures: Mapping[str, object]
    as_of: dt.datetime
    request_key: uuid.UUID
    village: Area | None = None
    chain: uuid.UUID | None = None
    base: uuid.UUID | None = None
    change_reason: str = ""
    change_note: str = ""
    narrative: str = ""
    scene: Mapping[str, Any] = field(default_factory=dict)
    point: Point | None = None
    accuracy_m: int | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What an action on a report changed, ready for the journal.

    `changed` are other versions that began or ceased to count, or to stand beside another. `again`
    says that this very form was filed before and nothing changed now.
    """

    report: Report
    duty: ReportDuty | None = None
    ended: ReportDuty | None = None
    changed: Sequence[Report] = ()
    alert: Alert | None = None
    again: bool = False

    def rows(self) -> list[Row]:
        return [
            rows.report(self.report),
            *(rows.report(one) for one in self.changed),
            *([rows.duty_report(self.duty)] if self.duty else []),
            *([rows.duty_report(self.ended, gone=True)] if self.ended else []),
            *([field_rows.alert(self.alert)] if self.alert else []),
        ]


def file(
    *,
    incident: Incident,
    area: Area,
    given: Given,
    item: Item | None,
    trusted: bool,
    filed_by: int,
    now: dt.datetime,
) -> Filed:
    """File a report of a township or one of its villages, and set when the next one is due.

    It counts at once if whoever sends it is `trusted`, the clock is honest, it extends what was
    adopted and nothing stands beside it; otherwise the desk decides. Raises FiguresRefused.
    """
    require_transaction("file")
    earlier = sent_before(given=given, item=item)
    if earlier is not None:
        asked = (incident.id, area.id, filed_by)
        check_same_form(same=asked == (earlier.incident_id, earlier.area_id, earlier.filed_by))
        return Filed(earlier, again=True)
    check_takes_entries(incident=incident)
    versions = of_area(incident=incident, area=area)
    chain, base = _extends(given=given, versions=versions)
    received = item.received_at if item else now
    as_of, honest = _moment(given=given, item=item, incident=incident, base=base, now=received)
    note = text(given.change_note, limit=200, name=_("note on the change"))
    reason = rules.reason_of(reason=given.change_reason, note=note)
    limits, at_once = limits_of(place=given.village or area, now=now)
    before = _before(given=given, base=base, versions=versions)
    kind = _kind(given=given, base=base, before=before, versions=versions)
    figures = _figures(
        given=given,
        before=before,
        explained=bool(reason),
        limits=limits,
        complete=given.chain is None or kind == ReportKind.VERIFIED,
    )
    duty = ReportDuty.objects.filter(incident=incident, area=area).first()
    report = Report(
        book_id=incident.book_id,
        incident=incident,
        area=area,
        village=given.village,
        chain=chain,
        base=base,
        seq=max((one.seq for one in versions), default=0) + 1,
        kind=kind,
        state=ReportState.WAITING,
        item=item,
        point=given.point,
        accuracy_m=given.accuracy_m,
        scene=dict(given.scene),
        figures=figures,
        as_of=as_of,
        filed_at=received,
        filed_by=filed_by,
        due_at=duty.due_at if duty else None,
        change_reason=reason,
        change_note=note,
        narrative=text(given.narrative, limit=200, name=_("narrative")),
        request_key=given.request_key,
    )
    known = _known(report, versions=versions)
    if trusted and honest and at_once and _goes_on(report, versions=versions):
        report.state = ReportState.ADOPTED
    changed = recount([*versions, report])
    report.save()
    ended = None
    if report.village_id is None or report.counts:
        duty, ended = duties.renew(duty, report, versions=[*versions, report], now=now)
    else:
        duty = None
    alert = alerts.raise_for(
        item=item,
        area=area,
        **people_hit(report),
        known=known,
        now=now,
        book_id=incident.book_id,
    )
    others = [one for one in changed if one is not report]
    return Filed(report, duty, ended, others, alert)


def sent_before(*, given: Given, item: Item | None) -> Report | None:
    """The report this form or item made before."""
    found = Report.objects.select_related("area", "village")
    if item is not None:
        return found.filter(item=item).first()
    return found.filter(request_key=given.request_key).first()


def of_area(*, incident: Incident, area: Area) -> list[Report]:
    """All versions of a township in an incident, the oldest first."""
    found = Report.objects.filter(incident=incident, area=area).select_related("village")
    versions = list(found.defer("village__boundary", "village__centre").order_by("seq"))
    for version in versions:
        version.area, version.incident = area, incident
    return versions


def recount(versions: Sequence[Report]) -> list[Report]:
    """Set anew which versions count and which wait to be merged; those that changed.

    `versions` are all of one township in one incident. One that is not stored yet is only marked.
    """
    require_transaction("recount")
    counting, standing = chains.counting(versions), chains.standing(versions)
    changed = []
    for one in versions:
        fresh = (one.id in counting, standing.get(one.id, one.state))
        if fresh != (one.counts, one.state):
            one.counts, one.state = fresh
            changed.append(one)
    # What ceases to count goes first: one version of a chain counts at a time.
    for one in sorted(changed, key=lambda one: (one.counts, one.seq)):
        if one.pk is not None:
            one.save(update_fields=["counts", "state"])
    return changed


def take_back(*, report: Report, checked_by: int, note: str, now: dt.datetime) -> Filed:
    """Return a report (驳回): the one before counts again, and a new one is due.

    Raises WrongState.
    """
    require_transaction("take_back")
    versions, report = _among(report)
    rules.check_open(state=report.state, seq=report.seq)
    _check_newest(report, versions=versions)
    met_duty = report.village_id is None or report.counts
    report.state, report.counts = ReportState.RETURNED, False
    report.checked_by, report.checked_at = checked_by, now
    report.check_note = text(note, limit=200, name=_("reason"), needed=True)
    report.save(update_fields=["state", "counts", "checked_by", "checked_at", "check_note"])
    changed = recount(versions)
    duty, ended = None, None
    if met_duty:
        duty, ended = duties.renew(
            duties.of(report), report, versions=versions, now=now, again=True
        )
    return Filed(report, duty, ended, changed)


def adopt(*, report: Report, checked_by: int, note: str, now: dt.datetime) -> Filed:
    """Adopt a report (采纳) and those it rests on. Raises WrongState."""
    require_transaction("adopt")
    versions, report = _among(report)
    known = {one.id: one for one in versions}
    others = chains.beside(report, versions=versions, known=known)
    adopted = [one.seq for one in others if one.state in chains.LIVE]
    rules.check_adoptable(
        state=report.state, seq=report.seq, adopted_beside=max(adopted, default=None)
    )
    below = [one for one in chains.line(report, known=known) if one.state in chains.PENDING]
    note = text(note, limit=200, name=_("note"))
    for one in (report, *below):
        one.state = ReportState.ADOPTED
        one.checked_by, one.checked_at, one.check_note = checked_by, now, note
        one.save(update_fields=["state", "checked_by", "checked_at", "check_note"])
    changed = {one.id: one for one in (*below, *recount(versions)) if one is not report}
    duty, ended = None, None
    if report.village_id is None or report.counts:
        duty, ended = duties.renew(duties.of(report), report, versions=versions, now=now)
    return Filed(report, duty, ended, list(changed.values()))


def _among(report: Report) -> tuple[list[Report], Report]:
    """All versions of the report's township, and the report as one of them."""
    versions = of_area(incident=report.incident, area=report.area)
    return versions, next(one for one in versions if one.id == report.id)


def _check_newest(report: Report, *, versions: Sequence[Report]) -> None:
    after = chains.followers(report, versions=versions, known={one.id: one for one in versions})
    rules.check_newest(seq=report.seq, follower=max((one.seq for one in after), default=None))


def limits_of(*, place: Area, now: dt.datetime) -> tuple[rules.Limits, bool]:
    """What the county allows in that place today, and whether a good report counts at once."""
    keys = ["report.plausible_share", "report.growth_note_factor", "report.adopt_at_once"]
    found = norms.numbers(area=place, keys=keys, on=duties.local_day(now))
    share, factor, at_once = (found[key] for key in keys)
    return rules.Limits(place.population, share, factor), at_once > 0


def _extends(*, given: Given, versions: Sequence[Report]) -> tuple[uuid.UUID, Report | None]:
    """Chain and base of a new report. Raises FiguresRefused."""
    village = given.village.id if given.village else None
    if given.chain is None:
        tip = chains.tip(one for one in versions if one.village_id == village)
        return (tip.chain if tip else given.request_key), tip
    if given.base is None:
        taken = any(one.chain == given.chain for one in versions)
        rules.check_chain_free(taken=taken)
        return given.chain, None
    found = [one for one in versions if given.base in (one.request_key, one.item_id)]
    base = found[0] if found else None
    rules.check_base(
        known=base is not None,
        fits=base is not None and (base.chain, base.village_id) == (given.chain, village),
    )
    return given.chain, base


def _moment(
    *,
    given: Given,
    item: Item | None,
    incident: Incident,
    base: Report | None,
    now: dt.datetime,
) -> tuple[dt.datetime, bool]:
    """As at when the figures are, and whether the clock that says so can be believed.

    A form with an impossible moment is refused. What a phone reports is never lost for its clock:
    the moment is brought to the nearest possible one, and the desk decides.
    """
    earliest = max(incident.started_at, base.as_of if base else incident.started_at)
    if given.chain is None:
        rules.check_as_of(as_of=given.as_of, earliest=earliest, now=now)
        return given.as_of, True
    nearest = max(min(given.as_of, now), earliest)
    most = dt.timedelta(seconds=settings.FIELD_CLOCK_OFF_SECONDS)
    far = item is not None and item.needs_desk
    return nearest, not far and abs(nearest - given.as_of) <= most


def _before(
    *, given: Given, base: Report | None, versions: Sequence[Report]
) -> rules.Figures | None:
    """The figures a report goes on from.

    A zero report of a township whose villages alone reported repeats their sum.
    """
    if base is not None:
        return base.figures
    if given.kind == ReportKind.ZERO and given.village is None:
        villages = [one.figures for one in versions if one.counts]
        return rules.total(villages) if villages else None
    return None


def _kind(
    *,
    given: Given,
    base: Report | None,
    before: rules.Figures | None,
    versions: Sequence[Report],
) -> str:
    """The kind of report, checked against the series. Raises FiguresRefused."""
    if base is None:
        said = ReportKind.INITIAL if before is not None else None
        rules.check_series(kind=given.kind, previous_kind=said)
        return given.kind
    known = {one.id: one for one in versions}
    below = [base, *chains.line(base, known=known)]
    stands = next((one for one in below if one.state in (*chains.LIVE, *chains.PENDING)), None)
    # After its initial report was returned, a phone's follow-up is the initial one.
    first = stands is None and given.kind == ReportKind.FOLLOW_UP
    kind = ReportKind.INITIAL.value if first else given.kind
    merged = base if base.state == ReportState.MERGED else None
    previous = stands or merged
    rules.check_series(kind=kind, previous_kind=previous.kind if previous else None)
    return kind


def _figures(
    *,
    given: Given,
    before: rules.Figures | None,
    explained: bool,
    limits: rules.Limits,
    complete: bool,
) -> rules.Figures:
    """The whole figures of the report, checked. Raises FiguresRefused."""
    cleaned = rules.clean(given.figures)
    if given.kind == ReportKind.ZERO:
        rules.check_zero(figures=cleaned, previous=before)
        return dict(before or {})
    whole = rules.completed(figures=cleaned, previous=before)
    rules.check_figures(
        figures=whole, previous=before, explained=explained, limits=limits, complete=complete
    )
    return whole


def _goes_on(report: Report, *, versions: Sequence[Report]) -> bool:
    """Whether the report extends what was adopted, with nothing of its place beside it."""
    everything = [*versions, report]
    known = {one.id: one for one in everything}
    below = chains.line(report, known=known)
    return (
        not chains.beside(report, versions=everything, known=known)
        and (report.base is None or report.base.state in chains.LIVE)
        and not any(one.state in chains.PENDING for one in below)
    )


def _known(report: Report, *, versions: Sequence[Report]) -> tuple[int, int, int]:
    """Dead, missing and trapped that the report's place was known to have."""
    said = [
        people_hit(one)
        for one in versions
        if one.village_id == report.village_id and one.state in (*chains.LIVE, *chains.PENDING)
    ]
    if report.village_id is None:
        villages = [people_hit(one) for one in versions if one.counts and one.village_id]
        said.append({key: sum(one[key] for one in villages) for key in PEOPLE_HIT})
    deaths, missing, trapped = (max((one[key] for one in said), default=0) for key in PEOPLE_HIT)
    return deaths, missing, trapped


PEOPLE_HIT = ("deaths", "missing", "trapped")


def people_hit(report: Report) -> dict[str, int]:
    """Dead, missing and trapped as the report says; who is not mentioned is not known of."""
    said = {**report.figures, "trapped": report.scene.get("trapped")}
    return {key: int(said.get(key) or 0) for key in PEOPLE_HIT}
