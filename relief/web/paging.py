"""Long lists in pages (分页): each list of a page turns by its own word in the address."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ROWS = 30  # rows of a table on one page: on a phone each is a small card
CARDS = 20  # cards, which are taller


def turned(
    request: HttpRequest,
    found: QuerySet[Any] | Sequence[Any],
    *,
    most: int = ROWS,
    key: str = "page",
) -> Page[Any]:
    """The page that `?page=` asks for; what is no page number is the first or the last page."""
    return Paginator(found, most).get_page(request.GET.get(key))
