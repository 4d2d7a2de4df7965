"""Contact with townships from which no report comes (失联乡镇联系): who got through, when and how.

A contact is a line of the journal and nothing else: no figure rests on it.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.incidents import rules as incident_rules
from relief.incidents.models import Incident
from relief.journal import log
from relief.journal.log import require_transaction
from relief.journal.models import Audience, Entry
from relief.journal.rows import Row, audience

KIND = "contact_made"
WHO, NOTE = 60, 200  # letters kept


class ReachedBy(models.TextChoices):
    """How somebody got through (联系方式)."""

    PHONE = "phone", gettext_lazy("telephone")  # 电话
    SATELLITE = "satellite", gettext_lazy("satellite telephone")  # 卫星电话
    RADIO = "radio", gettext_lazy("radio")  # 电台、对讲机
    MESSENGER = "messenger", gettext_lazy("messenger")  # 派人前往
    OTHER = "other", gettext_lazy("another way")


class ContactRefused(gate.Refused):
    """A contact that does not say with whom, when or how, or with no township."""


@dataclass(frozen=True, slots=True)
class GivenContact:
    """A contact as it was made: with whom in the township, how, when, and what was heard."""

    area: str
    reached_by: str
    who: str
    reached_at: dt.datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as the journal tells it."""

    area: str
    reached_by: str
    who: str
    reached_at: dt.datetime
    note: str
    noted_by: int | None
    noted_at: dt.datetime

    @property
    def way(self) -> str:
        return str(ReachedBy(self.reached_by).label)


@transaction.atomic(durable=True)
def record_contact(
    *,
    actor: gate.Actor,
    incident_id: int,
    given: GivenContact,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Write down that somebody got through to a township. The same form again is one contact."""
    incident = Incident.objects.visible_to(actor).select_related("area").locked(id=incident_id)
    area = township(incident=incident, code=given.area)
    gate.require(actor=actor, act=Act.VERIFY_REPORT, area=area, book_id=incident.book_id)
    tell(
        incident=incident,
        area=area,
        given=given,
        by=actor.user_id,
        request_key=request_key,
        now=now,
    )


def township(*, incident: Incident, code: str) -> Area:
    """The township of that code in the incident's area, or NotFound."""
    found = Area.objects.within(incident.area.path).filter(level=Level.TOWNSHIP, code=code)
    area = found.defer("boundary").first()
    if area is None:
        raise gate.NotFound
    return area


def tell(
    *,
    incident: Incident,
    area: Area,
    given: GivenContact,
    by: int,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Inner step: check the contact and tell it. The caller has locked the incident."""
    require_transaction("tell")
    incident_rules.check_takes_entries(incident=incident)
    same = Entry.objects.filter(book=incident.book_id, kind=KIND, facts__key=str(request_key))
    if same.exists():
        return
    if given.reached_by not in ReachedBy.values:
        raise ContactRefused(
            _("Say how you got through: %(known)s; “%(got)s” came.")
            % {"known": ", ".join(map(str, ReachedBy.labels)), "got": given.reached_by}
        )
    if not incident.started_at <= given.reached_at <= now:
        raise ContactRefused(
            _("A time from %(first)s to %(last)s is expected; %(got)s came.")
            % {
                "first": incident_rules.moment(incident.started_at),
                "last": incident_rules.moment(now),
                "got": incident_rules.moment(given.reached_at),
            }
        )
    who = incident_rules.text(given.who, limit=WHO, name=_("with whom"), needed=True)
    log.record(
        book=incident.book_id,
        kind=KIND,
        rows=[
            # People read the line in the record of events; no board keeps a row of it.
            Row(
                table="contact",
                id=str(request_key),
                area=area.path,
                audience=audience(Audience.COMMAND, Audience.TOWNSHIP),
                values=None,
            )
        ],
        actor=by,
        now=now,
        facts={
            "incident": incident.id,
            "area": area.path,
            "reached_by": given.reached_by,
            "who": who,
            "at": given.reached_at.isoformat(),
            "note": incident_rules.text(given.note, limit=NOTE, name=_("note")),
            "key": str(request_key),
        },
    )


def contacts_of(*, incident: Incident, areas: Collection[str] | None = None) -> list[Contact]:
    """Contacts of an incident with townships of these paths, or with all; the newest first."""
    found = Entry.objects.filter(
        book=incident.book_id,
        kind=KIND,
        happened_at__gte=incident.started_at,
        facts__incident=incident.id,
    )
    if areas is not None:
        found = found.filter(area__in=areas)
    rows = found.order_by("-number").values_list("area", "facts", "actor", "happened_at")
    return [
        Contact(
            area=area,
            reached_by=facts["reached_by"],
            who=facts["who"],
            reached_at=dt.datetime.fromisoformat(facts["at"]),
            note=facts["note"],
            noted_by=actor,
            noted_at=happened_at,
        )
        for area, facts, actor, happened_at in rows
    ]
