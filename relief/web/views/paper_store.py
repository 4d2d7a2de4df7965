"""Papers of a store: slips, waybills, pick lists, count sheets, labels, on screen and as PDF."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from relief.boards.page import number
from relief.web.papers import printing
from relief.web.papers.blank import blanks as blanks_left
from relief.web.papers.call import call_sheet
from relief.web.papers.count_sheet import count_sheet
from relief.web.papers.labels import MOST, shelves
from relief.web.papers.labels import labels as labels_of
from relief.web.papers.sheet import Sheet
from relief.web.papers.slip import Slip, slip_of


def page(request: HttpRequest, sheet: Sheet, *, pdf: str) -> HttpResponse:
    """The paper on screen: what the printer will show, with the way to the PDF."""
    return render(request, "web/papers/page.html", {**sheet.context, "pdf": pdf})


def file(sheet: Sheet) -> HttpResponse:
    """The paper as PDF, opened in the browser under a name to save it by."""
    answer = HttpResponse(sheet.pdf(), content_type=printing.MIME)
    drill = "drill-" if sheet.drill else ""
    answer["Content-Disposition"] = f'inline; filename="{drill}{sheet.file}.pdf"'
    return answer


View = Callable[..., HttpResponse]


def both(made: Callable[[HttpRequest, int], Sheet], *, pdf: str) -> tuple[View, View]:
    """The two views of a paper: on screen, and as PDF under the address of that name."""

    @require_GET
    def on_screen(request: HttpRequest, id: int) -> HttpResponse:
        return page(request, made(request, id), pdf=reverse(pdf, args=[id]))

    @require_GET
    def as_pdf(request: HttpRequest, id: int) -> HttpResponse:
        return file(made(request, id))

    return on_screen, as_pdf


def origin(request: HttpRequest) -> str:
    """The address this system is reached at, which stands in every code."""
    return request.build_absolute_uri("/").rstrip("/")


def _of_trip(request: HttpRequest, trip_id: int) -> Slip:
    actor = request.actor  # type: ignore[attr-defined]
    return slip_of(actor=actor, trip_id=trip_id, origin=origin(request))


def _slip(request: HttpRequest, trip_id: int) -> Sheet:
    slip = _of_trip(request, trip_id)
    return Sheet(
        title=_("Issue slip and waybill %(number)s") % {"number": slip.number},
        file=f"slip-{slip.number}",
        body="web/papers/slip.html",
        content={"slip": slip},
        drill=slip.drill,
        back=reverse("web:trip", args=[trip_id]),
        back_name=slip.trip.number,
    )


slip, slip_pdf = both(_slip, pdf="web:paper_slip_pdf")


def _picks(request: HttpRequest, trip_id: int) -> Sheet:
    slip = _of_trip(request, trip_id)
    return Sheet(
        title=_("Pick list %(number)s") % {"number": slip.trip.number},
        file=f"picks-{slip.trip.number}",
        body="web/papers/picks.html",
        content={"slip": slip},
        drill=slip.drill,
        back=reverse("web:trip", args=[trip_id]),
        back_name=slip.trip.number,
    )


picks, picks_pdf = both(_picks, pdf="web:paper_picks_pdf")


def _count(request: HttpRequest, count_id: int) -> Sheet:
    actor = request.actor  # type: ignore[attr-defined]
    made = count_sheet(actor=actor, count_id=count_id, origin=origin(request))
    return Sheet(
        title=_("Count sheet %(number)s") % {"number": made.count.number},
        file=f"count-{made.count.number}",
        body="web/papers/count.html",
        content={"counted": made},
        drill=made.count.book.is_drill,
        back=reverse("web:count", args=[count_id]),
        back_name=made.count.number,
    )


count, count_pdf = both(_count, pdf="web:paper_count_pdf")


def _call(request: HttpRequest, call_id: int) -> Sheet:
    actor = request.actor  # type: ignore[attr-defined]
    made = call_sheet(actor=actor, call_id=call_id, origin=origin(request))
    return Sheet(
        title=_("Call on an agreement %(number)s") % {"number": made.call.number},
        file=f"call-{made.call.number}",
        body="web/papers/call.html",
        content={"called": made},
        drill=made.call.book.is_drill,
        back=reverse("web:call", args=[call_id]),
        back_name=made.call.number,
    )


call, call_pdf = both(_call, pdf="web:paper_call_pdf")


def _blanks(request: HttpRequest, slip_id: int) -> Sheet:
    """The blank slips printed together with this one that are still blank."""
    actor = request.actor  # type: ignore[attr-defined]
    made = blanks_left(actor=actor, slip_id=slip_id, origin=origin(request))
    return Sheet(
        title=_("Blank emergency slips, %(count)d") % {"count": len(made.slips)},
        file=f"blank-slips-{slip_id}",
        body="web/papers/blanks.html",
        content={"blanks": made},
        drill=made.drill,
        back=reverse("web:blanks"),
        back_name=_("Blank slips"),
    )


blanks, blanks_pdf = both(_blanks, pdf="web:paper_blanks_pdf")


def _numbers(request: HttpRequest, name: str) -> list[int]:
    asked = [number(one) for one in request.GET.getlist(name)]
    return [one for one in asked if one is not None]


def _labels(request: HttpRequest) -> Sheet:
    copies = request.GET.get("copies", "")
    made = labels_of(
        actor=request.actor,  # type: ignore[attr-defined]
        lot_ids=_numbers(request, "lot"),
        bin_ids=_numbers(request, "bin"),
        copies=max(1, number(copies) or 1),
        origin=origin(request),
    )
    form = "sheet" if request.GET.get("form") == "sheet" else "roll"
    return Sheet(
        title=_("Labels"),
        file=f"labels-{form}",
        body=f"web/papers/labels_{form}.html",
        content={"made": made},
        drill=request.book.is_drill,  # type: ignore[attr-defined]
        back=reverse("web:paper_labels"),
        back_name=_("Labels"),
        looks=["css/labels.css"],
    )


@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """The labels asked for, or the choice of lots and bins."""
    if not request.GET.getlist("lot") and not request.GET.getlist("bin"):
        actor = request.actor  # type: ignore[attr-defined]
        context = {"shelves": shelves(actor=actor), "most": MOST}
        return render(request, "web/papers/labels_choose.html", context)
    pdf = f"{reverse('web:paper_labels_pdf')}?{request.GET.urlencode()}"
    return page(request, _labels(request), pdf=pdf)


@require_GET
def labels_pdf(request: HttpRequest) -> HttpResponse:
    sheet = _labels(request)
    return file(sheet) if sheet.content["made"].labels else redirect("web:paper_labels")
