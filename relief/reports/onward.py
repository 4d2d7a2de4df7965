"""Inner step: the county passes its figures on to the prefecture (上报)."""

import datetime as dt
import uuid

from django.utils.translation import gettext as _

from gis.models import Level
from relief.access.gate import Refused
from relief.incidents.models import Incident
from relief.incidents.rules import check_same_form, check_takes_entries, text
from relief.journal.log import require_transaction
from relief.reports import duties, queries, rules, steps
from relief.reports.models import Report, ReportKind, ReportState


class NothingToPassOn(Refused):
    """No township has reported anything that counts."""


class NotAllVerified(Refused):
    """A township still owes its verified report."""


def pass_on(
    *,
    incident: Incident,
    narrative: str,
    verified: bool,
    request_key: uuid.UUID,
    filed_by: int,
    now: dt.datetime,
) -> steps.Filed:
    """Keep the county's sums as the county's own report, and set when the next one is due.

    `scene` names the reports it is the sum of. The caller holds the incident's lock.
    """
    require_transaction("pass_on")
    earlier = Report.objects.select_related("area", "village").filter(request_key=request_key)
    done = earlier.first()
    if done is not None:
        check_same_form(same=(done.incident_id, done.area_id) == (incident.id, incident.area_id))
        return steps.Filed(done, again=True)
    check_takes_entries(incident=incident)
    counting = queries.current(incident=incident)
    if not counting:
        raise NothingToPassOn(_("No township's figures count yet; there is nothing to pass on."))
    last = queries.last(incident=incident, area=incident.area)
    figures = rules.total(report.figures for report in counting)
    kind = _kind(last, figures=figures, verified=verified)
    rules.check_series(kind=kind, previous_kind=last.kind if last else None)
    if verified:
        _check_all_verified(incident=incident)
    duty = incident.report_duties.filter(area=incident.area).first()
    report = Report.objects.create(
        book_id=incident.book_id,
        incident=incident,
        area=incident.area,
        chain=last.chain if last else request_key,
        base=last,
        seq=last.seq + 1 if last else 1,
        kind=kind,
        state=ReportState.ADOPTED,
        scene={"reports": [one.id for one in counting]},
        figures=figures,
        as_of=max(one.as_of for one in counting),
        filed_at=now,
        filed_by=filed_by,
        due_at=duty.due_at if duty else None,
        narrative=text(narrative, limit=200, name=_("narrative")),
        request_key=request_key,
    )
    fresh, ended = duties.passed_on(incident=incident, report=report, now=now)
    return steps.Filed(report, fresh, ended)


def _kind(last: Report | None, *, figures: rules.Figures, verified: bool) -> str:
    if verified:
        return ReportKind.VERIFIED
    if last is None:
        return ReportKind.INITIAL
    return ReportKind.ZERO if figures == last.figures else ReportKind.FOLLOW_UP


def _check_all_verified(*, incident: Incident) -> None:
    owing = incident.report_duties.filter(area__level=Level.TOWNSHIP).select_related("area")
    names = sorted(str(duty.area) for duty in owing.defer("area__boundary"))
    if names:
        raise NotAllVerified(
            _("The verified report of every township is expected; not in yet: %(names)s.")
            % {"names": ", ".join(names)}
        )
