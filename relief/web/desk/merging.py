"""Versions of one place side by side (合并): which cells differ, and which are chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relief.access.gate import Actor, NotFound, Refused
from relief.boards.page import number
from relief.reports.indicators import INDICATORS, Indicator, Section
from relief.reports.models import Report
from relief.reports.rules import FiguresRefused

TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Choice:
    """One cell: a version's figure, whether it stands apart from the others, whether chosen."""

    report: Report
    value: object
    differs: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One figure in every version. Only where they differ is there something to choose."""

    indicator: Indicator
    choices: list[Choice]
    base: object
    typed: str = ""
    typed_chosen: bool = False
    errors: Sequence[str] = ()

    @property
    def differs(self) -> bool:
        return any(one.differs for one in self.choices)


def chosen(*, actor: Actor, ids: Sequence[str]) -> list[Report]:
    """The reports to merge, oldest first; of one incident and one place. Raises NotFound."""
    wanted = [one for one in map(number, ids) if one is not None]
    found = list(
        Report.objects.visible_to(actor)
        .filter(id__in=wanted)
        .select_related("area", "village", "incident__area", "item", "base")
        .defer("area__boundary", "village__boundary", "incident__footprint")
        .defer("incident__area__boundary")
        .order_by("seq")
    )
    places = {(one.incident_id, one.area_id, one.village_id) for one in found}
    if len(found) < 2 or len(found) != len(set(wanted)) or len(places) != 1:
        raise NotFound
    return found


def rows(
    *,
    reports: Sequence[Report],
    base: Report | None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> list[tuple[Section, list[Row]]]:
    """The figures by section. Before anybody chose, the newest version's figure is chosen."""
    typed, errors = typed or {}, errors or {}
    found = []
    for section in Section:
        lines = [
            _row(indicator, reports, base, typed, errors.get(key, ()))
            for key, indicator in INDICATORS.items()
            if indicator.section == section and any(key in one.figures for one in reports)
        ]
        if lines:
            found.append((section, lines))
    return found


def figures(*, reports: Sequence[Report], typed: Mapping[str, str]) -> dict[str, object]:
    """What was chosen or typed, by indicator; to be checked by the action like any report."""
    by_id = {str(one.id): one for one in reports}
    found: dict[str, object] = {}
    for key in INDICATORS:
        values = [one.figures[key] for one in reports if key in one.figures]
        if not values:
            continue
        pick = typed.get(f"pick-{key}", "")
        if pick == TYPED:
            found[key] = typed.get(f"typed-{key}", "").strip().replace(",", "")
        elif pick in by_id and key in by_id[pick].figures:
            found[key] = by_id[pick].figures[key]
        else:
            found[key] = values[-1]
    return found


def errors(refused: Refused) -> tuple[dict[str, list[str]], list[str]]:
    """The refusal's sentences: those about one figure, by figure, and the others."""
    if not isinstance(refused, FiguresRefused):
        return {}, [str(refused.sentence)]
    by_figure: dict[str, list[str]] = {}
    others: list[str] = []
    for problem in refused.problems:
        if problem.field in INDICATORS:
            by_figure.setdefault(problem.field, []).append(problem.sentence)
        else:
            others.append(problem.sentence)
    return by_figure, others


def _row(
    indicator: Indicator,
    reports: Sequence[Report],
    base: Report | None,
    typed: Mapping[str, str],
    errors: Sequence[str],
) -> Row:
    key = indicator.key
    values = [one.figures.get(key) for one in reports]
    apart = len({str(value) for value in values}) > 1
    before = base.figures.get(key) if base else None
    pick = typed.get(f"pick-{key}", "")
    # Where nothing was chosen yet, the newest that gives the figure.
    newest = next(one.id for one in reversed(reports) if key in one.figures)
    picked = pick or str(newest)
    choices = [
        Choice(
            one,
            value,
            differs=apart,
            chosen=value is not None and picked == str(one.id),
        )
        for one, value in zip(reports, values, strict=True)
    ]
    return Row(
        indicator,
        choices,
        before,
        typed=typed.get(f"typed-{key}", ""),
        typed_chosen=pick == TYPED,
        errors=errors,
    )


Sections = list[tuple[Section, list[Row]]]


def apart(sections: Sections) -> tuple[Sections, Sections]:
    """The rows that ask for a choice (they differ, or were refused), and those that agree."""

    def those(asked: bool) -> Sections:
        kept = [
            (section, [row for row in lines if (row.differs or bool(row.errors)) == asked])
            for section, lines in sections
        ]
        return [(section, lines) for section, lines in kept if lines]

    return those(True), those(False)


def narrative(reports: Sequence[Report]) -> str:
    """What the versions say in words, the newest first, as far as it fits."""
    said = dict.fromkeys(one.narrative for one in reversed(reports) if one.narrative)
    return " / ".join(said)[:200]
