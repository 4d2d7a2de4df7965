"""Pictures that come with a form."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

MOST = 5


class PicturesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Some pictures, as bytes; whether each is one, the action looks itself."""

    widget = PicturesInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def __init__(self, **more: Any) -> None:
        help_text = _("Up to 5 pictures. A refused form has to be given them again.")
        super().__init__(**{"required": False, "help_text": help_text, **more})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST:
            raise ValidationError(
                _now("At most %(most)d pictures are expected; %(got)d came.")
                % {"most": MOST, "got": len(files)}
            )
        return [super(PicturesField, self).clean(one, initial).read() for one in files]
