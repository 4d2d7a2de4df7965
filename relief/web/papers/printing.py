"""Pages of HTML as PDF: Chinese faces embedded as subsets, nothing fetched from anywhere."""

import gc
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

MIME = "application/pdf"
# Pango's maps of fonts are not made for several threads.
_ONE_AT_A_TIME = threading.Lock()


@lru_cache
def _look(name: str) -> Any:
    """A style sheet, read once in the life of the process."""
    from weasyprint import CSS

    return CSS(filename=finders.find(name))


def printed(*, template: str, context: Mapping[str, Any], sheets: Sequence[str]) -> bytes:
    """A template with these style sheets (below `static/`), on paper."""
    # It takes a second to start, which only a paper needs.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # What the paper shows is inside it.
    fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    text = render_to_string(template, context)
    with _ONE_AT_A_TIME, _nothing_swept():
        looks = [_look(name) for name in sheets]
        page = HTML(string=text, url_fetcher=fetcher)
        return bytes(page.write_pdf(stylesheets=looks))


@contextmanager
def _nothing_swept() -> Iterator[None]:
    """Hundreds of thousands of boxes live until the paper is drawn.

    Looking among them for garbage again and again takes a sixth of the whole time.
    """
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()
