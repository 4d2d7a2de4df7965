"""Small charts of the evaluation report, drawn as SVG by the server. A table says the same beside.

Everything that decides how a chart looks stands in its elements: printers read no style sheet
inside a drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

INK, QUIET, GRID = "#13201d", "#43524d", "#dbe3df"
GOOD, BAD, PALE = "#0a6a50", "#ad1f17", "#9fb0aa"
FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
WIDTH, NARROW = 640, 320  # of a drawing; the narrow one is for phones
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 26
STEPS = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880)  # minutes between two marks of time
MARK = 66  # of width for one mark of time


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, how long (None: nothing came), the words at its end, and if it is bad."""

    name: str
    value: float | None
    words: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of steps: (minutes, share from 0 to 1), each holding until the next."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    width: float
    dashes: str = ""


def bars(
    rows: Sequence[Bar], *, limit: float | None, limit_words: str, title: str, width: int = WIDTH
) -> SafeString:
    """Bars from the left, one below the other, with the limit as a line across them.

    Where there is no room beside a bar its name stands above it.
    """
    above = width < WIDTH
    high, left, words = (34, 0, 84) if above else (22, 150, 110)
    most = max([limit or 0, *(row.value or 0 for row in rows)], default=0) or 1
    scale = (width - left - words) / most
    parts = []
    for place, row in enumerate(rows):
        y = 4 + place * high
        colour = BAD if row.bad else GOOD
        if above:
            parts.append(_text(0, y + 10, row.name))
            y += 12
        else:
            parts.append(_text(left - 6, y + 14, row.name, anchor="end"))
        if row.value is not None:
            parts.append(_box(left, y + 3, max(1.0, row.value * scale), 14, colour))
        end = left + (row.value or 0) * scale
        parts.append(_text(end + 5, y + 14, row.words, colour=BAD if row.bad else INK))
    bottom = 4 + len(rows) * high
    if limit is not None:
        x = left + limit * scale
        parts.append(_line(x, 2, x, bottom, BAD, 1.2, "4 3"))
        parts.append(_text(x, bottom + 13, limit_words, colour=BAD, anchor="middle"))
    return _drawing("".join(parts), width=width, height=bottom + 18, title=title)


def curves(
    rows: Sequence[Curve], *, until: float, title: str, width: int = WIDTH, height: int = 200
) -> SafeString:
    """Shares over time as steps: minutes from the event to the right, 0 to 100 % upwards."""
    wide, high = width - LEFT - RIGHT, height - TOP - BOTTOM
    span = max(until, 1.0)
    parts = []
    for share in (0, 25, 50, 75, 100):
        y = TOP + high * (100 - share) / 100
        parts.append(_line(LEFT, y, LEFT + wide, y, GRID, 0.8))
        parts.append(_text(LEFT - 5, y + 4, f"{share} %", colour=QUIET, anchor="end"))
    step = next((one for one in STEPS if span / one <= wide / MARK), STEPS[-1])
    for minutes in range(0, int(span) + 1, step):
        x = LEFT + wide * minutes / span
        parts.append(_line(x, TOP + high, x, TOP + high + 4, QUIET, 0.8))
        clock = f"+{minutes // 60}:{minutes % 60:02d}"
        anchor = "end" if x > LEFT + wide - 15 else "middle"
        parts.append(_text(x, TOP + high + 16, clock, colour=QUIET, anchor=anchor))
    for row in rows:
        parts.append(_steps(row, span=span, wide=wide, high=high))
    return _drawing("".join(parts), width=width, height=height, title=title)


def _steps(row: Curve, *, span: float, wide: float, high: float) -> SafeString:
    if not row.points:
        return SafeString("")

    def place(minutes: float, share: float) -> tuple[float, float]:
        within = min(max(minutes, 0.0), span)
        return LEFT + wide * within / span, TOP + high * (1 - share)

    x, y = place(*row.points[0])
    path = [f"M{x:.1f} {y:.1f}"]
    for minutes, share in row.points[1:]:
        x, y = place(minutes, share)
        path.append(f"H{x:.1f}V{y:.1f}")
    path.append(f"H{LEFT + wide:.1f}")
    return format_html(
        '<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>',
        "".join(path),
        row.colour,
        row.width,
        row.dashes or "none",
    )


def _drawing(inside: str, *, width: int, height: float, title: str) -> SafeString:
    return format_html(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}"'
        ' xmlns="http://www.w3.org/2000/svg">{}</svg>',
        title,
        width,
        f"{height:.0f}",
        width,
        f"{height:.0f}",
        # Every part was made by format_html.
        SafeString(inside),
    )


def _text(
    x: float, y: float, words: str, *, colour: str = INK, anchor: str = "start"
) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" fill="{}" text-anchor="{}" font-size="12" font-family="{}">{}</text>',
        f"{x:.1f}",
        f"{y:.1f}",
        colour,
        anchor,
        FONT,
        words,
    )


def _box(x: float, y: float, wide: float, high: float, colour: str) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
        f"{x:.1f}",
        f"{y:.1f}",
        f"{wide:.1f}",
        f"{high:.1f}",
        colour,
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dashes: str = "none"
) -> SafeString:
    return format_html(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"'
        ' stroke-dasharray="{}"/>',
        *(f"{one:.1f}" for one in (x1, y1, x2, y2)),
        colour,
        width,
        dashes,
    )
