"""Counting people in shelters and households in villages."""

from django.utils.translation import gettext_lazy as _

from relief.web.forms.sheet import Sheet, whole_number


class ShelterForm(Sheet):
    people = whole_number(label=_("People in the shelter now"))


class VillageForm(Sheet):
    """What the village or township found on the ground."""

    households = whole_number(label=_("Affected households"))
    people = whole_number(label=_("Affected people"))
