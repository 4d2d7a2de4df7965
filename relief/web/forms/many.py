"""Several equal lines on one form, as many as there are, without a script."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from relief.boards.page import number

MOST = 60
MORE = 3


class Line(forms.Form):
    """One of several lines. Left empty, it is none."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.label_suffix = ""
        self.empty_permitted, self.use_required_attribute = True, False


class Lines:
    """The lines of a form: sent, or to be filled in. The button `more` asks for further ones."""

    def __init__(
        self,
        kind: type[Line],
        data: Mapping[str, Any] | None,
        *,
        initial: Iterable[Mapping[str, Any]] = (),
        least: int = 3,
        **known: Any,
    ) -> None:
        given = list(initial)
        self.more = data is not None and "more" in data
        self.data = None if self.more else data
        count = _count(data) if data is not None else max(least, len(given))
        if self.more and data is not None:
            names = list(kind.base_fields)
            given = [
                {name: data.get(f"line{n}-{name}", "") for name in names} for n in range(count)
            ]
            count = min(MOST, count + MORE)
        self.forms = [
            kind(
                self.data,
                prefix=f"line{n}",
                initial=given[n] if self.data is None and n < len(given) else None,
                **known,
            )
            for n in range(count)
        ]

    def __iter__(self):
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def is_valid(self) -> bool:
        return self.data is not None and all([one.is_valid() for one in self.forms])

    @property
    def filled(self) -> list[dict[str, Any]]:
        """What the lines say that are not empty."""
        return [one.cleaned_data for one in self.forms if one.has_changed()]

    @property
    def errors(self) -> bool:
        return self.data is not None and any(one.errors for one in self.forms)


def _count(data: Mapping[str, Any]) -> int:
    said = number(str(data.get("lines", "")))
    return MORE if said is None else min(MOST, said)
