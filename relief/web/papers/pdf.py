"""The rapid-report form as PDF on A4: fonts embedded, pages numbered, a drill marked on each."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

from relief.web.papers.printing import printed
from relief.web.papers.rapid import Paper
from relief.web.papers.xlsx import signatures

AT_ONCE = 8  # townships side by side on a page; more go on in the next table
MOST_PHOTOS = 6


def document(paper: Paper, *, photo: Callable[[str], tuple[bytes, str]]) -> bytes:
    """The whole form; `photo` gives bytes and type of a photo by its SHA-256."""
    context = {
        "paper": paper,
        "tables": list(_tables(paper)),
        "photos": [_inside(*photo(sha)) for sha in paper.photos[:MOST_PHOTOS]],
        "signatures": signatures(paper),
    }
    return printed(template="web/desk/paper.html", context=context, sheets=["css/paper.css"])


def _inside(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"


def _tables(paper: Paper) -> Iterator[dict[str, Any]]:
    """The form cut into tables that fit a page: the county always, some townships beside it."""
    townships = paper.rolled.townships
    for start in range(0, max(1, len(townships)), AT_ONCE):
        part = townships[start : start + AT_ONCE]
        yield {
            "townships": [one.area for one in part],
            "sections": [
                (
                    section,
                    [
                        (one, [values[0], *values[1 + start : 1 + start + AT_ONCE]])
                        for one, values in lines
                    ],
                )
                for section, lines in paper.sections()
            ],
        }
