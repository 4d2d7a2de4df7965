"""Answers of the field API: JSON, and refusals as `application/problem+json` (RFC 9457)."""

import datetime as dt
import json
from typing import Any

from django.http import HttpResponse

from relief.web.api.codes import CODES, Code, code_of
from relief.web.api.wrong import sentence_of


def stamp(moment: dt.datetime) -> str:
    """A moment as the contract writes it: RFC 3339 in UTC."""
    text = moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def encode(content: Any) -> bytes:
    return json.dumps(
        content, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return stamp(value)
    return float(value) if hasattr(value, "as_integer_ratio") else str(value)


def answer(content: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(content), status=status, content_type="application/json")


def refusal(refused: Exception) -> HttpResponse:
    """The refusal as an answer of its own."""
    return problem_answer(code_of(refused), body=problem(refused))


def problem(refused: Exception) -> dict[str, Any]:
    """The refusal in the person's language."""
    # Refusals of figures, cards and shapes name the fields they are about.
    problems = [(field, sentence) for field, sentence in getattr(refused, "problems", ())]
    return of_code(code_of(refused), detail=str(sentence_of(refused)), problems=problems)


def of_code(
    code: Code, *, detail: str = "", problems: list[tuple[str, str]] | None = None
) -> dict[str, Any]:
    return {
        "type": f"urn:relief:{code.key}",
        "title": str(code.sentence),
        "status": code.status,
        "code": code.key,
        "detail": detail,
        "safe": code.safe,
        "problems": [{"field": field, "sentence": said} for field, said in problems or []],
    }


def problem_answer(code: Code, *, body: dict[str, Any] | None = None) -> HttpResponse:
    found = HttpResponse(
        encode(body or of_code(code)),
        status=code.status,
        content_type="application/problem+json",
    )
    if code.status == 401:
        found["WWW-Authenticate"] = "Device"
    if code.status in (429, 503):
        found["Retry-After"] = "900" if code.key == "auth.locked" else "5"
    return found


def fault() -> HttpResponse:
    return problem_answer(CODES["server.fault"])
