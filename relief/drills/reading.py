"""Reading JSON that came from outside: each fault is kept with its place, nothing is guessed."""

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 60  # characters of a wrong value that a fault repeats
MOST_FAULTS = 200


class NotJson(ValueError):
    """The bytes are no JSON that can be read; the text says why."""


def parse(data: bytes) -> Any:
    """The JSON in those bytes, UTF-8 with or without a mark at its start. Raises NotJson."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError as deep:
        raise NotJson("expected JSON of a scenario, got brackets within brackets") from deep
    except (UnicodeDecodeError, ValueError) as wrong:
        raise NotJson(f"expected JSON in UTF-8: {wrong}") from wrong


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def shown(value: Any) -> str:
    """A wrong value as a fault repeats it: short, on one line."""
    try:
        return json.dumps(value, ensure_ascii=False)[:SHOWN]
    except (TypeError, ValueError, RecursionError):
        return repr(type(value).__name__)


@dataclass
class Reading:
    """Takes values of a known kind out of JSON and notes the place of what is something else."""

    faults: list[str] = field(default_factory=list)

    def fault(self, place: str, sentence: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{place}: {sentence}")

    def whole(self, place: str, data: Any, *, known: set[str], needed: set[str]) -> dict[str, Any]:
        """An object with these keys and no others."""
        if not isinstance(data, dict):
            self.fault(place, f"expected an object, got {shown(data)}")
            return {}
        for key in sorted(data.keys() - known):
            self.fault(f"{place}.{key[:SHOWN]}", "unknown")
        for key in sorted(needed - data.keys()):
            self.fault(f"{place}.{key}", "missing")
        return data

    def rows(self, place: str, data: Any, *, most: int) -> list[tuple[str, Any]]:
        """The items of a list, each with its place."""
        if not isinstance(data, list):
            self.fault(place, f"expected list, got {shown(data)}")
            return []
        if len(data) > most:
            self.fault(place, f"expected at most {most} items, got {len(data)}")
        return [(f"{place}[{n}]", row) for n, row in enumerate(data[:most])]

    def mapping(self, place: str, data: Any) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            self.fault(place, f"expected dict, got {shown(data)}")
            return {}
        return data

    def text(self, place: str, value: Any, *, most: int, empty: bool = True) -> str:
        """Words of at most so many characters."""
        if not isinstance(value, str):
            self.fault(place, f"expected str, got {shown(value)}")
            return ""
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            self.fault(place, "expected text without control characters")
            return ""
        if len(value) > most:
            self.fault(place, f"expected at most {most} characters, got {len(value)}")
        elif not empty and not value.strip():
            self.fault(place, "expected some words, got none")
        return value

    def flag(self, place: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fault(place, f"expected true or false, got {shown(value)}")
            return False
        return value

    def count(self, place: str, value: Any, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            self.fault(place, f"expected a whole number from {least} to {most}, got {shown(value)}")
            return least
        return int(value)

    def number(self, place: str, value: Any, *, least: float, most: float) -> float:
        """A finite number within bounds."""
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        if not fine or not math.isfinite(value) or not least <= value <= most:
            self.fault(place, f"expected a number from {least:g} to {most:g}, got {shown(value)}")
            return least
        return float(value)

    def day(self, place: str, value: Any) -> str | None:
        """A date as 2026-07-15, kept as text; None where there is none."""
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            self.fault(place, f"expected a date as 2026-07-15, got {shown(value)}")
            return None

    def one_of(self, place: str, value: Any, known: Iterable[str]) -> str:
        names = list(known)
        if not isinstance(value, str) or value not in names:
            self.fault(place, f"expected one of {', '.join(names)}, got {shown(value)}")
            return ""
        return value

    def kind_of(
        self, place: str, data: Any, kinds: Mapping[str, Mapping[str, tuple[int, int]]]
    ) -> dict[str, Any] | None:
        """An object with a `kind` and exactly the values that kind takes, within their bounds.

        A value whose bounds are (0, 0) is text.
        """
        if data is None:
            return None
        kind = data.get("kind") if isinstance(data, dict) else data
        if not isinstance(kind, str) or kind not in kinds:
            self.one_of(f"{place}.kind", kind, sorted(kinds))
            return None
        wanted = set(kinds[kind]) | {"kind"}
        row = self.whole(place, data, known=wanted, needed=wanted)
        for key, (least, most) in kinds[kind].items():
            if key in row and (least, most) == (0, 0):
                self.text(f"{place}.{key}", row[key], most=40, empty=False)
            elif key in row:
                self.count(f"{place}.{key}", row[key], least=least, most=most)
        return row
