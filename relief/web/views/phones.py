"""Phones of the field: enrolling and revoking them, what comes without a network, and photos."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.access.models import User
from relief.field import devices, photos
from relief.field.models import Device
from relief.web.api import handed_in
from relief.web.enrolment import link_of, qr_of
from relief.web.forms.phones import FileForm, PhoneForm, TextsForm
from relief.web.store import pictures
from relief.web.templatetags.shown import person


@require_GET
@never_cache
def phones(request: HttpRequest) -> HttpResponse:
    """The phones the person may see, and the forms for one more."""
    return _page(request, _form(request))


@require_POST
@never_cache
def own_phone(request: HttpRequest) -> HttpResponse:
    """A code for a phone of one's own."""
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    made = devices.allow_phone(
        actor=actor, user_id=actor.user_id, label=request.POST.get("label", ""), now=now
    )
    return _page(request, _form(request), made)


@require_POST
@never_cache
def phone_new(request: HttpRequest) -> HttpResponse:
    """A code for somebody else's phone."""
    form = _form(request, posted=True)
    made = None
    if form.is_valid():
        typed = form.cleaned_data
        made = form.try_to(
            devices.allow_phone,
            request,
            user_id=int(typed["person"]),
            label=typed["label"],
            now=request.real_now,  # type: ignore[attr-defined]
        )
    return _page(request, form if made is None else _form(request), made)


@require_POST
def phone_revoke(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    ended = devices.revoke_phone(actor=actor, device_id=id, now=now)
    messages.success(
        request, _("The phone of %(name)s sends nothing any more.") % {"name": person(ended.user)}
    )
    return redirect("web:devices")


@require_http_methods(["GET", "POST"])
def items_paste(request: HttpRequest) -> HttpResponse:
    """Text messages that came to the duty phone."""
    form = TextsForm(request.POST or None)
    lines = None
    if request.method == "POST" and form.is_valid():
        lines = handed_in.take_texts(
            actor=request.actor,  # type: ignore[attr-defined]
            is_drill=request.book.is_drill,  # type: ignore[attr-defined]
            text=form.cleaned_data["text"],
            now=request.now,  # type: ignore[attr-defined]
        )
    return _handed_in(request, texts=form, file=FileForm(), lines=lines)


@require_http_methods(["GET", "POST"])
def items_file(request: HttpRequest) -> HttpResponse:
    """A file that was carried to the county on a stick or by a messenger."""
    form = FileForm(request.POST or None, request.FILES or None)
    lines = None
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        lines = handed_in.take_file(
            user=request.user,
            actor=request.actor,  # type: ignore[attr-defined]
            lines=form.cleaned_data["file"],
            real=request.real_now,  # type: ignore[attr-defined]
        )
    return _handed_in(request, texts=TextsForm(), file=form, lines=lines)


@require_GET
def photo(request: HttpRequest, sha256: str) -> HttpResponse:
    """A photo of a report or of goods in the person's areas; `?size=small` for its thumbnail."""
    actor = request.actor  # type: ignore[attr-defined]
    found = pictures.shown_to(actor=actor, sha256=sha256)
    path, kind = photos.file_of(found, small=request.GET.get("size") == photos.SMALL)
    try:
        # Read whole: it is small, and under ASGI a file would be sent from a thread piece by piece.
        answer = HttpResponse(path.read_bytes(), content_type=kind)
    except FileNotFoundError as gone:
        raise NotFound from gone
    # Under its hash it never changes; it may not be run, framed or sniffed as anything else.
    answer["Cache-Control"] = "private, max-age=604800, immutable"
    answer["Content-Disposition"] = f'inline; filename="{sha256[:12]}.{kind.partition("/")[2]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _form(request: HttpRequest, *, posted: bool = False) -> PhoneForm:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    others = [one for one in devices.people(actor=actor, now=now) if one.pk != actor.user_id]
    return PhoneForm(request.POST if posted else None, people=others)


def _page(
    request: HttpRequest, form: PhoneForm, made: tuple[Device, str] | None = None
) -> HttpResponse:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    found = devices.visible(actor=actor).select_related("user")
    known = list(found.exclude(enrolled_at=None).order_by("-seen_at", "made_at"))
    context = {
        "form": form,
        "may_others": bool(actor.paths(Act.MANAGE_DEVICES)),
        "running": [one for one in known if one.revoked_at is None and one.expires_at > now],
        "ended": [one for one in known if one.revoked_at is not None or one.expires_at <= now],
        "minutes": settings.DEVICE_CODE_MINUTES,
        "days": settings.DEVICE_DAYS,
    }
    if made is not None:
        link = link_of(origin=request.build_absolute_uri("/").rstrip("/"), code=made[1])
        context |= {"made": made[0], "code": made[1], "link": link, "qr": qr_of(link)}
    return render(request, "web/devices.html", context, status=409 if form.refused else 200)


def _handed_in(
    request: HttpRequest,
    *,
    texts: TextsForm,
    file: FileForm,
    lines: list[handed_in.Line] | None,
) -> HttpResponse:
    context = {
        "texts": texts,
        "file": file,
        "lines": lines,
        "taken": [one for one in lines or [] if one.receipt],
        "refused": [one for one in lines or [] if one.sentence],
    }
    status = 409 if texts.errors or file.errors else 200
    return render(request, "web/items_handed_in.html", context, status=status)
