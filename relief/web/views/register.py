"""Response plans with their versions, and the register of drills."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound, Refused
from relief.drills import register, revising
from relief.drills.dues import Standing
from relief.preparedness import plan_files
from relief.preparedness.models import PlanPart, ResponsePlan
from relief.preparedness.queries import plan_versions
from relief.web.drills import plans_page, register_page
from relief.web.papers.xlsx import MIME


@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """The plans in force and to come of the person's areas and those above."""
    actor = request.actor  # type: ignore[attr-defined]
    on = localdate(request.now)  # type: ignore[attr-defined]
    context = {
        "plans": plans_page.shown(actor=actor, on=on),
        "may_keep": bool(actor.paths(Act.KEEP_REGISTER)),
    }
    return render(request, "web/plans/plans.html", context)


@require_GET
def plan(request: HttpRequest, id: int) -> HttpResponse:
    """One version: its parts, drills and review, the other versions, what asks for a change."""
    actor = request.actor  # type: ignore[attr-defined]
    found = _plan(request, id)
    versions = plan_versions(plan=found)
    context = {
        "shown": plans_page.one(plan=found, on=localdate(request.now)),  # type: ignore[attr-defined]
        "parts": [(part, part in found.parts) for part in PlanPart],
        "versions": versions,
        "newest": versions[0],
        "items": plans_page.items(plan=found),
        "may_keep": actor.may(Act.KEEP_REGISTER, path=found.area.path),
    }
    return render(request, "web/plans/plan.html", context)


@require_GET
def plan_text(request: HttpRequest, id: int) -> HttpResponse:
    """The text of a version as a PDF."""
    found = _plan(request, id)
    if not found.file:
        raise NotFound
    try:
        data = plan_files.path_of(sha256=found.file).read_bytes()
    except FileNotFoundError as gone:
        raise NotFound from gone
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="plan-{found.pk}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_http_methods(["GET", "POST"])
@never_cache
def plan_new(request: HttpRequest) -> HttpResponse:
    """The first version of a plan."""
    return _version(request, old=None)


@require_http_methods(["GET", "POST"])
@never_cache
def plan_revise(request: HttpRequest, id: int) -> HttpResponse:
    """The version that follows, with the improvement items it settles."""
    return _version(request, old=_plan(request, id))


def _version(request: HttpRequest, *, old: ResponsePlan | None) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    form = plans_page.VersionForm(
        request.POST or None,
        request.FILES or None,
        old=old,
        areas=[] if old else plans_page.places(actor=actor),
        items=revising.open_items(plan=old) if old else [],
        now=now,
    )
    if request.method == "POST" and form.is_valid():
        file, upload = None, form.cleaned_data["file"]
        try:
            if upload is not None:
                # One byte more than may be is enough to see that it is too much.
                data = upload.read(plan_files.MOST_BYTES + 1)
                file = plan_files.keep(name=upload.name or "", data=data)
        except Refused as refused:
            form.add_error("file", str(refused.sentence))
        else:
            made = form.try_to(revising.add_version, request, file=file, **form.given())
            if made is not None:
                messages.success(
                    request,
                    _("Version %(version)s of “%(plan)s” is written.")
                    % {"version": made.version, "plan": made},
                )
                return redirect("web:response_plan", made.id)
    context = {"form": form, "old": old, "items": form.items}
    return render(request, "web/plans/version.html", context, status=409 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def drills_due(request: HttpRequest) -> HttpResponse:
    """Who is due for a drill; noting what was held and planning what is to come, many at once."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    place = register_page.place_of(request)
    on = localdate(now)
    show = request.GET.get("show") or request.POST.get("show", "")
    page = register_page.page(place=place, show=show, on=on)
    form = register_page.NoteForm(
        request.POST or None, offered=[*page.plans, *page.villages], now=now
    )
    if request.method == "POST" and form.is_valid() and _noted(request, form):
        return redirect(_address(place, show=page.show))
    context = {
        "place": place,
        "page": page,
        "form": form,
        "on": on,
        "standings": [(one, page.counts[one]) for one in Standing],
        "may_keep": register_page.may_keep(actor=actor, place=place),
    }
    status = 409 if form.errors else 200
    return render(request, "web/drills/register.html", context, status=status)


def _noted(request: HttpRequest, form: register_page.NoteForm) -> bool:
    """Do what the button says. False: it was refused, and the form says why."""
    typed, today = form.cleaned_data, localdate(request.now)  # type: ignore[attr-defined]
    given = form.targets() | {"kind": typed["kind"], "note": typed["note"], "today": today}
    if request.POST.get("do") == "plan":
        done = form.try_to(register.plan_drills, request, due_on=typed["day"], **given)
        said = _("Drills planned: %(n)d, each to be held by %(day)s.")
    else:
        done = form.try_to(register.note_held, request, on=typed["day"], **given)
        said = _("Drills noted as held: %(n)d, on %(day)s.")
    if done is None:
        return False
    messages.success(request, said % {"n": len(done), "day": typed["day"].isoformat()})
    return True


@require_GET
@never_cache
def drills_year(request: HttpRequest, year: int) -> HttpResponse:
    """The register of one year: late, planned and held."""
    place = register_page.place_of(request)
    on = localdate(request.now)  # type: ignore[attr-defined]
    context = {
        "place": place,
        "page": register_page.year_page(place=place, year=_year(year), on=on),
        "on": on,
        "may_plan": on.year <= year <= on.year + register.YEARS_AHEAD,
        "may_keep": register_page.may_keep(actor=request.actor, place=place),  # type: ignore[attr-defined]
    }
    return render(request, "web/drills/register_year.html", context)


@require_POST
def drills_year_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Plan everything that is due in the year and not in its plan yet."""
    place = register_page.place_of(request)
    made = register.plan_year(
        actor=request.actor,  # type: ignore[attr-defined]
        area_id=place.shown.id,
        year=_year(year),
        today=localdate(request.now),  # type: ignore[attr-defined]
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(
        request, _("Drills put into the plan of %(year)d: %(n)d.") % {"year": year, "n": len(made)}
    )
    return redirect(_address(place, year=year))


@require_POST
def drill_entry_undo(request: HttpRequest, id: int) -> HttpResponse:
    """Take back what was noted or planned by mistake."""
    place = register_page.place_of(request)
    entry = register.undo_entry(
        actor=request.actor,  # type: ignore[attr-defined]
        entry_id=id,
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(request, _("The entry of %(area)s was taken back.") % {"area": entry.area})
    return redirect(_address(place, year=entry.year))


@require_GET
def drills_file(request: HttpRequest, year: int) -> HttpResponse:
    """The register as a workbook."""
    place = register_page.place_of(request)
    on = localdate(request.now)  # type: ignore[attr-defined]
    made = register_page.workbook(place=place, year=_year(year), on=on)
    answer = HttpResponse(made, content_type=MIME)
    name = f"drills-{place.shown.code}-{year}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _year(year: int) -> int:
    if not 2000 <= year <= 2100:
        raise NotFound
    return year


def _address(place: register_page.Place, *, year: int | None = None, show: str = "") -> str:
    """The page of the place, with what was chosen on it."""
    chosen = {"area": place.area.code, "town": place.town.code if place.town else "", "show": show}
    page = reverse("web:drills_due") if year is None else reverse("web:drills_year", args=[year])
    return f"{page}?{urlencode({key: value for key, value in chosen.items() if value})}"


def _plan(request: HttpRequest, plan_id: int) -> ResponsePlan:
    actor = request.actor  # type: ignore[attr-defined]
    found = ResponsePlan.objects.visible_to(actor).select_related("area", "replaces")
    return found.defer("area__boundary").one(id=plan_id)
