"""Tables as Excel files: template, upload, check, marked workbook, import, export."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.gate import NotFound, Refused
from relief.catalog import waiting as files
from relief.catalog.imports import check_real
from relief.catalog.waiting import Waiting
from relief.web.forms.tables import UploadForm
from relief.web.papers.xlsx import MIME
from relief.web.tables import checking, reading, registry, writing
from relief.web.tables.checking import Checked
from relief.web.tables.codes import Codes
from relief.web.tables.table import Table

SHOWN = 200  # errors on the page; the marked workbook has all


@require_GET
def hub(request: HttpRequest) -> HttpResponse:
    """The tables the person may see."""
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    files.remove_old(now=now)
    tables = [
        (table, registry.may_import(actor=actor, table=table))
        for table in registry.seen(actor=actor)
    ]
    return render(request, "web/tables/hub.html", {"tables": tables})


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, key: str) -> HttpResponse:
    """One table: its template, what is there now, and the way in. Nothing is written here."""
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    chosen = registry.one(actor=actor, key=key)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        _check_may(request, chosen)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                reading.check_size(size=upload.size)
                data = upload.read()
                _check(request, chosen, data, upload.name)
            except reading.FileRefused as refused:
                form.refused = refused
                form.show(refused)
            else:
                kept = files.keep(actor=actor, table=key, name=upload.name, data=data, now=now)
                return redirect("web:table_check", kept.token)
    context = {
        "table": chosen,
        "form": form,
        "places": registry.places(actor=actor, table=chosen),
        "may_import": registry.may_import(actor=actor, table=chosen),
        "only_in_real": chosen.shared and request.book.is_drill,  # type: ignore[attr-defined]
    }
    return render(request, "web/tables/table.html", context, status=409 if form.errors else 200)


@require_GET
@never_cache
def checked(request: HttpRequest, token: str) -> HttpResponse:
    """What the check found; the choice is the person's."""
    kept = _kept(request, token)
    return _page(request, kept, _again(request, kept))


@require_POST
def take_in(request: HttpRequest, token: str) -> HttpResponse:
    """Check the file again and import its good rows, if they are still those agreed to."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    kept = _kept(request, token)
    chosen = registry.one(actor=actor, key=kept.table)
    found = _again(request, kept)
    if request.POST.get("agreed") != str(len(found.new)):
        sentence = _("The data changed since the file was checked. Look again at what is found.")
        return _page(request, kept, found, Refused(sentence))
    try:
        done = chosen.write(actor=actor, rows=found.new, digest=found.digest, now=now)
    except Refused as refused:
        return _page(request, kept, _again(request, kept), refused)
    messages.success(request, _("Imported. Table rows: %(n)s.") % {"n": f"{done.written:,}"})
    if found.faults:
        # What is left to correct stays at hand.
        return redirect("web:table_check", token)
    kept.remove()
    return redirect("web:table_new", kept.table)


@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Import nothing."""
    kept = _kept(request, token)
    kept.remove()
    messages.info(request, _("The file was discarded; nothing of it was imported."))
    return redirect("web:table_new", kept.table)


@require_GET
def marked(request: HttpRequest, token: str) -> HttpResponse:
    """The file back, with its errors marked."""
    kept = _kept(request, token)
    chosen = registry.one(actor=request.actor, key=kept.table)  # type: ignore[attr-defined]
    found = _again(request, kept)
    made = writing.marked(table=chosen, codes=_codes(request, chosen), checked=found)
    return _file(made, f"{kept.table}-errors.xlsx")


@require_GET
def template(request: HttpRequest, key: str) -> HttpResponse:
    chosen = registry.one(actor=request.actor, key=key)  # type: ignore[attr-defined]
    made = writing.template(table=chosen, codes=_codes(request, chosen))
    return _file(made, f"{key}-template.xlsx")


@require_GET
def export(request: HttpRequest, key: str) -> HttpResponse:
    """The table as it is, as far as the person sees it; `?place=` names a divided one's place."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    chosen = registry.one(actor=actor, key=key)
    place = None
    if chosen.divided:
        asked = request.GET.get("place", "")
        if not asked:
            return redirect("web:table_new", key)
        known = {one.code: one for one in registry.places(actor=actor, table=chosen)}
        if (place := known.get(asked)) is None:
            raise NotFound
    rows = chosen.export(actor, place)
    made = writing.export(table=chosen, codes=_codes(request, chosen), rows=rows)
    drill = "drill-" if request.book.is_drill else ""  # type: ignore[attr-defined]
    where = f"-{place.code}" if place else ""
    return _file(made, f"{drill}{key}{where}-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx")


def _check_may(request: HttpRequest, chosen: Table) -> None:
    """Raises NotYourDuty or OnlyInReal."""
    actor = request.actor  # type: ignore[attr-defined]
    registry.require_import(actor=actor, table=chosen)
    if chosen.shared:
        check_real(book_id=actor.book_id)


def _check(request: HttpRequest, chosen: Table, data: bytes, name: str) -> Checked:
    return checking.check(
        table=chosen,
        others=[one for one in registry.TABLES.values() if one is not chosen],
        data=data,
        name=name,
        actor=request.actor,  # type: ignore[attr-defined]
        today=timezone.localdate(request.now),  # type: ignore[attr-defined]
    )


def _codes(request: HttpRequest, chosen: Table) -> Codes:
    today = timezone.localdate(request.now)  # type: ignore[attr-defined]
    return chosen.codes(request.actor, {}, today)  # type: ignore[attr-defined]


def _kept(request: HttpRequest, token: str) -> Waiting:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    kept = files.find(actor=actor, token=token, now=now)
    _check_may(request, registry.one(actor=actor, key=kept.table))
    return kept


def _again(request: HttpRequest, kept: Waiting) -> Checked:
    chosen = registry.one(actor=request.actor, key=kept.table)  # type: ignore[attr-defined]
    return _check(request, chosen, kept.read(), kept.name)


def _page(
    request: HttpRequest, kept: Waiting, found: Checked, refused: Refused | None = None
) -> HttpResponse:
    context = {
        "table": registry.one(actor=request.actor, key=kept.table),  # type: ignore[attr-defined]
        "kept": kept,
        "found": found,
        "faults": found.faults[:SHOWN],
        "more": max(0, len(found.faults) - SHOWN),
        "refused": refused,
    }
    return render(request, "web/tables/checked.html", context, status=409 if refused else 200)


def _file(made: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type=MIME)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
