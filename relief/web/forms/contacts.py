"""The form for contact with a township that does not report."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.response.contacts import NOTE, WHO, GivenContact, ReachedBy
from relief.web.forms.reporting import Moment, within_minute
from relief.web.forms.sheet import Sheet


class ContactForm(Sheet):
    """Who got through to which township, how and when."""

    area = forms.ChoiceField(label=_("Township"))
    reached_by = forms.ChoiceField(label=_("How"), choices=ReachedBy.choices)
    who = forms.CharField(label=_("With whom"), max_length=WHO)
    at = Moment(label=_("When"))
    note = forms.CharField(label=_("What was heard"), max_length=NOTE, required=False)

    def __init__(self, data: Any = None, *, towns: Iterable[Area], now: dt.datetime) -> None:
        super().__init__(data, initial={"at": timezone.localtime(now)})
        self.now = now
        self.fields["area"].choices = [(one.code, str(one)) for one in towns]  # type: ignore[attr-defined]

    def given(self) -> GivenContact:
        typed = self.cleaned_data
        return GivenContact(
            area=typed["area"],
            reached_by=typed["reached_by"],
            who=typed["who"],
            reached_at=within_minute(typed["at"], latest=self.now),
            note=typed["note"],
        )
