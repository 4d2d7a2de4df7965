"""Reports: filing figures, reading one beside the version before, verifying, returning."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gis.models import Area
from relief.access.acts import Act
from relief.access.models import User
from relief.catalog.models import Item as Goods
from relief.incidents.models import Incident
from relief.reports import actions, chains, queries
from relief.reports.indicators import INDICATORS, Section
from relief.reports.models import Report, ReportDuty, ReportKind, ReportState
from relief.response import actions as response
from relief.web.desk import cards, photos, reasons
from relief.web.desk.inbox import rivals
from relief.web.forms.reporting import ReportForm
from relief.web.forms.sheet import request_key
from relief.web.paging import turned


@require_http_methods(["GET", "POST"])
def report_new(request: HttpRequest, id: int, code: str) -> HttpResponse:
    """The figures form of one township: short form first, the rest folded away."""
    actor = request.actor  # type: ignore[attr-defined]
    now = request.now  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    area = Area.objects.defer("boundary").get(code=code)
    previous = queries.last(incident=incident, area=area)
    form = ReportForm(request.POST or None, previous=previous, now=now)
    if request.method == "POST":
        # A zero report repeats the last figures: only the kind is sent, and the moment is now.
        zero = request.POST.get("kind") == ReportKind.ZERO
        if zero:
            form.cleaned_data = {}
            form._errors = form.error_class()  # type: ignore[attr-defined]
        if zero or form.is_valid():
            typed = form.cleaned_data
            report = form.try_to(
                response.file_report,
                request,
                incident_id=incident.id,
                area_id=area.id,
                kind=ReportKind.ZERO if zero else typed["kind"],
                figures={} if zero else form.figures(),
                as_of=now if zero else typed["as_of"],
                change_reason="" if zero else typed["change_reason"],
                change_note="" if zero else typed["change_note"],
                narrative="" if zero else typed["narrative"],
                request_key=request_key(request),
            )
            if report is not None:
                messages.success(
                    request,
                    _("Received: report no. %(seq)s of %(area)s.")
                    % {"seq": report.seq, "area": area},
                )
                return redirect("web:incident", id=incident.id)
    context = {
        "incident": incident,
        "area": area,
        "form": form,
        "previous": previous,
        "duty": ReportDuty.objects.filter(incident=incident, area=area).first(),
        "request_key": request.POST.get("request_key", ""),
        "now": now,
    }
    return render(request, "web/report_new.html", context, status=409 if form.refused else 200)


@require_GET
def report(request: HttpRequest, id: int) -> HttpResponse:
    """One report beside the version it rests on, with its chain, photos and place."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = (
        Report.objects.visible_to(actor)
        .select_related("area", "village", "item__author", "base", "merged_into", "incident__area")
        .defer("area__boundary", "village__boundary", "incident__area__boundary")
        .defer("incident__footprint")
        .one(id=id)
    )
    series = queries.series(actor=actor, incident=shown.incident, area=shown.area)
    known = {one.id: one for one in series}
    chain = [one for one in series if one.chain == shown.chain]
    others = [one for one in series if one.chain != shown.chain]
    people = User.objects.in_bulk({shown.filed_by, shown.checked_by} - {None})
    may_check = actor.may(Act.VERIFY_REPORT, path=shown.area.path)
    pending = shown.state in chains.PENDING
    newest = not chains.followers(shown, versions=series, known=known)
    beside_it = rivals(shown, series) if shown.state == ReportState.TO_MERGE else []
    pictures = photos.of_items([shown.item], book_id=actor.book_id)
    card = cards.of_report(shown, author=people.get(shown.filed_by))
    context = {
        "report": shown,
        "incident": shown.incident,
        "items": {one.code: str(one) for one in Goods.objects.filter(code__in=card.wanted)},
        "chain": turned(request, chain, key="chain"),
        "others": turned(request, others, key="others"),
        "people": people,
        "previous": shown.base,
        "sections": beside(shown, shown.base),
        "card": card,
        "photos": pictures.get(shown.item_id, photos.NONE),
        "rivals": beside_it,
        "merged_from": [one for one in series if one.merged_into_id == shown.id],
        "may_adopt": may_check and shown.state == ReportState.WAITING,
        "may_verify": may_check and shown.state == ReportState.ADOPTED,
        "may_return": may_check and newest and (pending or shown.state in chains.LIVE),
        "may_merge": may_check and bool(beside_it),
        "may_file": actor.may(Act.FILE_REPORT, path=shown.area.path)
        and shown.area_id != shown.incident.area_id,
    }
    return render(request, "web/report.html", context)


def beside(report: Report, previous: Report | None) -> list[tuple[Section, list[dict]]]:
    """The figures given, by section, each beside its value in the report before."""
    before = previous.figures if previous else {}
    sections = []
    for section in Section:
        rows = [
            {
                "label": indicator.label,
                "now": report.figures[key],
                "before": before.get(key),
                "changed": previous is not None and before.get(key) != report.figures[key],
            }
            for key, indicator in INDICATORS.items()
            if indicator.section == section and key in report.figures
        ]
        if rows:
            sections.append((section, rows))
    return sections


@require_POST
def report_verify(request: HttpRequest, id: int) -> HttpResponse:
    done = actions.verify_report(
        actor=request.actor,  # type: ignore[attr-defined]
        report_id=id,
        note=request.POST.get("note", ""),
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(request, _("Report no. %(seq)s is verified.") % {"seq": done.seq})
    if request.POST.get("back") == "rapid":
        return redirect(f"{reverse('web:rapid', args=[done.incident_id])}?report={id}")
    return redirect("web:report", id=id)


@require_POST
def report_return(request: HttpRequest, id: int) -> HttpResponse:
    """Return a report (驳回) with the reason chosen and what was typed."""
    done = response.return_report(
        actor=request.actor,  # type: ignore[attr-defined]
        report_id=id,
        note=reasons.note(reason=request.POST.get("reason", ""), text=request.POST.get("note", "")),
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(
        request,
        _("Report no. %(seq)s of %(place)s goes back to its sender with the reason.")
        % {"seq": done.seq, "place": done.village or done.area},
    )
    return (
        redirect("web:desk")
        if request.POST.get("back") == "desk"
        else redirect("web:report", id=id)
    )
