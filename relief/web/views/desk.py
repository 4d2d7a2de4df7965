"""The county's desk (灾情核对): what waits, gathering, adopting, merging, alerts seen."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.access.gate import Actor, NotYourDuty, Refused
from relief.access.models import User
from relief.boards.page import number
from relief.reports import chains
from relief.reports.models import ChangeReason, Report
from relief.response import desk as actions
from relief.web.desk import inbox, merging, photos, reasons
from relief.web.forms.sheet import request_key


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The inbox, with the incident chosen last for gathering."""
    actor = request.actor  # type: ignore[attr-defined]
    found = inbox.of_person(actor=actor, now=request.now)  # type: ignore[attr-defined]
    chosen = request.GET.get("incident", "")
    context = {
        "inbox": found,
        "may": bool(actor.paths(Act.VERIFY_REPORT)),
        "chosen": number(chosen),
    }
    return render(request, "web/desk/desk.html", context)


@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """Gather items into an incident (汇拢): those ticked, or the one whose own button was used."""
    only = request.POST.get("only", "")
    item, _slash, incident = only.partition("/")
    items = [item] if only else request.POST.getlist("item")
    incident_id = number(incident or request.POST.get("incident", ""))
    if not items or incident_id is None:
        messages.warning(request, _("Tick at least one report to gather."))
        return redirect("web:desk")
    gathered = actions.gather_items(
        actor=request.actor,  # type: ignore[attr-defined]
        incident_id=incident_id,
        item_ids=inbox.item_ids(items),
        now=request.now,  # type: ignore[attr-defined]
    )
    if gathered.reports:
        messages.success(
            request, _("Gathered reports: %(n)s.") % {"n": f"{len(gathered.reports):,}"}
        )
    for refused in gathered.refused:
        messages.error(request, f"{refused.receipt}: {refused.sentence}")
    return redirect("web:desk")


@require_POST
def item_return(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Return what belongs to no incident (驳回) with the reason chosen and what was typed."""
    done = actions.return_item(
        actor=request.actor,  # type: ignore[attr-defined]
        item_id=id,
        note=reasons.note(reason=request.POST.get("reason", ""), text=request.POST.get("note", "")),
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(
        request,
        _("%(receipt)s goes back to its sender with the reason.") % {"receipt": done.receipt},
    )
    return redirect("web:desk")


@require_POST
def adopt(request: HttpRequest, id: int) -> HttpResponse:
    done = actions.adopt_report(
        actor=request.actor,  # type: ignore[attr-defined]
        report_id=id,
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(
        request,
        _("Report no. %(seq)s of %(place)s is adopted.")
        % {"seq": done.seq, "place": done.village or done.area},
    )
    if request.POST.get("back") == "report":
        return redirect("web:report", id=id)
    return redirect("web:desk")


@require_POST
def alert_seen(request: HttpRequest, id: int) -> HttpResponse:
    actions.see_alert(
        actor=request.actor,  # type: ignore[attr-defined]
        alert_id=id,
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(request, _("The alert is marked as seen."))
    return redirect("web:desk")


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """Versions of one place side by side; sent, they become one version with the figures chosen."""
    actor = request.actor  # type: ignore[attr-defined]
    sent = request.method == "POST"
    typed = request.POST if sent else {}
    asked = request.POST.getlist("report") if sent else request.GET.getlist("report")
    if not asked:
        return redirect("web:desk")
    reports = merging.chosen(actor=actor, ids=asked)
    wrong: dict[str, list[str]] = {}
    others: list[str] = []
    if sent:
        try:
            done = actions.merge_reports(
                actor=actor,
                report_ids=[one.id for one in reports],
                figures=merging.figures(reports=reports, typed=typed),
                change_reason=typed.get("change_reason", ""),
                change_note=typed.get("change_note", ""),
                narrative=typed.get("narrative", ""),
                request_key=request_key(request),
                now=request.now,  # type: ignore[attr-defined]
            )
        except NotYourDuty:
            raise
        except Refused as refused:
            wrong, others = merging.errors(refused)
        else:
            messages.success(
                request, _("Merged into no. %(seq)s, which counts now.") % {"seq": done.seq}
            )
            return redirect("web:report", id=done.id)
    base = base_of(actor, reports)
    sections = merging.rows(reports=reports, base=base, typed=typed, errors=wrong)
    differing, agreeing = merging.apart(sections)
    context = {
        "incident": reports[0].incident,
        "place": reports[0].village or reports[0].area,
        "reports": reports,
        "base": base,
        "people": User.objects.in_bulk({one.filed_by for one in reports}),
        "pictures": photos.of_items((one.item for one in reports), book_id=actor.book_id),
        "differing": differing,
        "agreeing": agreeing,
        "agree_count": sum(len(rows) for _section, rows in agreeing),
        "width": len(reports) + 2 + (base is not None),
        "errors": wrong,
        "others": others,
        "reasons": ChangeReason.choices,
        "change_reason": typed.get("change_reason", ""),
        "change_note": typed.get("change_note", ""),
        "narrative": typed.get("narrative") or merging.narrative(reports),
        "request_key": typed.get("request_key", ""),
    }
    return render(request, "web/desk/merge.html", context, status=409 if wrong or others else 200)


def base_of(actor: Actor, reports: Sequence[Report]) -> Report | None:
    """The newest version that all of them rest on."""
    first = reports[0]
    found = Report.objects.visible_to(actor).filter(incident=first.incident_id, area=first.area_id)
    known = {one.id: one for one in found}
    return chains.common([known[one.id] for one in reports], known=known)
