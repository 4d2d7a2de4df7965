"""A paper of the store: one template and one content, shown on screen and printed as PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relief.web.papers.printing import printed

LOOKS = ("css/papers.css",)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a paper shows: its title, its body template, and what the body is filled with.

    `file` is its name without an ending; `looks` are further style sheets; `back` leads to the page
    it belongs to, with `back_name` as its words.
    """

    title: str
    file: str
    body: str
    content: Mapping[str, Any]
    drill: bool
    back: str
    back_name: str
    looks: Sequence[str] = ()

    @property
    def context(self) -> dict[str, Any]:
        return {**self.content, "sheet": self, "drill": self.drill}

    @property
    def all_looks(self) -> list[str]:
        return [*LOOKS, *self.looks]

    def pdf(self) -> bytes:
        return printed(
            template="web/papers/printed.html", context=self.context, sheets=self.all_looks
        )
