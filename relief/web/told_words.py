"""What each kind of journal entry says."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

SENTENCES: dict[str, str] = {
    "incident_opened": gettext_noop("Incident opened"),
}


def sentence(kind: str, facts: dict[str, Any]) -> str:
    """The sentence of that kind; an unknown kind is shown by its name, never left out."""
    known = SENTENCES.get(kind)
    return _(known) if known else kind.replace("_", " ")
