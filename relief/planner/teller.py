"""Wording shared by the explanations (解释用语): names for ids, hours, shares."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .problem import Demand, Problem, Supply
from .wording import say


def hour(value: float) -> str:
    """Hours as people read them: 5, 5.5, 5.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def share(level: Fraction) -> str:
    """A level as a percentage, whole unless that would hide it."""
    text = f"{float(level) * 100:.1f}".removesuffix(".0")
    return f"{text}%"


class Teller:
    """Says reasons in one language, with the names people know."""

    def __init__(self, lang: str, names: Mapping[str, str] | None) -> None:
        self.lang, self.names = lang, names or {}

    def __call__(self, code: str, **params: Any) -> str:
        return say("reason", code, lang=self.lang, **params)

    def name(self, id_: str) -> str:
        return self.names.get(id_, id_)

    def several(self, ids: list[str] | tuple[str, ...]) -> str:
        return self("list").join(self.name(i) for i in ids)


def stands_in(tell: Teller, problem: Problem, s: Supply, d: Demand) -> str:
    """That one item replaces another here, and at what ratio."""
    return tell(
        "line_substitute",
        item=tell.name(s.item),
        wanted=tell.name(d.item),
        ratio=problem.ratio_of[s.item, d.item],
    )
