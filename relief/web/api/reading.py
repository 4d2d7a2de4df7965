"""Reading bodies that anybody may have written: bounded, plain JSON that a database can keep."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from relief.field.rules import check_content_digest
from relief.web.api.limits import MOST_BYTES
from relief.web.api.wrong import Invalid, TooMuch, Unreadable, not_as_expected

DEEPEST = 12

Model = TypeVar("Model", bound=BaseModel)


def bytes_of(request: HttpRequest, *, most: int) -> bytes:
    """The whole body, if it is not more. Raises TooMuch, Unreadable or BytesDamaged."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if getattr(request, "scope", {}).get("relief.too_large") or (
        said.isdigit() and int(said) > most
    ):
        raise TooMuch(_("At most %(most)d KB are expected at once.") % {"most": most >> 10})
    try:
        # Not `request.body`: that has one limit for all addresses.
        data = request.read(most + 1)
    except RequestDataTooBig as large:
        raise TooMuch(str(large)) from large
    except UnreadablePostError as broken:
        raise Unreadable(_("The connection broke off.")) from broken
    if len(data) > most:
        raise TooMuch(_("At most %(most)d KB are expected at once.") % {"most": most >> 10})
    digest = request.headers.get("Content-Digest")
    if digest is not None:
        check_content_digest(header=digest, body=data)
    return data


def json_of(request: HttpRequest) -> Any:
    """The body as JSON that can be stored. Raises Unreadable."""
    return parse(bytes_of(request, most=MOST_BYTES))


def parse(data: bytes | str) -> Any:
    """Strict JSON: no NaN, no NUL, no half characters, not deeper than any honest body."""
    try:
        found = json.loads(data, parse_constant=_no_constant)
        _check(found, depth=0)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable(_("Plain JSON in UTF-8 is expected; something else came.")) from wrong
    return found


def read(kind: type[Model], found: Any) -> Model:
    """JSON as that schema. Raises Invalid with one sentence per field."""
    try:
        return kind.model_validate(found)
    except ValidationError as wrong:
        fields = dict.fromkeys(".".join(str(one) for one in each["loc"]) for each in wrong.errors())
        problems = [not_as_expected(field or kind.__name__) for field in list(fields)[:20]]
        raise Invalid(problems=problems) from wrong


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check(value: Any, *, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a NUL character")
        value.encode()  # half of a surrogate pair is a UnicodeEncodeError, a ValueError
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            raise ValueError("a number beyond all bounds")
    elif isinstance(value, dict):
        for key, one in value.items():
            _check(key, depth=depth + 1)
            _check(one, depth=depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check(one, depth=depth + 1)


def people_hit(body: Mapping[str, Any]) -> tuple[int, int, int]:
    """Dead, missing and trapped that a report's body tells of; somebody trapped is at least one.

    What is no number is the desk's to see.
    """
    figures, scene = body.get("figures") or {}, body.get("scene") or {}
    trapped = scene.get("trapped")
    if trapped is None and "trapped" in scene.get("what", ()):
        trapped = 1
    said = (figures.get("deaths"), figures.get("missing"), trapped)
    deaths, missing, trapped = (
        min(one, 2_000_000_000) if isinstance(one, int) and one > 0 else 0 for one in said
    )
    return deaths, missing, trapped
