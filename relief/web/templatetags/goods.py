"""How arrivals, shares and money look on the pages about goods."""

import datetime as dt
from fractions import Fraction
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gis.models import contains
from relief.stock import rules as stock
from relief.web.spans import minutes_in_words
from relief.web.templatetags.shown import offset

register = template.Library()


@register.filter
def arrives(when: dt.datetime | None, now: dt.datetime) -> SafeString | str:
    """The clock and how far off it is: `07-15 12:40 · in 2 h 10 min`."""
    if when is None:
        return "–"
    local = timezone.localtime(when)
    minutes = minutes_in_words(int(abs((when - now).total_seconds())) // 60)
    words = _("in %(time)s") if when >= now else _("%(time)s ago")
    return format_html(
        '<span class="clock"><time datetime="{}" title="{}">{}</time> '
        '<span class="clock__left">{}</span></span>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}",
        f"{local:%m-%d %H:%M}",
        words % {"time": minutes},
    )


@register.filter
def percent(share: float | None) -> str:
    """`0.956` → `95 %`: rounded down, so that only what is full says 100."""
    return "–" if share is None else f"{int(Fraction(str(share)) * 100)} %"


@register.filter
def share_of(part: int, whole: int) -> int:
    """Percent of the whole, between 0 and 100, for the width of a bar."""
    return 0 if not whole else max(0, min(100, round(100 * part / whole)))


@register.filter
def yuan(fen: int | None) -> str:
    """Money kept in fen, shown in yuan."""
    return "–" if fen is None else f"¥{fen / 100:,.2f}"


@register.filter
def whole_yuan(amount: float | None) -> str:
    return "–" if amount is None else f"¥{amount:,.0f}"


@register.filter
def plus(number: int, other: int) -> int:
    return number + other


@register.filter
def minus(number: int, other: int) -> int:
    return number - other


@register.filter
def signed(number: int) -> str:
    """`+12` and `−12`, with a real minus sign."""
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number < 0 else "0"


@register.filter
def day(date: dt.date | None) -> str:
    return "–" if date is None else f"{date:%Y-%m-%d}"


@register.filter
def at(mapping: dict, key: Any) -> Any:
    """`sources|at:line.source_id`."""
    return mapping.get(key) if mapping else None


@register.filter
def under(path: str, tops: list[str]) -> bool:
    """Whether an area lies in one of those."""
    return any(contains(top, path) for top in tops or ())


@register.filter
def cubic(litres: int) -> str:
    """Litres as cubic metres: `16`, `4.5`."""
    return f"{litres / 1000:g}"


@register.filter
def packages(quantity: int | None, pack: int) -> str:
    """Units as whole packages and what is loose: `12 × 24`, `2 × 24 + 2`; nothing if unpacked."""
    if not quantity or pack < 2:
        return ""
    whole, loose = stock.packages(quantity=quantity, pack=pack)
    return f"{whole:,} × {pack:,}" + (f" + {loose:,}" if loose else "")


@register.filter
def counts(line: Any) -> int:
    """Units of the item needed that an order line still covers: ordered less what was lost."""
    return (line.quantity - line.lost) * line.stands_for
