"""The register of drills: who is due, what the year plans, and the same as a workbook."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level, ancestors, contains
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.drills import dues
from relief.drills.dues import Due, Standing
from relief.drills.models import DrillKind, Yearly
from relief.web.forms.sheet import Sheet
from relief.web.papers.xlsx import TEXT, new_book


@dataclass(frozen=True, slots=True)
class Place:
    """The county or township looked at, `town` within it, and what else could be chosen."""

    area: Area
    areas: Sequence[Area]
    town: Area | None
    towns: Sequence[Area]

    @property
    def shown(self) -> Area:
        return self.town or self.area


def place_of(request: HttpRequest) -> Place:
    """What `?area=` and `?town=` name: the first of the person's counties, and all of it.

    Who has no county sees the own township. Raises NotFound for what lies outside.
    """
    areas = _areas(request.actor)  # type: ignore[attr-defined]
    wanted = request.GET.get("area") or request.POST.get("area")
    area = next((one for one in areas if wanted in (None, "", one.code)), None)
    if area is None:
        raise NotFound
    towns = Area.objects.within(area.path).filter(level=Level.TOWNSHIP)
    listed = list(towns.defer("boundary").order_by("code")) if area.level == Level.COUNTY else []
    asked = request.GET.get("town") or request.POST.get("town")
    town = next((one for one in listed if one.code == asked), None)
    if asked and town is None:
        raise NotFound
    return Place(area, areas, town, listed)


def _areas(actor: Actor) -> list[Area]:
    found = Area.objects.none()
    for path in actor.paths(Act.READ_NORMS):
        deep = len(ancestors(path))
        here = Area.objects.within(path)
        found |= here.filter(level=Level.COUNTY) if deep <= 3 else here.filter(path=path)
    return list(found.defer("boundary").order_by("code"))


@dataclass(frozen=True, slots=True)
class Page:
    """Who is due, as filtered by `?show=`; `counts` are of everybody."""

    plans: Sequence[Due]
    villages: Sequence[Due]
    counts: dict[str, int]
    show: str


def page(*, place: Place, show: str, on: dt.date) -> Page:
    """The plans and villages of the place, the most urgent first."""
    found = dues.dues(place=place.shown, on=on)
    counts = {one.value: 0 for one in Standing}
    for due in found:
        counts[due.standing] += 1
    wanted = show if show in counts else ""
    kept = [due for due in found if wanted in ("", due.standing)]
    return Page(
        plans=[due for due in kept if due.plan is not None],
        villages=[due for due in kept if due.plan is None],
        counts=counts,
        show=wanted,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the year, and how it stands today."""

    entry: Yearly
    late: bool


@dataclass(frozen=True, slots=True)
class YearPage:
    """The register of one year."""

    year: int
    years: Sequence[int]
    lines: Sequence[Line]

    @property
    def held(self) -> int:
        return sum(line.entry.held_on is not None for line in self.lines)

    @property
    def late(self) -> int:
        return sum(line.late for line in self.lines)


def year_page(*, place: Place, year: int, on: dt.date) -> YearPage:
    """What is planned and was held in a year: late first, then what is to come, then held."""
    lines = [
        Line(one, dues.is_late(one, on=on)) for one in dues.entries(place=place.shown, year=year)
    ]
    lines.sort(key=lambda line: (not line.late, line.entry.held_on is not None))
    return YearPage(year, dues.years_with_entries(place=place.area, on=on), lines)


class NoteForm(Sheet):
    """Which plans and villages (`plan:3`, `area:17`), the day, the kind of drill, a note."""

    which = forms.MultipleChoiceField(required=False)
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of drill"), choices=DrillKind.choices)
    note = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, offered: Sequence[Due], now: dt.datetime) -> None:
        initial = {"day": timezone.localdate(now), "kind": DrillKind.OPERATIONS}
        super().__init__(data, initial=initial)
        self.offered = [due.key for due in offered]
        self.fields["which"].choices = [(key, key) for key in self.offered]  # type: ignore[attr-defined]

    def targets(self) -> dict[str, list[int]]:
        """The one whose own button was pressed, or all that are shown, or those ticked."""
        one = self.data.get("one")
        if one is not None:
            keys = [key for key in self.offered if key == one]
        elif "all" in self.data:
            keys = self.offered
        else:
            keys = self.cleaned_data["which"]
        numbers: dict[str, list[int]] = {"plan_ids": [], "area_ids": []}
        for key in keys:
            kind, _colon, number = key.partition(":")
            numbers[f"{kind}_ids"].append(int(number))
        return numbers


def workbook(*, place: Place, year: int, on: dt.date) -> bytes:
    """The register as a workbook: who is due, and the entries of the year."""
    made = io.BytesIO()
    book = new_book(made)
    looks = {
        "head": book.add_format({**TEXT, "bold": True, "border": 1, "bg_color": "#E9EEEB"}),
        "text": book.add_format({**TEXT, "border": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "border": 1, "align": "left"}),
    }
    _sheet(
        book.add_worksheet(_("Next drills")),
        looks,
        [
            _("Code"),
            _("Township"),
            _("Area"),
            _("Response plan"),
            _("Last drill"),
            _("Next drill by"),
            _("State"),
        ],
        [
            [
                due.area.code,
                _town_of(due.area),
                str(due.area),
                str(due.plan or ""),
                due.last,
                due.due_on,
                str(due.standing.label),
            ]
            for due in dues.dues(place=place.shown, on=on)
        ],
    )
    _sheet(
        book.add_worksheet(str(year)),
        looks,
        [
            *(_("Code"), _("Township"), _("Area"), _("Response plan"), _("Kind of drill")),
            *(_("To be held by"), _("Day held"), _("State"), _("Remark")),
        ],
        [
            [
                line.entry.area.code,
                _town_of(line.entry.area),
                str(line.entry.area),
                str(line.entry.plan or ""),
                line.entry.get_kind_display(),
                line.entry.due_on,
                line.entry.held_on,
                state_of(line),
                line.entry.note,
            ]
            for line in year_page(place=place, year=year, on=on).lines
        ],
    )
    book.close()
    return made.getvalue()


def state_of(line: Line) -> str:
    """An entry's state in words."""
    if line.entry.held_on is not None:
        return _("was held")
    return str(Standing.OVERDUE.label) if line.late else _("to be held")


def _town_of(area: Area) -> str:
    return str(area.parent) if area.level == Level.VILLAGE else ""


def _sheet(
    sheet: Any, looks: dict[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, looks["head"])
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(
                    number, column, dt.datetime.combine(value, dt.time()), looks["day"]
                )
            else:
                sheet.write_string(number, column, value or "", looks["text"])
    sheet.set_column(0, len(names) - 1, 18)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(names) - 1)


def may_keep(*, actor: Actor, place: Place) -> bool:
    """Whether the person keeps the register of all that is shown."""
    return any(contains(path, place.shown.path) for path in actor.paths(Act.KEEP_REGISTER))
