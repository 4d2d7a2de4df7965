"""Scrapping, differences, blank slips, bins and codes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.boards.page import number
from relief.deliveries.models import Answer, Difference
from relief.stock.models import Holding
from relief.warehouse import bins as keeping
from relief.warehouse import differences as answering
from relief.warehouse import scraps as scrapping
from relief.warehouse import slips
from relief.warehouse.models import BlankSlip
from relief.web import paging
from relief.web.forms.many import Lines
from relief.web.forms.reporting import within_minute
from relief.web.forms.sheet import request_key
from relief.web.forms.store import (
    AnswerForm,
    BinForm,
    BlankForm,
    BlankLineForm,
    BlanksForm,
    CodeForm,
    PutForm,
    ReasonForm,
    ScrapDecisionForm,
    ScrapForm,
    fen,
)
from relief.web.store import desk_page, pictures, places

SHOWN = 30


@require_http_methods(["GET", "POST"])
def scraps(request: HttpRequest) -> HttpResponse:
    """Ask for scrapping, and what waits for a decision."""
    return _scraps(request)


def _scraps(
    request: HttpRequest, *, refused: int = 0, decision: ScrapDecisionForm | None = None
) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.TAKE_IN)
    depot = places.chosen(request, depots)
    form = None
    if depot is not None:
        lots = desk_page.scrap_choices(depot=depot, book_id=actor.book_id, on=desk_page.today(now))
        asks = request.method == "POST" and decision is None
        form = ScrapForm(request.POST if asks else None, lots=lots)
        if asks and form.is_valid():
            said = form.cleaned_data
            place, lot_id = said.pop("what")
            done = form.try_to(
                scrapping.ask_scrap,
                request,
                depot_id=depot.id,
                lot_id=lot_id,
                taken_from=place,
                request_key=request_key(request),
                **said,
            )
            if done is not None:
                messages.success(
                    request,
                    _("Scrapping %(number)s waits for approval by another person.")
                    % {"number": done},
                )
                return redirect("web:scraps")
    waiting, decided = desk_page.scraps(actor=actor, decided=SHOWN)
    rows = [
        (
            one,
            (decision if one.id == refused else ScrapDecisionForm(auto_id=f"id_{one.id}_%s"))
            if one.asked_by != actor.user_id
            and actor.may(Act.APPROVE_STOCK, path=one.depot.area.path)
            else None,
        )
        for one in waiting
    ]
    context = {
        "form": form,
        "depot": depot,
        "depots": depots,
        "waiting": rows,
        "decided": decided,
        "people": desk_page.people({one.asked_by for one in waiting}),
    }
    bad = (form is not None and form.refused) or (decision is not None and decision.refused)
    return render(request, "web/store/scraps.html", context, status=409 if bad else 200)


@require_POST
def scrap_decide(request: HttpRequest, id: int) -> HttpResponse:
    """Approve or turn down; what it brought in is money of the county."""
    form = ScrapDecisionForm(request.POST, auto_id=f"id_{id}_%s")
    if form.is_valid():
        approved = request.POST.get("approved") == "yes"
        done = form.try_to(
            scrapping.decide_scrap,
            request,
            scrap_id=id,
            approved=approved,
            proceeds_fen=fen(form.cleaned_data["proceeds"]),
        )
        if done is not None:
            said = _("Scrapping %(number)s is approved and booked.")
            if not approved:
                said = _("Scrapping %(number)s is turned down.")
            messages.success(request, said % {"number": done})
            return redirect("web:scraps")
    return _scraps(request, refused=id, decision=form)


@require_GET
def differences(request: HttpRequest) -> HttpResponse:
    return _differences(request)


def _differences(
    request: HttpRequest, *, refused: int = 0, form: AnswerForm | None = None
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = desk_page.differences(actor=actor, refused=refused, form=form)
    answered = desk_page.answered(actor=actor, most=SHOWN)
    context = {
        "rows": [(row, desk_page.answers(row.found.kind)) for row in rows],
        "answered": answered,
        "people": desk_page.people({one.answered_by for one, _sentence in answered}),
    }
    status = 409 if form is not None and form.refused else 200
    return render(request, "web/store/differences.html", context, status=status)


@require_POST
def difference_answer(request: HttpRequest, id: int) -> HttpResponse:
    """Accept, correct or hand on."""
    actor = request.actor  # type: ignore[attr-defined]
    found = Difference.objects.visible_to(actor).select_related("lot__item").one(id=id)
    form = desk_page.answer_form(found, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        names = said["answer"] == Answer.CORRECT and said["lot"] and said["quantity"]
        done = form.try_to(
            answering.answer,
            request,
            difference_id=id,
            answer=said["answer"],
            note=said["note"],
            correction=answering.Correction(int(said["lot"]), said["quantity"]) if names else None,
        )
        if done is not None:
            handed = _("It is handed on; whoever approves counts decides.")
            messages.success(
                request, handed if done.answered_at is None else _("The difference is answered.")
            )
            return redirect("web:differences")
    return _differences(request, refused=id, form=form)


@require_http_methods(["GET", "POST"])
def blanks(request: HttpRequest) -> HttpResponse:
    """Blank slips: print some, type in what was used, void the rest."""
    actor = request.actor  # type: ignore[attr-defined]
    form = BlanksForm(request.POST or None)
    depots = places.depots(actor=actor, act=Act.KEEP_STORE)
    depot = places.chosen(request, depots)
    if request.method == "POST" and depot is not None and form.is_valid():
        done = form.try_to(
            slips.print_blanks,
            request,
            depot_id=depot.id,
            count=form.cleaned_data["count"],
            request_key=request_key(request),
        )
        if done is not None:
            return redirect("web:paper_blanks", done[0].id)
    return _blanks(request, form, ReasonForm(auto_id="id_void_%s"))


def _blanks(request: HttpRequest, form: BlanksForm, void: ReasonForm) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.KEEP_STORE)
    depot = places.chosen(request, depots)
    used = BlankSlip.objects.visible_to(actor).select_related("depot", "trip")
    unused = desk_page.unused(actor=actor)
    context = {
        "form": form,
        "void": void,
        "depot": depot,
        "depots": depots,
        "unused": unused,
        "here": sum(one.depot_id == depot.id for one in unused) if depot else 0,
        "used": used.exclude(trip=None).order_by("-id")[:SHOWN],
        "voided": used.exclude(voided_at=None).count(),
        "may_type": bool(actor.paths(Act.ORDER_BY_PHONE)),
    }
    bad = form.refused or void.refused
    return render(request, "web/store/blanks.html", context, status=409 if bad else 200)


@require_POST
def blanks_void(request: HttpRequest, id: int) -> HttpResponse:
    """Void what was not used of one depot, with its count."""
    form = ReasonForm(request.POST, auto_id="id_void_%s")
    if form.is_valid():
        voided = form.try_to(
            slips.void_blanks, request, depot_id=id, reason=form.cleaned_data["note"]
        )
        if voided is not None:
            messages.success(
                request, _("Slips voided because they were not used: %(n)d.") % {"n": voided}
            )
            return redirect("web:blanks")
    return _blanks(request, BlanksForm(), form)


@require_http_methods(["GET", "POST"])
def blank(request: HttpRequest, id: int) -> HttpResponse:
    """Type in a slip that was filled in by hand; used or voided, it only says so."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    slip = BlankSlip.objects.visible_to(actor).select_related("depot__area", "trip").one(id=id)
    more = request.method == "POST" and "more" in request.POST
    data = request.POST or None
    lines = Lines(BlankLineForm, data, items=places.item_choices())
    choices = desk_page.slip_choices(actor=actor, depot=slip.depot, now=now)
    form = BlankForm(
        None if more else data,
        request.FILES or None,
        choices=choices,
        initial=request.POST.dict() if more else {"said_at": now, "left_at": now},
    )
    if request.method == "POST" and not more and form.is_valid() & lines.is_valid():
        said = form.cleaned_data
        units: dict[str, int] = {}
        for line in lines.filled:
            units[line["item"]] = units.get(line["item"], 0) + line["quantity"]
        done = form.try_to(
            slips.use_blank,
            request,
            slip_id=id,
            incident_id=int(said["incident"]),
            area_id=int(said["area"]),
            lines=units,
            commander_id=int(said["commander"]),
            said_at=within_minute(said["said_at"], latest=now),
            left_at=within_minute(said["left_at"], latest=now),
            plate=said["plate"],
            driver=said["driver"],
            fleet_id=int(said["fleet"]),
            photos=said["pictures"],
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(
                request,
                _("Slip %(slip)s is typed in as trip %(trip)s; its paper is due within a day.")
                % {"slip": slip.number, "trip": done.number},
            )
            return redirect("web:trip", done.id)
    context = {
        "slip": slip,
        "form": form,
        "lines": lines,
        "photos": pictures.of_hashes(slip.photos, book_id=slip.book_id),
    }
    return render(request, "web/store/blank.html", context, status=409 if form.refused else 200)


@require_http_methods(["GET", "POST"])
def bins(request: HttpRequest) -> HttpResponse:
    """Bins of a depot and what lies in them; codes on packages."""
    actor = request.actor  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.KEEP_STORE)
    depot = places.chosen(request, depots)
    if depot is None:
        raise NotFound
    form = BinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(keeping.make_bin, request, depot_id=depot.id, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Bin %(code)s is made.") % {"code": done})
            return redirect(f"{request.path}?depot={depot.id}")
    return _bins(request, form, CodeForm(items=places.item_choices()))


def _bins(request: HttpRequest, form: BinForm, code: CodeForm) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.KEEP_STORE)
    depot = places.chosen(request, depots)
    if depot is None:
        raise NotFound
    offered = places.bin_choices(depot)
    page = paging.turned(request, desk_page.holdings(depot=depot, book_id=actor.book_id))
    context = {
        "page": page,
        "form": form,
        "code": code,
        "depot": depot,
        "depots": depots,
        "bins": depot.bins.order_by("code"),
        "holdings": [
            (
                one,
                PutForm(
                    bins=offered,
                    initial={"bin": one.bin_id or ""},
                    auto_id=f"id_{one.id}_%s",
                ),
            )
            for one in page
        ],
    }
    bad = form.refused or code.refused
    return render(request, "web/store/bins.html", context, status=409 if bad else 200)


@require_POST
def bin_put(request: HttpRequest, id: int) -> HttpResponse:
    """Say in which bin a lot lies."""
    actor = request.actor  # type: ignore[attr-defined]
    holding = Holding.objects.visible_to(actor).select_related("depot").one(id=id)
    form = PutForm(request.POST, bins=places.bin_choices(holding.depot))
    done = None
    if form.is_valid():
        chosen = form.cleaned_data["bin"]
        done = form.try_to(
            keeping.put_in_bin, request, holding_id=id, bin_id=int(chosen) if chosen else None
        )
    if done is not None:
        messages.success(request, _("Written down where the lot lies."))
    else:
        for sentences in form.errors.values():
            messages.error(request, str(sentences[0]))
    page = number(request.POST.get("page", "")) or 1
    return redirect(f"{reverse('web:bins')}?depot={holding.depot_id}&page={page}#h{id}")


@require_POST
def code_bind(request: HttpRequest) -> HttpResponse:
    """Bind the code on a package to its item."""
    form = CodeForm(request.POST, items=places.item_choices())
    if form.is_valid():
        said = form.cleaned_data
        done = form.try_to(
            keeping.bind_code,
            request,
            code=said["code"],
            item_code=said["item"],
            pack=said["pack"],
        )
        if done is not None:
            messages.success(
                request,
                _("Code %(code)s is bound to %(item)s.") % {"code": done, "item": done.item},
            )
            return redirect("web:bins")
    return _bins(request, BinForm(), form)
