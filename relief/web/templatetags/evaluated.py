"""How the numbers of an evaluation look on its report. No rule lives here."""

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from relief.drills.models import Rating
from relief.web.drills import report_words

register = template.Library()
register.filter("span", report_words.span)
register.filter("limit", report_words.limit)
register.filter("act", report_words.act)


@register.filter
def reached(standard: Any) -> str:
    """What was reached of a standard, in words."""
    return report_words.in_unit(standard.reached, standard.goal)


@register.filter
def standard(key: Any) -> str:
    return str(report_words.STANDARDS[key])


@register.filter
def link(key: Any) -> str:
    return str(report_words.LINKS[key])


@register.filter
def outcome(key: Any) -> str:
    return str(report_words.OUTCOMES[key])


@register.filter
def stale(key: Any) -> str:
    return str(report_words.STALE[key])


@register.filter
def rating(code: str) -> str:
    """A rating in words; a dash where nobody gave one."""
    return str(Rating(code).label) if code else "–"


@register.filter
def off(share: float | None) -> str:
    """An error as a share of the truth, with its sign: `−40 %`."""
    if share is None:
        return "–"
    whole = round(share * 100)
    return f"{'−' if whole < 0 else '+' if whole > 0 else ''}{abs(whole)} %"


@register.filter
def figure(number: float | None) -> str:
    """A figure of a report: whole ones in groups of three digits, others with their decimals."""
    if number is None:
        return "–"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"


@register.filter
def at_drill(when: dt.datetime | None) -> str:
    """Drill time, day and minute; a dash where it never came."""
    return "–" if when is None else f"{timezone.localtime(when):%m-%d %H:%M}"
