"""The addresses of the field API. Each reads a request, calls one function, writes the answer."""

import datetime as dt
import gzip
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from psycopg_pool import PoolTimeout

from relief.access import gate
from relief.field import devices, photos
from relief.field.models import Item
from relief.norms import queries as norms
from relief.web.api import answers, drill_now, drill_schemas, receipts, schemas, shapes
from relief.web.api import reference as references
from relief.web.api.bearer import Bearer
from relief.web.api.codes import CODES
from relief.web.api.intake import Taken, take_in_all
from relief.web.api.reading import bytes_of, json_of, read
from relief.web.api.signing import DeviceToken, actor_of, device_of, drills_of, note_drills
from relief.web.api.wrong import Invalid, NowhereHere, TooManyCodes, not_as_expected
from relief.web.drills import inbox

LOG = logging.getLogger(__name__)
# Wrong codes are counted like wrong passwords, for all codes of one address together.
_ENROLMENT = {"username": "enrolment code"}

# How long a phone waits for its turn; its own patience is a little longer.
MOST_WAIT_S = 20.0
_TURNS = threading.BoundedSemaphore(settings.FIELD_AT_ONCE)

api = NinjaAPI(
    title="Relief field API",
    version="1",
    description="What phones and the county agree on; see docs/field-api.md.",
    urls_namespace="field_api",
    auth=DeviceToken(),
    docs_url=None,
    openapi_url=None,
)


def _problems(*statuses: int) -> dict[int, Any]:
    return dict.fromkeys((*statuses, 400, 401, 404, 405, 413, 422, 500, 503), schemas.Problem)


def _body(name: str, *, kind: str = "application/json") -> dict[str, Any]:
    """The body in the OpenAPI file; `reading` reads it, which is stricter than the framework."""
    schema: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
    if not name:
        schema = {"type": "string", "format": "binary"}
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


_PICTURES = {
    kind: {"schema": {"type": "string", "format": "binary"}}
    for kind in ("image/png", "image/jpeg", "application/pdf")
}


@api.post(
    "enrol",
    auth=None,
    url_name="enrol",
    response={200: schemas.Enrolled, **_problems(409, 429)},
    openapi_extra=_body("Enrolment"),
)
def enrol(request: HttpRequest) -> HttpResponse:
    """Use a one-time code up: this phone now speaks for its person."""
    if not AxesProxyHandler.is_allowed(request, _ENROLMENT):
        raise TooManyCodes(_("Five wrong codes came from this address."))
    asked = read(schemas.Enrolment, json_of(request))
    try:
        device, token = devices.enrol(code=asked.code, label=asked.label, now=_now(request))
    except devices.CodeSpent:
        user_login_failed.send(sender=__name__, credentials=_ENROLMENT, request=request)
        if getattr(request, "axes_locked_out", False):
            # Else its middleware would answer a phone with the page of the sign-in.
            request.axes_locked_out = False  # type: ignore[attr-defined]
            raise TooManyCodes(_("Five wrong codes came from this address.")) from None
        raise
    reset(ip=request.META.get("REMOTE_ADDR"), username=_ENROLMENT["username"])
    return answers.answer(
        {
            "token": token,
            "device": device.id,
            "expires_at": device.expires_at,
            "person": references.person(device.user),
        }
    )


@api.delete("device", url_name="device", response={204: None, **_problems()})
def give_up(request: HttpRequest) -> HttpResponse:
    """The phone gives its token back."""
    devices.give_up(device_id=device_of(request).id, now=_now(request))
    return HttpResponse(status=204)


@api.get("now", auth=None, url_name="now", response={200: schemas.Now, **_problems()})
def now(request: HttpRequest) -> HttpResponse:
    """The county's clock."""
    return answers.answer({"now": _now(request)})


@api.get(
    "reference",
    url_name="reference",
    response={200: schemas.Reference, 304: None, **_problems()},
)
def reference(request: HttpRequest, book: int | None = None) -> HttpResponse:
    """Everything a phone needs offline. Without `book`, of the first in which one is on duty."""
    user, real = device_of(request).user, _now(request)
    held = references.books(user=user, real=real)
    chosen = next((one for one in held if book in (None, one.pk)), None)
    if chosen is None:
        raise gate.NotFound
    actor = actor_of(request, book_id=chosen.pk)
    content, tag = references.reference(
        user=user,
        actor=actor,
        held=held,
        real=real,
        device_id=device_of(request).id,
    )
    return _unless_known(request, content, tag=tag)


@api.get(
    "drill",
    url_name="drill",
    response={200: drill_schemas.DrillNow, 304: None, **_problems()},
)
def drill(request: HttpRequest, book: shapes.BookId) -> HttpResponse:
    """How the drill of that book stands, and what the person's seats were told in it."""
    actor = actor_of(request, book_id=book)
    content, tag = drill_now.now(actor=actor)
    inbox.be_seen(actor=actor, real=_now(request))
    return _unless_known(request, content, tag=tag)


@api.get(
    "drill/injects/{inject_id}",
    url_name="inject_file",
    response=_problems(),
    openapi_extra={"responses": {200: {"description": "OK", "content": _PICTURES}}},
)
def inject_file(
    request: HttpRequest, inject_id: shapes.BookId, book: shapes.BookId
) -> HttpResponse:
    """The picture or PDF that goes with something one's seat was told."""
    actor = actor_of(request, book_id=book)
    return inbox.file_of(inbox.one(actor=actor, inject_id=inject_id))


@api.post(
    "items/batch",
    url_name="items_batch",
    response={200: schemas.Results, **_problems(403)},
    openapi_extra=_body("Batch"),
)
def batch(request: HttpRequest) -> HttpResponse:
    """Up to 50 items; each is taken or refused by itself."""
    raws = read(schemas.Batch, json_of(request)).items
    results = []
    for raw, (status, body) in zip(raws, _taken(request, raws), strict=True):
        named = raw.get("id") if isinstance(raw, dict) else None
        results.append(
            {
                "id": named if isinstance(named, str) else None,
                "status": status,
                "receipt" if status < 400 else "problem": body,
            }
        )
    return answers.answer({"results": results})


@api.put(
    "items/{item_id}",
    url_name="item",
    response={200: schemas.Receipt, 201: schemas.Receipt, **_problems(403, 409, 426)},
    openapi_extra=_body("Item"),
)
def item(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """One item: 201 when it is new, 200 when the county has it already."""
    raw = json_of(request)
    if not isinstance(raw, dict) or raw.get("id") != str(item_id):
        raise Invalid(problems=[not_as_expected("id")])
    [(status, body)] = _taken(request, [raw])
    if status < 400:
        return answers.answer(body, status=status)
    return answers.problem_answer(CODES[body["code"]], body=body)


@api.get(
    "items",
    url_name="items",
    response={200: schemas.Receipts, **_problems()},
)
def items(request: HttpRequest, since: shapes.Moment | None = None) -> HttpResponse:
    """What became of the person's own items that came since then."""
    return answers.answer(
        {"items": receipts.since(user_id=device_of(request).user_id, moment=since)}
    )


@api.get(
    "photos/{sha256}",
    url_name="photo",
    response={200: schemas.PhotoStatus, **_problems(403)},
)
def photo(request: HttpRequest, sha256: shapes.Sha256, book: shapes.BookId) -> HttpResponse:
    """How much of a photo the county has."""
    found = photos.known(actor=actor_of(request, book_id=book), sha256=sha256)
    return answers.answer(photos.status(found))


@api.put(
    "photos/{sha256}",
    url_name="photo",
    response={200: schemas.PhotoStatus, **_problems(403, 415)},
    openapi_extra=_body("", kind="application/octet-stream"),
)
def photo_put(request: HttpRequest, sha256: shapes.Sha256, book: shapes.BookId) -> HttpResponse:
    """Bytes of a photo: all of it, or those that `Content-Range` names."""
    actor = actor_of(request, book_id=book)
    data = bytes_of(request, most=settings.PHOTO_MOST_BYTES)
    piece = photos.piece(data=data, content_range=request.headers.get("Content-Range", ""))
    found = photos.store(actor=actor, sha256=sha256, piece=piece, now=_now(request))
    return answers.answer(photos.status(found))


def _now(request: HttpRequest) -> dt.datetime:
    return request.real_now  # type: ignore[attr-defined]


def _unless_known(request: HttpRequest, content: Any, *, tag: str) -> HttpResponse:
    """The content, or that the phone has it already."""
    if request.headers.get("If-None-Match", "").strip('W/"') == tag:
        found = HttpResponse(status=304)
    else:
        found = answers.answer(content)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            # A tenth of its bytes on a slow line; nothing in it is secret from who asks.
            found.content = gzip.compress(found.content, 6, mtime=0)
            found["Content-Encoding"] = "gzip"
    found["ETag"] = f'"{tag}"'
    return found


def _bearer(request: HttpRequest) -> Bearer:
    device = device_of(request)
    return Bearer(user=device.user, real=_now(request), device_id=device.id)


def _taken(request: HttpRequest, raws: Sequence[Any]) -> list[tuple[int, dict[str, Any]]]:
    """Status and receipt or problem of each item."""
    bearer = _bearer(request)
    bearer.expect(raws)
    with norms.remembered():
        found = take_in_all(raws, bearer=bearer)
    taken = [one for one in found if isinstance(one, Taken)]
    items = {one.item_id: one.item for one in taken if one.item is not None}
    unread = {one.item_id for one in taken} - items.keys()
    items |= receipts.stored(item_ids=unread) if unread else {}
    note_drills(request, books=bearer.drills(items=items.values()))
    told = dict(zip(items, receipts.of(list(items.values())), strict=True))
    results: list[tuple[int, dict[str, Any]]] = []
    told_of: set[uuid.UUID] = set()
    for one in found:
        if isinstance(one, Taken):
            # New is what this very request stored, for the first time that it names it.
            stored_now = _is_new(items[one.item_id], bearer) and not one.again
            new = stored_now and one.item_id not in told_of
            told_of.add(one.item_id)
            status, receipt = 201 if new else 200, told[one.item_id]
            results.append((status, {**receipt, "reason": receipt["reason"] or one.note}))
        else:
            problem = _problem(one)
            results.append((problem["status"], problem))
    return results


def _is_new(item: Item, bearer: Bearer) -> bool:
    return item.received_at == bearer.now_in(item.book_id)


def _problem(wrong: Exception) -> dict[str, Any]:
    """Why an item was not taken. The phone keeps it, and tries again what was no refusal."""
    if isinstance(wrong, gate.Refused | gate.NotFound):
        return answers.problem(wrong)
    if isinstance(wrong, OperationalError | PoolTimeout):
        LOG.error("the database did not take an item", exc_info=wrong)
        return answers.of_code(CODES["server.busy"])
    LOG.error("an item could not be taken", exc_info=wrong)
    return answers.of_code(CODES["server.fault"])


# How whatever goes wrong is answered


@api.exception_handler(gate.Refused)
@api.exception_handler(gate.NotFound)
def _on_refusal(request: HttpRequest, refused: Exception) -> HttpResponse:
    return answers.refusal(refused)


@api.exception_handler(ValidationError)
def _on_invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    fields = [str(each["loc"][-1]) for each in wrong.errors]
    problems = [not_as_expected(field) for field in dict.fromkeys(fields)]
    return answers.refusal(Invalid(problems=problems))


@api.exception_handler(HttpError)
def _on_error(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    return answers.problem_answer(CODES["request.unreadable"])


@api.exception_handler(OperationalError)
@api.exception_handler(PoolTimeout)
def _on_busy(request: HttpRequest, wrong: Exception) -> HttpResponse:
    LOG.error("the database did not answer", exc_info=wrong)
    return answers.problem_answer(CODES["server.busy"])


@api.exception_handler(Exception)
def _on_fault(request: HttpRequest, wrong: Exception) -> HttpResponse:
    LOG.error("the field API has a fault", exc_info=wrong)
    return answers.fault()


def as_problem(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers of the framework itself as problems: a method that the address does not take."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **keywords: Any) -> HttpResponse:
        found = view(request, *args, **keywords)
        if found.status_code == 405:
            problem = answers.problem_answer(CODES["request.wrong_method"])
            problem["Allow"] = found.headers.get("Allow", "")
            return problem
        books = drills_of(request)
        if over := drill_now.over(books) if books else "":
            found[drill_now.HEADER] = over
        return found

    return never_cache(answered)


def in_turn(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What phones send goes in turn, before it takes a connection to the database."""

    @wraps(view)
    def in_its_turn(request: HttpRequest, *args: Any, **keywords: Any) -> HttpResponse:
        if request.method not in ("PUT", "POST"):
            return view(request, *args, **keywords)
        if not _TURNS.acquire(timeout=MOST_WAIT_S):
            return answers.problem_answer(CODES["server.busy"])
        try:
            return view(request, *args, **keywords)
        finally:
            _TURNS.release()

    return in_its_turn


def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below."""
    return answers.refusal(NowhereHere(""))
