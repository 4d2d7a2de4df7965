"""Inner step: filing reports of one incident, one or many, in one transaction.

Each report is decided upon in memory, with those before it; at the end all are written together.
The caller holds the incident's lock, which keeps every chain in order.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from gis.models import Area
from relief.field import alerts
from relief.field import rows as field_rows
from relief.field import steps as field_steps
from relief.field.models import Alert, Item
from relief.incidents.models import Incident
from relief.incidents.rules import check_same_form, check_takes_entries, text
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.reports import chains, duties, rows, rules
from relief.reports.models import Report, ReportDuty, ReportKind, ReportState
from relief.reports.series import Series
from relief.reports.steps import (
    Given,
    limits_of,
    store_marks,
)

_PEOPLE_HIT = ("deaths", "missing", "trapped")


class Filing:
    """Reports filed one after the other into one incident; `write` stores them.

    A report that is refused leaves the others as they are. `places` are the townships of the
    reports that may come, one for each of them.
    """

    def __init__(self, *, incident: Incident, places: Sequence[Area], now: dt.datetime) -> None:
        require_transaction("Filing")
        self._incident, self._places, self._now = incident, places, now
        self._series: dict[int, Series] = {}
        self._reports: list[Report] = []
        self._alerts: list[Alert] = []

    @property
    def last(self) -> Report | None:
        """The last report that was filed, or None if there is nothing new."""
        return self._reports[-1] if self._reports else None

    @cached_property
    def county_duty(self) -> ReportDuty | None:
        """The duty of the incident's county."""
        return self._duties.get(self._incident.area_id)

    @cached_property
    def _duties(self) -> dict[int, ReportDuty]:
        return duties.of(incident=self._incident, areas=[*self._places, self._incident.area])

    @cached_property
    def _ids(self) -> Iterator[int]:
        """Ids for the reports that may come: versions name each other before they are stored."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [Report._meta.db_table, len(self._places)],
            )
            return iter([number for (number,) in cursor.fetchall()])

    def file(
        self, *, area: Area, given: Given, item: Item | None, trusted: bool, filed_by: int
    ) -> Report:
        """File a report of a township or one of its villages, and set when the next one is due.

        It counts at once if whoever sends it is `trusted`, the clock is honest, it extends what was
        adopted and nothing stands beside it; otherwise the desk decides. The same form or item
        again is the same report. Raises FiguresRefused.
        """
        incident = self._incident
        earlier = self._sent_before(given=given, item=item)
        if earlier is not None:
            asked = (incident.id, area.id, filed_by)
            check_same_form(same=asked == (earlier.incident_id, earlier.area_id, earlier.filed_by))
            return earlier
        check_takes_entries(incident=incident)
        series = self._of(area)
        report = self._decided(
            series=series, given=given, item=item, trusted=trusted, filed_by=filed_by
        )
        known = _known(report, versions=series.versions)
        series.add(report, now=self._now)
        self._reports.append(report)
        alert = alerts.called_for(
            item=item,
            area=area,
            **_people_hit(report),
            known=known,
            now=self._now,
            book_id=incident.book_id,
        )
        if alert is not None:
            self._alerts.append(alert)
        return report

    def write(self) -> None:
        """Store what was filed: items, then what ceases to count, then reports, duties, alerts."""
        if not self._reports:
            return
        fresh = [one.item for one in self._reports if one.item and one.item._state.adding]
        field_steps.store(items=fresh)
        for series in self._series.values():
            store_marks(series.changed())
        Report.objects.bulk_create(self._reports)
        for series in self._series.values():
            series.store_duty()
        for alert in self._alerts:
            alert.save()

    def rows(self) -> list[Row]:
        """What was written, for the journal."""
        changed = [one for series in self._series.values() for one in series.changed()]
        self._name_villages(changed)
        owed = [series.duty_row for series in self._series.values()]
        return [
            *(rows.report(one) for one in (*self._reports, *changed)),
            *(row for row in owed if row is not None),
            *(field_rows.alert(one) for one in self._alerts),
        ]

    def _name_villages(self, versions: Iterable[Report]) -> None:
        """Villages of versions read without them."""
        known = {one.village_id: one.village for one in self._reports}
        unknown = {one.village_id for one in versions} - {None, *known}
        if unknown:
            known |= Area.objects.defer("boundary", "centre").in_bulk(unknown)
        for one in versions:
            one.village = known[one.village_id] if one.village_id else None

    def _sent_before(self, *, given: Given, item: Item | None) -> Report | None:
        """The report this form or item made before. An item only being stored has made none."""
        found = Report.objects.select_related("area", "village")
        if item is None:
            return found.filter(request_key=given.request_key).first()
        return None if item._state.adding else found.filter(item=item).first()

    def _of(self, area: Area) -> Series:
        if area.id not in self._series:
            duty = self._duties.get(area.id)
            self._series[area.id] = Series(incident=self._incident, area=area, duty=duty)
        return self._series[area.id]

    def _decided(
        self, *, series: Series, given: Given, item: Item | None, trusted: bool, filed_by: int
    ) -> Report:
        """The report as it will be stored. Raises FiguresRefused."""
        incident, area, versions = self._incident, series.area, series.versions
        given = _after_returned(given, versions=versions, book_id=incident.book_id)
        chain, base = _extends(given=given, versions=versions)
        received = item.received_at if item else self._now
        as_of, honest = _moment(given=given, item=item, incident=incident, base=base, now=received)
        note = text(given.change_note, limit=200, name=_("note on the change"))
        reason = rules.reason_of(reason=given.change_reason, note=note)
        limits, at_once = limits_of(place=given.village or area, now=self._now)
        before = _before(given=given, base=base, versions=versions)
        kind = _kind(given=given, base=base, before=before, versions=versions)
        figures = _figures(
            given=given,
            before=before,
            explained=bool(reason),
            limits=limits,
            complete=given.chain is None or kind == ReportKind.VERIFIED,
        )
        report = Report(
            id=next(self._ids),
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
            due_at=series.duty.due_at if series.duty else None,
            change_reason=reason,
            change_note=note,
            narrative=text(given.narrative, limit=200, name=_("narrative")),
            request_key=given.request_key,
        )
        if trusted and honest and at_once and _goes_on(report, versions=versions):
            report.state = ReportState.ADOPTED
        return report


def _after_returned(given: Given, *, versions: Sequence[Report], book_id: int) -> Given:
    """The same, resting on what its returned base rested on, if that never became a report."""
    named = {one.request_key for one in versions} | {one.item_id for one in versions}
    while given.chain is not None and given.base is not None and given.base not in named:
        returned = Item.objects.filter(id=given.base, book_id=book_id, returned_at__isnull=False)
        item = returned.filter(report=None).first()
        if item is None:
            break
        base = item.body.get("base")
        given = replace(given, base=uuid.UUID(str(base)) if base else None)
    first = given.chain is not None and given.base is None
    if first and given.kind == ReportKind.FOLLOW_UP:
        return replace(given, kind=ReportKind.INITIAL)
    return given


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
        _people_hit(one)
        for one in versions
        if one.village_id == report.village_id and one.state in (*chains.LIVE, *chains.PENDING)
    ]
    if report.village_id is None:
        villages = [_people_hit(one) for one in versions if one.counts and one.village_id]
        said.append({key: sum(one[key] for one in villages) for key in _PEOPLE_HIT})
    deaths, missing, trapped = (max((one[key] for one in said), default=0) for key in _PEOPLE_HIT)
    return deaths, missing, trapped


def _people_hit(report: Report) -> dict[str, int]:
    """Dead, missing and trapped as the report says; who is not mentioned is not known of."""
    said = {**report.figures, "trapped": report.scene.get("trapped")}
    return {key: int(said.get(key) or 0) for key in _PEOPLE_HIT}
