"""What receipts say about observations of a drill: another drill time than the phone showed."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.drills.models import Observation
from relief.drills.observing import shown_otherwise
from relief.field.models import Item, ItemKind


def notes(*, items: Sequence[Item]) -> dict[uuid.UUID, str]:
    """A sentence for each of these items whose drill time was corrected."""
    ids = [item.id for item in items if item.kind == ItemKind.OBSERVATION]
    if not ids:
        return {}
    made = {one.request_key: one for one in Observation.objects.filter(request_key__in=ids)}
    return {
        key: _("The drill’s clock had been set: it counts at %(counts)s, not at %(shown)s.")
        % {"counts": _clock(made[key].seen_at), "shown": _clock(shown_at)}
        for key, shown_at in shown_otherwise(observations=list(made.values())).items()
    }


def _clock(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M:%S")
