"""The charts of the evaluation report, wide for paper and desk, narrow for a phone."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from relief.drills.measures import Evaluation
from relief.drills.measures.shapes_goods import FillLine
from relief.web.drills import charts, report_words
from relief.web.drills.report_names import Names


def fill(numbers: Evaluation, *, until: float, width: int = charts.WIDTH) -> SafeString:
    """The fill rate (满足率) of each township, of the worst off and of all, until that minute."""
    rates = numbers.fill
    curves = [_curve(one, charts.PALE, 1.2) for one in rates.by_township]
    if rates.overall is not None:
        curves.append(_curve(rates.overall, charts.GOOD, 2.6))
    if rates.worst is not None:
        curves.append(_curve(rates.worst, charts.BAD, 2.0, "6 3"))
    return charts.curves(curves, until=until, title=_("Fill rate over time"), width=width)


def _curve(line: FillLine, colour: str, thick: float, dashes: str = "") -> charts.Curve:
    points = [(point.minutes, point.share) for point in line.points]
    return charts.Curve(line.area, points, colour, thick, dashes)


def first_reports(numbers: Evaluation, names: Names, *, width: int = charts.WIDTH) -> SafeString:
    """Minutes from the event to the initial report of each township that had to send one."""
    first = numbers.first_reports
    rows = [
        charts.Bar(
            name=names.place(one.area),
            value=one.minutes,
            words=report_words.span(one.minutes) if one.minutes is not None else _("none came"),
            bad=one.in_time is False,
        )
        for one in first.by_township
        if one.expected
    ]
    goal = first.goal
    return charts.bars(
        rows,
        limit=None if goal is None else goal.limit * (60 if goal.unit == "h" else 1),
        limit_words=_("limit %(time)s") % {"time": report_words.limit(goal)},
        title=_("Minutes from the event to each township's initial report"),
        width=width,
    )
