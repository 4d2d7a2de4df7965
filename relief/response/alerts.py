"""Messages to those on alert (应急联系人) when a response starts, changes its level or ends."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gis.models import Level, inside
from relief.incidents.models import Incident
from relief.journal.log import require_transaction
from relief.journal.models import Book
from relief.messaging import steps as messaging
from relief.messaging.models import Message, Occasion
from relief.preparedness.models import Contact
from relief.response.models import LEVEL_NAMES, Activation


def tell_started(
    *,
    incident: Incident,
    started: Sequence[Activation],
    ended: Sequence[Activation],
    now: dt.datetime,
) -> list[Message]:
    """Tell that a response started, or with `ended` that its level changed; the county's first."""
    with translation.override(settings.LANGUAGE_CODE):
        if ended:
            said = _(
                "%(county)s: the response to “%(incident)s” changes from %(before)s to %(level)s "
                "at %(at)s, no. %(number)s."
            )
        else:
            said = _(
                "%(county)s: a %(level)s response to “%(incident)s” starts at %(at)s, "
                "no. %(number)s. Take up your post at once."
            )
        before = str(LEVEL_NAMES[ended[0].level]) if ended else ""
        text = said % {**_facts(incident, started[0], now=now), "before": before}
    return _tell(incident=incident, places=started, what="start", text=text, now=now)


def tell_ended(
    *, incident: Incident, ended: Sequence[Activation], now: dt.datetime
) -> list[Message]:
    """Tell that a response ended; the county's first."""
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "%(county)s: the %(level)s response to “%(incident)s” ended at %(at)s, no. %(number)s."
        ) % _facts(incident, ended[0], now=now)
    return _tell(incident=incident, places=ended, what="end", text=text, now=now)


def _facts(incident: Incident, activation: Activation, *, now: dt.datetime) -> dict[str, str]:
    """What a message says, in the language of the county's phones."""
    return {
        "county": str(activation.area),
        "level": str(LEVEL_NAMES[activation.level]),
        "incident": str(incident),
        "at": f"{timezone.localtime(now):%m-%d %H:%M}",
        "number": activation.number,
    }


def _tell(
    *,
    incident: Incident,
    places: Sequence[Activation],
    what: str,
    text: str,
    now: dt.datetime,
) -> list[Message]:
    """One message to each number on alert in the county, its townships and the villages touched."""
    require_transaction("tell")
    county = places[0]
    book = Book.objects.get(id=incident.book_id)
    found = Contact.objects.filter(inside(county.area.path, "area__path"), alert=True).filter(
        Q(area__level__lte=Level.TOWNSHIP) | Q(area__in=[one.area_id for one in places])
    )
    numbers: dict[str, Contact] = {}
    for contact in found.order_by("area__code", "id"):
        numbers.setdefault(contact.phone, contact)
    return [
        messaging.send(
            book=book,
            area=county.area,
            key=uuid.uuid5(book.epoch, f"response {county.id} {what} {phone}"),
            occasion=Occasion.RESPONSE,
            phone=phone,
            person=str(contact),
            text=text,
            now=now,
        )
        for phone, contact in numbers.items()
    ]
