"""Faults of a problem file (输入错误) and the readers of single fields that find them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .wording import say

LISTED = 500


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a problem, at one JSON path."""

    path: str
    code: str
    params: tuple[tuple[str, Any], ...] = ()

    @property
    def message(self) -> str:
        return self.text()

    def text(self, *, lang: str = "en") -> str:
        return one_line(say("fault", self.code, lang=lang, **dict(self.params)))

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Malformed(ValueError):
    """The problem cannot be planned; it carries every fault found, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


def shown(value: Any) -> str:
    """A value as a sentence can carry it: short, and never the whole file."""
    if isinstance(value, dict | list):
        return {dict: "an object", list: "a list"}[type(value)]
    # Turning an integer of thousands of digits into text is slow and can be refused by Python.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def one_line(text: str) -> str:
    """Text with its line breaks and other unprintable characters written out."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


@dataclass
class Reader:
    """Reads fields, notes faults, and goes on with a harmless value so that all are found."""

    faults: list[Fault] = field(default_factory=list)

    def note(self, path: str, code: str, **params: Any) -> None:
        if len(self.faults) < LISTED:
            self.faults.append(Fault(one_line(path), code, tuple(params.items())))
        elif len(self.faults) == LISTED:
            self.faults.append(Fault("$", "too_many"))

    def object(self, value: Any, path: str, *, known: Sequence[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.note(path, "not_object", got=shown(value))
            return {}
        for name in value:
            if name not in known:
                self.note(f"{path}.{name}", "unknown_field")
        return value

    def list(self, data: dict[str, Any], name: str, path: str) -> list[Any]:
        if name not in data:
            self.note(f"{path}.{name}", "missing")
            return []
        if not isinstance(data[name], list):
            self.note(f"{path}.{name}", "not_list", got=shown(data[name]))
            return []
        return data[name]

    def text(self, data: dict[str, Any], name: str, path: str) -> str:
        if name not in data:
            self.note(f"{path}.{name}", "missing")
            return ""
        return self.text_value(data[name], f"{path}.{name}")

    def text_value(self, value: Any, path: str) -> str:
        # A name with a line break would pass for two lines, half a character cannot be written.
        if not isinstance(value, str) or not value or not value.isprintable():
            self.note(path, "not_text", got=shown(value))
            return ""
        return value

    def number(
        self,
        data: dict[str, Any],
        name: str,
        path: str,
        *,
        low: float,
        high: float,
        default: float | None = None,
    ) -> float:
        if name not in data:
            if default is None:
                self.note(f"{path}.{name}", "missing")
                return low
            return default
        return self.number_value(data[name], f"{path}.{name}", low=low, high=high)

    def number_value(self, value: Any, path: str, *, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.note(path, "not_number", got=shown(value))
            return low
        if isinstance(value, float) and not math.isfinite(value):
            self.note(path, "not_number", got=shown(value))
            return low
        if not low <= value <= high:
            self.note(path, "out_of_range", low=low, high=high, got=shown(value))
            return low
        return float(value)

    def whole(
        self,
        data: dict[str, Any],
        name: str,
        path: str,
        *,
        low: int,
        high: int,
        default: int | None = None,
    ) -> int:
        if name not in data:
            if default is None:
                self.note(f"{path}.{name}", "missing")
                return low
            return default
        return self.whole_value(data[name], f"{path}.{name}", low=low, high=high)

    def whole_value(self, value: Any, path: str, *, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.note(path, "not_whole", got=shown(value))
            return low
        # 3.0 is the same number as 3 in JSON; 3.5, NaN and Infinity are not whole.
        if isinstance(value, float) and not value.is_integer():
            self.note(path, "not_whole", got=shown(value))
            return low
        if not low <= value <= high:
            self.note(path, "out_of_range", low=low, high=high, got=shown(value))
            return low
        return int(value)

    def one_of(self, data: dict[str, Any], name: str, path: str, *, allowed: Sequence[str]) -> str:
        if name not in data:
            self.note(f"{path}.{name}", "missing")
            return allowed[0]
        value = data[name]
        if not isinstance(value, str) or value not in allowed:
            names = ", ".join(allowed)
            self.note(f"{path}.{name}", "not_one_of", allowed=names, got=shown(value))
            return allowed[0]
        return value
