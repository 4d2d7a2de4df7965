"""The evaluation report of a drill, its archive, on-site comments, and what must improve.

Organisers act in the real book. The evaluators of a drill read its report once it is over and write
down what they saw, by their duty in the drill's own book.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gis.models import contains
from relief.access import gate
from relief.access.acts import Act
from relief.boards.page import number
from relief.drills import control, findings
from relief.drills.models import Drill, DrillState, Finding
from relief.journal import clock
from relief.web.drills import archive, improvements_page, list_page, report_page
from relief.web.drills.improvements_page import HotWashForm, ImprovementForm
from relief.web.forms.sheet import request_key
from relief.web.papers import printing


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may judge a drill, acting in the real book or, as its evaluator, in its own."""

    actor: gate.Actor
    drill: Drill
    organises: bool

    @property
    def may_read(self) -> bool:
        """An evaluator reads the report when all is over: it tells what is true."""
        over = self.drill.state in (DrillState.ENDED, DrillState.STOPPED)
        return self.organises or over


@require_GET
@never_cache
def report(request: HttpRequest, id: int) -> HttpResponse:
    reader = _reader(request, id)
    made = report_page.report_of(drill=_to_read(reader), real=_real(request))
    sheet = report_page.sheet(made, live=reader.organises, screen=True)
    context = {**sheet.context, "organises": reader.organises}
    return render(request, "web/drills/report.html", context)


@require_GET
@never_cache
def report_pdf(request: HttpRequest, id: int) -> HttpResponse:
    reader = _reader(request, id)
    made = report_page.report_of(drill=_to_read(reader), real=_real(request))
    sheet = report_page.sheet(made)
    answer = HttpResponse(sheet.pdf(), content_type=printing.MIME)
    answer["Content-Disposition"] = f'inline; filename="drill-{sheet.file}.pdf"'
    return answer


@require_GET
@never_cache
def drill_archive(request: HttpRequest, id: int) -> archive.Download:
    """Everything a county keeps of a drill (存档), as one zip."""
    drill = _organised(request, id)
    control.require_state(drill, DrillState.ENDED, DrillState.STOPPED)
    file = archive.write(drill=drill, real=_real(request))
    return archive.Download(
        file, as_attachment=True, filename=f"drill-{drill.pk}.zip", content_type=archive.MIME
    )


@require_http_methods(["GET", "POST"])
@never_cache
def comments(request: HttpRequest, id: int) -> HttpResponse:
    """On-site comments (现场点评): what went well and wrong, and what should change."""
    reader = _reader(request, id)
    drill = reader.drill
    form = HotWashForm(request.POST or None, drill=drill)
    if request.method == "POST" and form.is_valid():
        made = form.try_to(
            findings.note_findings,
            request,
            actor=reader.actor,
            now=_real(request),
            drill_id=id,
            request_key=request_key(request),
            **form.given(),
        )
        if made is not None:
            messages.success(request, _("Taken down: %(n)s.") % {"n": len(made)})
            if reader.may_read:
                return redirect(reverse("web:drill_report", args=[id]) + "#lessons")
            return redirect("web:drill_comments", id)
    context = {
        "drill": drill,
        "form": form,
        "noted": drill.findings.order_by("id"),
        "organises": reader.organises,
        "may_read": reader.may_read,
        "request_key": request.POST.get("request_key", "") if form.errors else "",
    }
    status = 409 if form.refused else 200
    return render(request, "web/drills/report_comments.html", context, status=status)


@require_POST
def finding_drop(request: HttpRequest, id: int) -> HttpResponse:
    found = Finding.objects.filter(id=id).first()
    if found is None:
        raise gate.NotFound
    reader = _reader(request, found.drill_id)
    findings.drop_finding(actor=reader.actor, finding_id=id, now=_real(request))
    messages.success(request, _("Taken back: %(finding)s") % {"finding": found.text})
    return redirect(reverse("web:drill_report", args=[found.drill_id]) + "#lessons")


@require_http_methods(["GET", "POST"])
@never_cache
def improvement_new(request: HttpRequest, id: int) -> HttpResponse:
    """A new improvement item of a drill: `?finding=` of that finding, `?shown=` of the numbers."""
    actor = request.actor  # type: ignore[attr-defined]
    drill = _organised(request, id)
    finding, problem = _cause(request, drill)
    form = ImprovementForm(
        request.POST or None, actor=actor, drill=drill, finding=finding, problem=problem
    )
    if request.method == "POST" and form.is_valid():
        made = form.try_to(
            findings.note_improvement,
            request,
            now=_real(request),
            drill_id=id,
            request_key=request_key(request),
            **form.given(),
        )
        if made is not None:
            messages.success(request, _("The item is noted and stays open until it is done."))
            return redirect(reverse("web:drill_report", args=[id]) + "#improvements")
    context = {
        "drill": drill,
        "form": form,
        "owners": improvements_page.owners(actor=actor, drill=drill),
        "request_key": request.POST.get("request_key", "") if form.errors else "",
    }
    status = 409 if form.refused else 200
    return render(request, "web/drills/improvement_new.html", context, status=status)


@require_GET
@never_cache
def improvements(request: HttpRequest) -> HttpResponse:
    """What must improve, over all drills of the person's areas."""
    items = improvements_page.items(
        actor=request.actor,  # type: ignore[attr-defined]
        shown=request.GET.get("show", "open"),
        today=timezone.localdate(_real(request)),
    )
    return render(request, "web/drills/improvements.html", {"items": items})


@require_POST
def improvement_done(request: HttpRequest, id: int) -> HttpResponse:
    findings.finish_improvement(
        actor=request.actor,  # type: ignore[attr-defined]
        improvement_id=id,
        note=request.POST.get("note", ""),
        now=_real(request),
    )
    messages.success(request, _("The item is done."))
    return redirect("web:improvements")


def _cause(request: HttpRequest, drill: Drill) -> tuple[Finding | None, str]:
    """What the address names as the reason for an item, and the problem in words."""
    asked, shown = request.GET.get("finding", ""), request.GET.get("shown", "")
    if asked:
        finding = drill.findings.filter(id=number(asked) or 0).first()
        if finding is None:
            raise gate.NotFound
        return finding, finding.text
    if shown and request.method == "GET":
        made = report_page.report_of(drill=drill, real=_real(request))
        return None, made.shown_problems.get(shown, "")
    return None, ""


def _real(request: HttpRequest) -> Any:
    return request.real_now  # type: ignore[attr-defined]


def _organised(request: HttpRequest, drill_id: int) -> Drill:
    """The drill, of an area where the person may run drills; anything else is not found."""
    actor = request.actor  # type: ignore[attr-defined]
    mine = list_page.drills(actor=actor).filter(id=drill_id)
    # The truth and the scenario are read at once: the list leaves them out.
    found = mine.defer(None).defer("area__boundary").select_related("area", "book", "basis").first()
    if found is None:
        raise gate.NotFound
    return found


def _reader(request: HttpRequest, drill_id: int) -> Reader:
    """Who may judge the drill. Raises NotFound, or NotYourDuty inside its area."""
    actor = request.actor  # type: ignore[attr-defined]
    drill = Drill.objects.select_related("area", "book", "basis").filter(id=drill_id).first()
    if drill is None:
        raise gate.NotFound
    if actor.may(Act.RUN_DRILL, path=drill.area.path):
        return Reader(actor, drill, organises=True)
    inner = gate.actor_for(
        user=request.user,  # type: ignore[arg-type]
        book_id=drill.book_id,
        now=clock.now_in(drill.book, real=_real(request)),
    )
    if inner.may(Act.OBSERVE_DRILL, path=drill.area.path):
        return Reader(inner, drill, organises=False)
    # Inside the drill's area a sentence says whose duty it is; outside nothing is found.
    for duty in actor.duties:
        if contains(drill.area.path, duty.path) and not duty.allows(Act.RUN_DRILL):
            gate.require(actor=actor, act=Act.RUN_DRILL, area=duty.path, book_id=actor.book_id)
    gate.require(actor=actor, act=Act.RUN_DRILL, area=drill.area, book_id=actor.book_id)
    raise gate.NotFound


def _to_read(reader: Reader) -> Drill:
    if not reader.may_read:
        raise control.NotNow(_("The report can be read once the drill is over."))
    return reader.drill
