"""What a cell may name: items, depots, places, and the few choices of a column."""

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from gis.models import Area, Level, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.models import Item
from relief.stock.models import Depot
from relief.web.tables.faults import Wrong

# Looking for a name that looks alike takes time: a file of nothing but wrong names gets this many.
MOST_SUGGESTED = 300
LIKE_ENOUGH = 0.6
LONGEST_LIKE = 60


def both(label: str | Promise) -> tuple[str, str]:
    """A label in the language on screen, then in the other one."""
    own = translation.get_language() or ""
    other = "en" if own.startswith("zh") else "zh-hans"
    with translation.override(other):
        second = str(label)
    return str(label), second


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may be named: by its code, or by a name that no other has."""

    code: str
    names: tuple[str, ...]
    value: Any

    @property
    def shown(self) -> str:
        """What the list in Excel offers: the code and its first name."""
        return f"{self.code} {self.names[0]}" if self.code else self.names[0]


@dataclass(slots=True)
class List:
    """A list of entries, with its own sheet in the workbook called `title`."""

    title: str
    entries: list[Entry]
    outside: frozenset[str] = frozenset()
    _known: dict[str, Entry | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            for name in entry.names:
                # A name that two have names neither.
                taken = name.casefold() in self._known
                self._known[name.casefold()] = None if taken else entry
        for entry in self.entries:
            both_ways = [entry.code, *(f"{entry.code} {name}" for name in entry.names)]
            for words in both_ways if entry.code else []:
                self._known[words.casefold()] = entry

    def find(self, words: str) -> Entry | None:
        """By its code, its name, or the one and then the other."""
        return self._known.get(words.casefold())

    def words(self) -> list[str]:
        return list(self._known)


@dataclass(slots=True)
class Codes:
    """Every list that a table's columns name, and today."""

    today: dt.date
    lists: Mapping[str, List]
    _nearest: dict[tuple[str, str], str] = field(default_factory=dict)

    def find(self, name: str, words: str) -> Any:
        """The value that these words name in that list. Raises Wrong."""
        known = self.lists[name]
        entry = known.find(words)
        if entry is not None:
            return entry.value
        if words.partition(" ")[0] in known.outside:
            raise Wrong("area_outside")
        raise Wrong("unknown_code", sheet=known.title, nearest=self.nearest(name, words))

    def choice(self, name: str, words: str) -> Any:
        known = self.lists[name]
        entry = known.find(words)
        if entry is not None:
            return entry.value
        choices = ", ".join(one.shown for one in known.entries)
        raise Wrong("unknown_choice", choices=choices, nearest=self.nearest(name, words))

    def nearest(self, name: str, words: str) -> str:
        """What in the list looks most like these words, as the list shows it; maybe nothing."""
        key = name, words.casefold()
        if key not in self._nearest:
            if len(self._nearest) >= MOST_SUGGESTED or len(words) > LONGEST_LIKE:
                return ""
            known = self.lists[name]
            like = difflib.get_close_matches(key[1], known.words(), n=1, cutoff=LIKE_ENOUGH)
            entry = known.find(like[0]) if like else None
            self._nearest[key] = entry.shown if entry else ""
        return self._nearest[key]


def of_choices(title: str, choices: type[models.Choices]) -> List:
    """The members of an enumeration, by their labels in either language or their value.

    People write 县级 as often as 县.
    """
    entries = []
    for one in choices:
        labels = both(one.label)
        names = dict.fromkeys((*labels, str(one.value), *(f"{label}级" for label in labels)))
        entries.append(Entry("", tuple(names), one.value))
    return List(title, entries)


def yes_no() -> List:
    pairs = ((True, _("yes"), ("yes", "y", "是", "有", "1", "true")),
             (False, _("no"), ("no", "n", "否", "无", "0", "false")))  # fmt: skip
    entries = [
        Entry("", tuple(dict.fromkeys((words, *others))), value) for value, words, others in pairs
    ]
    return List(_("Yes or no"), entries)


def items() -> List:
    chinese = (translation.get_language() or "").startswith("zh")
    return List(
        _("Items"),
        [
            Entry(one.code, (one.name, one.name_en) if chinese else (one.name_en, one.name), one)
            for one in Item.objects.all()
        ],
    )


def depots(actor: Actor) -> List:
    """The depots where the person may import; those of others are known to lie outside."""
    chinese = (translation.get_language() or "").startswith("zh")
    mine, others = [], set()
    for one in Depot.objects.select_related("area").defer("area__boundary").order_by("code"):
        if actor.may(Act.IMPORT_TABLES, path=one.area.path):
            names = (one.name, one.name_en) if chinese else (one.name_en, one.name)
            mine.append(Entry(one.code, names, one))
        else:
            others.add(one.code)
    return List(_("Depots"), mine, frozenset(others))


def areas(actor: Actor, *, levels: Iterable[Level], typed: Iterable[str]) -> List:
    """The places of those levels where the person may import.

    Of what was typed, codes of places elsewhere are known to lie outside.
    """
    chinese = (translation.get_language() or "").startswith("zh")
    found: dict[int, Area] = {}
    for path in actor.paths(Act.IMPORT_TABLES):
        places = Area.objects.filter(inside(path), level__in=list(levels)).defer("boundary")
        found |= {one.id: one for one in places}
    mine = [
        Entry(one.code, (one.name, one.name_en) if chinese else (one.name_en, one.name), one)
        for one in sorted(found.values(), key=lambda one: one.code)
    ]
    known = {entry.code for entry in mine}
    asked = {words.partition(" ")[0] for words in typed} - known
    codes = {one for one in asked if len(one) == 12 and one.isascii() and one.isdigit()}
    inside_codes = Area.objects.filter(code__in=codes).values_list("code", "path")
    outside = {code for code, path in inside_codes if not actor.may(Act.IMPORT_TABLES, path=path)}
    return List(_("Places"), mine, frozenset(outside))
