"""Where goods came from and went: lots, stock cards, documents, search."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.boards.page import number
from relief.catalog import tags
from relief.incidents.queries import running
from relief.stock import actions
from relief.stock.models import Lot, LotState
from relief.web.forms.goods import LotForm
from relief.web.papers import xlsx
from relief.web.templatetags.shown import unit
from relief.web.trace import card_file, document_page, item_page, lot_page
from relief.web.trace.card import Card, card
from relief.web.trace.search import search as find


@require_GET
def lot(request: HttpRequest, id: int) -> HttpResponse:
    return _lot(request, id, LotForm())


@require_POST
def lot_state(request: HttpRequest, id: int) -> HttpResponse:
    """Set aside, take out of use, or put back; plans and trips then follow."""
    form = LotForm(request.POST)
    if form.is_valid():
        done = form.try_to(actions.condemn_lot, request, lot_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(
                request,
                _("Lot %(batch)s is now: %(state)s.")
                % {"batch": done.batch, "state": LotState(done.state).label},
            )
            return redirect("web:lot", id)
    return _lot(request, id, form)


def _lot(request: HttpRequest, lot_id: int, form: LotForm) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = lot_page.page(actor=actor, lot_id=lot_id, now=now, before=_before(request))
    waiting = {line.order.incident_id for line, _held in page.holds}
    context = {
        "page": page,
        "lot": page.lot,
        "tag": tags.write(kind="lot", id=lot_id),
        "form": form,
        # A lot out of use is still held by orders until a new plan lets go of it.
        "to_replan": [
            incident
            for incident in (running(actor=actor) if waiting and not page.usable else [])
            if incident.id in waiting
        ],
        "may_draft": bool(actor.paths(Act.DRAFT_PLAN)),
    }
    status = 409 if form.refused else 200
    return render(request, "web/store/lot.html", context, status=status)


def _before(request: HttpRequest) -> int | None:
    """The line of a card to page on from."""
    return number(request.GET.get("before", ""))


@require_GET
def lot_card(request: HttpRequest, id: int) -> HttpResponse:
    """The stock card of a lot as a workbook."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = lot_page.lot_of(actor=actor, lot_id=id)
    accounts = lot_page.accounts_of(actor=actor, lot=shown)
    return _workbook(
        request,
        title=f"{shown.item} · {shown.batch}",
        facts=[shown.item.code, unit(shown.item)],
        card=card(accounts=accounts, most=None),
        name=f"card-lot-{id}",
    )


@require_GET
def item(request: HttpRequest, item: str) -> HttpResponse:
    """An item with its lots and the stock card over all of them."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = item_page.page(
        actor=actor,
        code=item,
        depot=request.GET.get("depot", ""),
        now=now,
        before=_before(request),
    )
    return render(request, "web/store/item.html", {"page": page, "item": page.item})


@require_GET
def item_card(request: HttpRequest, item: str) -> HttpResponse:
    """The stock card of an item as a workbook."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = item_page.page(
        actor=actor, code=item, depot=request.GET.get("depot", ""), now=now, most=None
    )
    return _workbook(
        request,
        title=str(page.item),
        facts=[page.item.code, unit(page.item), str(page.depot or _("All depots"))],
        card=page.card,
        name=f"card-{page.item.code}",
    )


def _workbook(
    request: HttpRequest, *, title: str, facts: list[str], card: Card, name: str
) -> HttpResponse:
    drill = request.book.is_drill  # type: ignore[attr-defined]
    local = timezone.localtime(request.now)  # type: ignore[attr-defined]
    made = card_file.workbook(
        title=f"{_('Stock card')} · {title}",
        facts=[*facts, f"{local:%Y-%m-%d %H:%M}"],
        card=card,
        drill=drill,
    )
    answer = HttpResponse(made, content_type=xlsx.MIME)
    mark = "drill-" if drill else ""
    answer["Content-Disposition"] = f'attachment; filename="{mark}{name}-{local:%Y%m%d-%H%M}.xlsx"'
    return answer


@require_GET
def document(request: HttpRequest) -> HttpResponse:
    """The way of goods through one document, asked for by its number or tag."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("document", "").strip()
    page = None
    if text:
        named = tags.read(text)
        if named is not None and named.kind in ("lot", "bin"):
            return redirect("web:tag", tags.write(kind=named.kind, id=named.id))
        try:
            page = document_page.page(actor=actor, text=text)
        except NotFound:
            batch = Lot.objects.visible_to(actor).filter(batch__iexact=text).first()
            if batch is not None:
                return redirect("web:lot", batch.id)
    context = {"page": page, "asked": text}
    status = 404 if text and page is None else 200
    return render(request, "web/store/trace.html", context, status=status)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Items, lots and bins; a scanned tag of anything else leads to its page."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()
    named = tags.read(text)
    if named is not None and named.kind != "bin":
        return redirect("web:tag", tags.write(kind=named.kind, id=named.id))
    due, empty = request.GET.get("due", ""), bool(request.GET.get("empty"))
    context = {
        "asked": text,
        "due": due,
        "empty": empty,
        "found": find(actor=actor, text=text, due=due, empty=empty, now=now),
    }
    return render(request, "web/store/search.html", context)
