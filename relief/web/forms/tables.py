"""Uploading a table."""

from django import forms
from django.utils.translation import gettext_lazy as _

from relief.web.forms.sheet import Sheet


class UploadForm(Sheet):
    """One Excel workbook."""

    file = forms.FileField(
        label=_("Filled-in workbook"),
        help_text=_("An .xlsx file of at most 10 MB and 20,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
