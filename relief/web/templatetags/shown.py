"""How numbers, times, levels and people look on a page. No rule lives here."""

import datetime as dt
import uuid
from typing import Any

from django import template
from django.core.paginator import Page
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from relief.web import norm_words
from relief.web.spans import minutes_in_words

register = template.Library()
register.filter(minutes_in_words)

ROMAN = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
NOTE_ICONS = {"success": "check", "error": "warning", "warning": "warning"}


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def note_icon(tag: str) -> str:
    return NOTE_ICONS.get(tag, "info")


@register.filter
def person(user: Any) -> str:
    """The person's name in the language on screen."""
    if user is None:
        return _("the clock")
    chinese = (get_language() or "").startswith("zh")
    return user.shown_name if chinese or not user.shown_name_en else user.shown_name_en


@register.filter
def named(obj: Any) -> str:
    """The object's Chinese or English name; models choose in `__str__`, these do not."""
    chinese = (get_language() or "").startswith("zh")
    for field, english in (("title", "title_en"), ("unit", "unit_en"), ("reason", "reason_en")):
        if hasattr(obj, english):
            return getattr(obj, field) if chinese else getattr(obj, english) or getattr(obj, field)
    return str(obj)


@register.filter
def unit(item: Any) -> str:
    """The item's unit: 顶, or tents."""
    return item.unit if (get_language() or "").startswith("zh") else item.unit_en or item.unit


@register.filter
def count(number: Any) -> str:
    """Digits in groups of three; a dash where nothing is known."""
    if number is None or number == "":
        return "–"
    if isinstance(number, str):
        return number
    return f"{number:,}"


@register.filter
def moment(when: dt.datetime | None) -> SafeString | str:
    """Day and minute in the county's zone; the offset and the year are in the title."""
    if when is None:
        return "–"
    local = timezone.localtime(when)
    year = "" if local.year == timezone.localtime().year else f"{local.year}-"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}",
        f"{year}{local:%m-%d %H:%M}",
    )


def offset(local: dt.datetime) -> str:
    text = f"{local:%z}"
    return f"UTC{text[:3]}:{text[3:]}"


@register.simple_tag
def zone_in_words() -> str:
    local = timezone.localtime()
    return _("All times are %(zone)s, %(offset)s.") % {
        "zone": timezone.get_current_timezone_name(),
        "offset": offset(local),
    }


@register.filter
def milliseconds(when: dt.datetime) -> int:
    """A moment as scripts count it: milliseconds since 1970."""
    return round(when.timestamp() * 1000)


@register.filter
def offset_minutes(when: dt.datetime) -> int:
    """How far the county's zone is ahead of UTC at that moment."""
    ahead = timezone.localtime(when).utcoffset() or dt.timedelta()
    return round(ahead.total_seconds() / 60)


@register.filter
def due(when: dt.datetime | None, now: dt.datetime) -> SafeString | str:
    """A deadline with what is left or how long it has passed; forms.js keeps it running."""
    if when is None:
        return "–"
    late = when < now
    local = timezone.localtime(when)
    left = minutes_in_words(int(abs((when - now).total_seconds())) // 60)
    words = _("%(time)s overdue") if late else _("%(time)s left")
    return format_html(
        '<span class="clock{}"><time datetime="{}" title="{}">{}</time> '
        '<span class="clock__left" data-left="{}" data-late="{}">{}</span></span>',
        " clock--late" if late else "",
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}",
        f"{local:%m-%d %H:%M}",
        _("%(time)s left"),
        _("%(time)s overdue"),
        words % {"time": left},
    )


@register.simple_tag
def level_badge(level: int | None, size: str = "") -> SafeString:
    """The response level: always its Roman numeral, in its colour."""
    if not level:
        return format_html('<span class="level level--0">{}</span>', _("no level"))
    shown = format_html("<b>{}</b>", ROMAN[level])
    return format_html(
        '<span class="level level--{} {}"><span>{}</span></span>',
        level,
        f"level--{size}" if size else "",
        format_html(pgettext("badge", "level {roman}"), roman=shown),
    )


@register.simple_tag(takes_context=True)
def form_keys(context: dict) -> SafeString:
    """Hidden fields of every form: the token, the form's own key, and the journal number seen.

    The key makes the same form sent twice one change; the number tells a refused person what
    happened since the page was opened.
    """
    posted = context.get("request_key")
    book = context.get("book")
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="request_key" value="{}">'
        '<input type="hidden" name="seen" value="{}">',
        context.get("csrf_token", ""),
        posted or uuid.uuid4(),
        book.last_number if book else 0,
    )


@register.inclusion_tag("web/parts/paging.html", takes_context=True)
def paging(context: dict, page: Page, key: str = "page", place: str = "") -> dict[str, Any]:
    """The way to the pages before and after; whatever else the address asks for stays asked.

    `place` is the id of the list, where it is not the only one of its page.
    """

    def address(number: int) -> str:
        asked = context["request"].GET.copy()
        asked[key] = str(number)
        return f"?{asked.urlencode()}{f'#{place}' if place else ''}"

    return {
        "page": page,
        "back": address(page.number - 1),
        "on": address(page.number + 1),
    }


@register.filter
def of(mapping: dict, key: Any) -> Any:
    """`figures|of:key`."""
    return mapping.get(key) if mapping else None


@register.filter
def path_code(path: str) -> str:
    """The last code of a path of areas, which names the area itself."""
    return path.rsplit("/", 1)[-1]


@register.filter
def roman(level: int) -> str:
    return ROMAN[level]


@register.filter
def plain(number: Any) -> str:
    """A decimal without trailing zeros."""
    return f"{number.normalize():f}" if hasattr(number, "normalize") else str(number)


@register.filter
def day(date: dt.date | None) -> SafeString | str:
    if date is None:
        return "–"
    return format_html('<time datetime="{0}">{0}</time>', date.isoformat())


@register.filter
def norm_name(key: str) -> str:
    return norm_words.name(key)


@register.filter
def norm_value(norm: Any) -> str:
    return norm_words.value(norm)


@register.filter
def hazards(text: str) -> str:
    return norm_words.hazards(text)


@register.filter
def km(metres: int) -> str:
    return f"{metres / 1000:,.1f}"


@register.filter
def at(items: Any, position: int) -> Any:
    """`columns|at:forloop.counter0`."""
    return items[position]
