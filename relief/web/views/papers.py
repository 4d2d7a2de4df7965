"""The county's rapid report (灾情快报): the form on screen, passing it on, and as files."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.boards.page import number
from relief.field import photos as files
from relief.incidents.models import Incident
from relief.reports.models import ReportState
from relief.response import desk as actions
from relief.response import queries as responses
from relief.web.desk.photos import Shown
from relief.web.forms.desk import RapidForm
from relief.web.forms.sheet import request_key
from relief.web.papers import hxl, pdf, printing, xlsx
from relief.web.papers import rapid as form_of
from relief.web.papers.rapid import Paper
from relief.web.views.incidents import one


@require_http_methods(["GET", "POST"])
def rapid(request: HttpRequest, id: int) -> HttpResponse:
    """The form as it stands now, or as it was passed on (`?report=`); sent, it is passed on."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = one(request, id)
    paper = paper_of(request, incident)
    form = None
    may = actor.may(Act.REPORT_UP, path=incident.area.path)
    if paper.report is None and paper.versions and may:
        last = paper.earlier[0].narrative if paper.earlier else ""
        form = RapidForm(request.POST or None, initial={"narrative": last})
    if request.method == "POST" and form is not None and form.is_valid():
        done = form.try_to(
            actions.report_up,
            request,
            incident_id=id,
            request_key=request_key(request),
            **form.cleaned_data,
        )
        if done is not None:
            messages.success(
                request, _("Passed on as rapid report no. %(seq)s.") % {"seq": done.seq}
            )
            return redirect(f"{request.path}?report={done.id}")
    given = set(paper.rolled.given())
    sections = [
        (section, [line for line in lines if line[0].key in given])
        for section, lines in paper.sections()
    ]
    context = {
        "incident": incident,
        "paper": paper,
        "form": form,
        "sections": [(section, lines) for section, lines in sections if lines],
        "width": 2 + len(paper.rolled.townships),
        "blank": sum(len(lines) for _section, lines in paper.sections()) - paper.given,
        "pictures": Shown(paper.photos, 0),
        "few_photos": responses.running(incident=incident) is not None
        and len(paper.photos) < form_of.PHOTOS_WANTED,
        "query": f"?report={paper.report.id}" if paper.report else "",
        "may_check": paper.report is not None
        and paper.report.state == ReportState.ADOPTED
        and actor.may(Act.VERIFY_REPORT, path=incident.area.path),
        "request_key": request.POST.get("request_key", ""),
    }
    status = 409 if form is not None and form.refused else 200
    return render(request, "web/desk/rapid.html", context, status=status)


@require_GET
def rapid_file(request: HttpRequest, id: int, form: str) -> HttpResponse:
    """The same form as a PDF, a workbook, or CSV with HXL tags."""
    actor = request.actor  # type: ignore[attr-defined]

    def photo(sha: str) -> tuple[bytes, str]:
        place, kind = files.file_of(files.shown_to(actor=actor, sha256=sha))
        return place.read_bytes(), kind

    makers: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
        "pdf": (printing.MIME, lambda paper: pdf.document(paper, photo=photo)),
        "xlsx": (xlsx.MIME, xlsx.workbook),
        "csv": (hxl.MIME, hxl.text),
    }
    if form not in makers:
        raise NotFound
    paper = paper_of(request, one(request, id))
    mime, make = makers[form]
    answer = HttpResponse(make(paper), content_type=mime)
    local = timezone.localtime(paper.as_of)
    drill = "drill-" if paper.drill else ""
    name = f"{drill}rapid-report-{id}-{local:%Y%m%d-%H%M}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def paper_of(request: HttpRequest, incident: Incident) -> Paper:
    actor = request.actor  # type: ignore[attr-defined]
    # The form is of the whole county: who sees a part of it only could not read it right.
    gate.require(actor=actor, act=Act.READ_REPORTS, area=incident.area, book_id=incident.book_id)
    asked = request.GET.get("report", "")
    report_id = number(asked)
    if asked and report_id is None:
        raise NotFound
    return form_of.of_incident(
        actor=actor,
        incident=incident,
        report_id=report_id,
        drill=request.book.is_drill,  # type: ignore[attr-defined]
        now=request.now,  # type: ignore[attr-defined]
    )
