"""Enrolling a phone, and taking in what came without a data network."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relief.access.models import User
from relief.field.devices import LABEL_MOST
from relief.web.forms.sheet import Sheet
from relief.web.templatetags.shown import person


class PhoneForm(Sheet):
    """Whose phone it is, and what it is called."""

    person = forms.ChoiceField(label=_("Whose phone"))
    label = forms.CharField(
        label=_("Name of the phone"),
        help_text=_("For example: Duty phone of the township"),
        max_length=LABEL_MOST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, people: Sequence[User]) -> None:
        super().__init__(data)
        choices = [(str(one.pk), person(one)) for one in people]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]


class TextsForm(Sheet):
    """Text messages, one a line."""

    text = forms.CharField(
        label=_("Text messages, one on each line"),
        help_text=_("They begin with ZQ1, in a drill with YL1. Copy them whole."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )


class FileForm(Sheet):
    """A file that a phone exported."""

    file = forms.FileField(
        label=_("File from a phone"),
        help_text=_("The field app writes it under Settings, Export all."),
    )
