"""How likeness, reasons and figures of reports look on the desk's pages. No rule lives here."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.translation import gettext as _

from relief.web.desk.likeness import Likeness
from relief.web.desk.reasons import REASONS
from relief.web.spans import minutes_in_words

register = template.Library()


@register.filter
def grouped(value: Any) -> str:
    """A figure in groups of three digits, exact decimals kept; a dash where nothing is known."""
    if value is None or value == "":
        return "–"
    try:
        return f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return str(value)


@register.simple_tag
def likeness_words(likeness: Likeness) -> str:
    """Which signs say that two reports may be one: `same village, 230 m apart, 12 min apart`."""
    words = []
    if likeness.same_village:
        words.append(_("same village"))
    if likeness.metres is not None:
        words.append(_("%(metres)s m apart") % {"metres": f"{likeness.metres:,}"})
    words.append(_("%(time)s apart") % {"time": minutes_in_words(likeness.minutes)})
    if likeness.similar:
        words.append(_("similar figures"))
    return _(", ").join(words)


@register.simple_tag
def return_reasons() -> list[tuple[str, str]]:
    """Why a report may go back, to choose from."""
    return [(code, str(words)) for code, words in REASONS.items()]


@register.filter
def labelled(indicator: Any) -> str:
    """A figure's term in the reader's language."""
    return str(indicator.label)


@register.filter
def signed(number: int) -> str:
    """A difference with its sign: +3, −12."""
    return f"+{number:,}" if number > 0 else f"−{abs(number):,}"
