"""Inner steps of report actions. Each needs the action's open transaction.

The caller holds the incident's lock, which keeps every chain in order.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from gis.models import Area
from relief.incidents.models import Incident
from relief.incidents.rules import text
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.norms import queries as norms
from relief.reports import chains, duties, rows, rules, states
from relief.reports.models import Report, ReportDuty, ReportState


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
    again: bool = False

    def rows(self) -> list[Row]:
        return [
            rows.report(self.report),
            *(rows.report(one) for one in self.changed),
            *([rows.duty_report(self.duty)] if self.duty else []),
            *([rows.duty_report(self.ended, gone=True)] if self.ended else []),
        ]


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
    changed = recounted(versions)
    store_marks(one for one in changed if one.pk is not None)
    return changed


def recounted(versions: Sequence[Report]) -> list[Report]:
    """`recount` in memory alone."""
    counting, standing = chains.counting(versions), chains.standing(versions)
    changed = []
    for one in versions:
        fresh = (one.id in counting, standing.get(one.id, one.state))
        if fresh != (one.counts, one.state):
            one.counts, one.state = fresh
            changed.append(one)
    return changed


def store_marks(versions: Iterable[Report]) -> None:
    """Store which versions count and in which state they are, those that count last.

    One version of a chain counts at a time, so what ceases to count makes room first.
    """
    alike: dict[tuple[bool, str], list[int]] = {}
    for one in versions:
        alike.setdefault((one.counts, one.state), []).append(one.id)
    for (counts, state), ids in sorted(alike.items()):
        Report.objects.filter(id__in=ids).update(counts=counts, state=state)


def take_back(*, report: Report, checked_by: int, note: str, now: dt.datetime) -> Filed:
    """Return a report (驳回): the one before counts again, and a new one is due.

    Raises WrongState.
    """
    require_transaction("take_back")
    versions, report = _among(report)
    states.check_open(state=report.state, seq=report.seq)
    _check_newest(report, versions=versions)
    met_duty = report.village_id is None or report.counts
    report.state, report.counts = ReportState.RETURNED, False
    report.checked_by, report.checked_at = checked_by, now
    report.check_note = text(note, limit=200, name=_("reason"), needed=True)
    report.save(update_fields=["state", "counts", "checked_by", "checked_at", "check_note"])
    changed = recount(versions)
    duty, ended = None, None
    if met_duty:
        duty, ended = duties.renew(report, versions=versions, now=now, again=True)
    return Filed(report, duty, ended, changed)


def adopt(*, report: Report, checked_by: int, note: str, now: dt.datetime) -> Filed:
    """Adopt a report (采纳) and those it rests on. Raises WrongState."""
    require_transaction("adopt")
    versions, report = _among(report)
    known = {one.id: one for one in versions}
    others = chains.beside(report, versions=versions, known=known)
    adopted = [one.seq for one in others if one.state in chains.LIVE]
    states.check_adoptable(
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
        duty, ended = duties.renew(report, versions=versions, now=now)
    return Filed(report, duty, ended, list(changed.values()))


def _among(report: Report) -> tuple[list[Report], Report]:
    """All versions of the report's township, and the report as one of them."""
    versions = of_area(incident=report.incident, area=report.area)
    return versions, next(one for one in versions if one.id == report.id)


def _check_newest(report: Report, *, versions: Sequence[Report]) -> None:
    after = chains.followers(report, versions=versions, known={one.id: one for one in versions})
    states.check_newest(seq=report.seq, follower=max((one.seq for one in after), default=None))


def limits_of(*, place: Area, now: dt.datetime) -> tuple[rules.Limits, bool]:
    """What the county allows in that place today, and whether a good report counts at once."""
    keys = ["report.plausible_share", "report.growth_note_factor", "report.adopt_at_once"]
    found = norms.numbers(area=place, keys=keys, on=duties.local_day(now))
    share, factor, at_once = (found[key] for key in keys)
    return rules.Limits(place.population, share, factor), at_once > 0
