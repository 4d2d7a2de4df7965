"""The base of every form: refusals of the action are shown at the form, and nothing is lost."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest

from relief.access.gate import NotYourDuty, Refused
from relief.web import refusals, told

Done = TypeVar("Done")


class Sheet(forms.Form):
    """A form that remembers its own key and what refused it."""

    required_css_class = "field--needed"

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.label_suffix = ""
        self.refused: Refused | None = None
        self.since: list[told.Line] = []

    def show(self, refused: Refused) -> None:
        """Put the refusal where it belongs; without a field of its own, above the form."""
        self.add_error(None, str(refused.sentence))

    def try_to(self, act: Callable[..., Done], request: HttpRequest, **facts: Any) -> Done | None:
        """Do it, or keep the refusal's sentence for the page. None means refused.

        It is done by the person and at the time of the request, unless `facts` say otherwise.
        Another's duty is not a matter of what was typed: that goes on to the refusal page.
        """
        try:
            given = {"actor": request.actor, "now": request.now} | facts  # type: ignore[attr-defined]
            return act(**given)
        except NotYourDuty:
            raise
        except Refused as refused:
            self.refused = refused
            self.since = refusals.since(request)
            self.show(refused)
            return None


def request_key(request: HttpRequest) -> uuid.UUID:
    """The key the form was made with; a form without one gets its own and counts as new."""
    try:
        return uuid.UUID(request.POST.get("request_key", ""))
    except ValueError:
        return uuid.uuid4()


def whole_number(**more: Any) -> forms.IntegerField:
    """A count: whole and not negative, typed on a number pad."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(min_value=0, max_value=99_999_999, widget=widget, **more)
