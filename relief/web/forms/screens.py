"""Letting a screen show a board."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relief.access.screens import NAME_MOST
from relief.web.forms.sheet import Sheet

Choice = tuple[str, str]


class ScreenForm(Sheet):
    """Which board (`view:code of the area`), where the screen hangs, and for how long."""

    name = forms.CharField(
        label=_("Where the screen hangs"),
        help_text=_("For example: Command hall, left wall"),
        max_length=NAME_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    board = forms.ChoiceField(label=_("Board"))
    valid_to = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self,
        data: Any = None,
        *,
        boards: Sequence[tuple[str, list[Choice]]],
        board: str,
        now: dt.datetime,
    ) -> None:
        last = timezone.localdate(now) + dt.timedelta(days=settings.SCREEN_PASS_DAYS)
        super().__init__(data, initial={"board": board, "valid_to": last})
        self.fields["board"].choices = boards  # type: ignore[attr-defined]

    def clean_valid_to(self) -> dt.datetime:
        """The end of that day, in the county's time."""
        following = self.cleaned_data["valid_to"] + dt.timedelta(days=1)
        return timezone.make_aware(dt.datetime.combine(following, dt.time()))
