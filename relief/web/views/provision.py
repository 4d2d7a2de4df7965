"""What a county ought to hold: targets, rotation, season checks, the yearly report."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.boards import page
from relief.calls import seasons
from relief.calls.rules import Season
from relief.journal.models import BookKind
from relief.norms import queries as norms
from relief.stock import rotation as rotating
from relief.stock import targets as aims
from relief.stock import yearly as years
from relief.stock.models import FundSource
from relief.web import paging
from relief.web.calls import season_page, yearly_book
from relief.web.calls.counties import chosen
from relief.web.calls.forms import SignForm


def _season(request: HttpRequest, area: Area) -> Season:
    """The season in the address, or the nearest."""
    named = request.GET.get("season", "")
    if named in tuple(Season):
        return Season(named)
    return season_page.nearest(area=area, on=localdate(request.now))  # type: ignore[attr-defined]


@require_GET
@norms.remembered()
def targets(request: HttpRequest) -> HttpResponse:
    """What the county is to hold for its level II, what it has, and what to buy."""
    area, areas = chosen(request)
    actor = request.actor  # type: ignore[attr-defined]
    today = localdate(request.now)  # type: ignore[attr-defined]
    season = _season(request, area)
    lines = aims.lines(book_id=actor.book_id, area=area, cold=season == Season.WINTER, on=today)
    context = {
        "area": area,
        "areas": areas,
        "season": season,
        "people": aims.people(area=area, on=today),
        "lines": lines,
        "to_buy": [(line, _as_purchase([line])) for line in lines if line.to_buy],
        "everything": _as_purchase([line for line in lines if line.to_buy]),
        "total": aims.total(lines),
        "may_buy": actor.may(Act.TAKE_IN, path=area.path),
        "sees_readiness": actor.may(Act.READ_COMMAND_BOARD, path=area.path),
    }
    return render(request, "web/calls/targets.html", context)


def _as_purchase(lines: list[aims.Line]) -> str:
    """The lines as the form of a new purchase reads them from its address."""
    said: list[tuple[str, object]] = []
    for line in lines:
        price = "" if line.price_fen is None else f"{line.price_fen / 100:.2f}"
        said += [("item", line.item.code), ("quantity", line.to_buy), ("price", price)]
    return urlencode(said)


@require_GET
def rotation(request: HttpRequest) -> HttpResponse:
    """Lots that near their last good day, and what to do with each."""
    area, areas = chosen(request)
    actor = request.actor  # type: ignore[attr-defined]
    today = localdate(request.now)  # type: ignore[attr-defined]
    keys = ["stock.rotate_soon", "stock.rotate_later", "stock.expiry_warning"]
    found = norms.numbers(area=area, keys=keys, on=today)
    warn = rotating.Warnings(*(int(found[key]) for key in keys))
    due = rotating.due(book_id=actor.book_id, area=area, today=today, warn=warn)
    context = {
        "area": area,
        "areas": areas,
        "warn": warn,
        "groups": [
            (near, paging.turned(request, rows, most=paging.CARDS, key=near))
            for near in rotating.Nearness
            for rows in [[one for one in due if one.near == near]]
        ],
        "value_fen": sum(one.value_fen for one in due),
        "due": due,
    }
    return render(request, "web/calls/rotation.html", context)


@require_GET
@norms.remembered()
def season(request: HttpRequest) -> HttpResponse:
    area, areas = chosen(request)
    return _season_page(request, area, areas, _season(request, area), SignForm())


@require_POST
def sign(request: HttpRequest, code: str, season: str) -> HttpResponse:
    """Sign the check with the figures as they stand now."""
    area, areas = chosen(request, code=code)
    if season not in tuple(Season):
        raise NotFound
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    checked = Season(season)
    form = SignForm(request.POST)
    if form.is_valid():
        found = season_page.points(actor=actor, area=area, season=checked, now=now)
        span = season_page.span_of(area=area, season=checked, on=localdate(now))
        done = form.try_to(
            seasons.sign_season,
            request,
            area_id=area.id,
            season=season,
            year=span.year,
            figures=[point.as_figures() for point in found],
            note=form.cleaned_data["note"],
        )
        if done is not None:
            messages.success(request, _("The season check is signed."))
            return redirect(f"{reverse('web:season')}?area={area.code}&season={season}")
    return _season_page(request, area, areas, checked, form)


def _season_page(
    request: HttpRequest, area: Area, areas: list[Area], season: Season, form: SignForm
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    page = season_page.page(
        actor=actor,
        area=area,
        areas=areas,
        season=season,
        may_sign=actor.may(Act.APPROVE_STOCK, path=area.path),
        now=request.now,  # type: ignore[attr-defined]
    )
    context = {"page": page, "form": form}
    status = 409 if form.refused else 200
    return render(request, "web/calls/season.html", context, status=status)


def _year(request: HttpRequest, area: Area, number: int) -> years.Year:
    today = localdate(request.now)  # type: ignore[attr-defined]
    return years.report(
        book_id=request.actor.book_id,  # type: ignore[attr-defined]
        area=area,
        year=number,
        share=norms.number(area=area, key="stock.storage_cost", on=today),
    )


@require_GET
def yearly(request: HttpRequest) -> HttpResponse:
    """The year's movements by item and fund source; by default of the year that is to report."""
    area, areas = chosen(request)
    today = localdate(request.now)  # type: ignore[attr-defined]
    due_key = int(norms.number(area=area, key="report.yearly_due", on=today))
    last = today.year - 1
    due = years.due_on(year=last, month_day=due_key)
    year = page.number(request.GET.get("year", "")) or 0
    if not 2000 <= year <= today.year:
        year = last if today <= due else today.year
    context = {
        "area": area,
        "areas": areas,
        "year": _year(request, area, year),
        "due": years.due_on(year=year, month_day=due_key),
        "choices": [today.year, today.year - 1, today.year - 2],
        "labels": yearly_book.labels(),
        "funds": {value: str(label) for value, label in FundSource.choices},
    }
    return render(request, "web/calls/yearly.html", context)


@require_GET
def yearly_file(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The yearly report as a workbook."""
    area, _areas = chosen(request, code=code)
    if not 2000 <= year <= localdate(request.now).year:  # type: ignore[attr-defined]
        raise NotFound
    drill = request.book.kind == BookKind.DRILL  # type: ignore[attr-defined]
    made = yearly_book.workbook(year=_year(request, area, year), area=area, drill=drill)
    response = HttpResponse(made, content_type=yearly_book.MIME)
    response["Content-Disposition"] = f'attachment; filename="stores-{area.code}-{year}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
