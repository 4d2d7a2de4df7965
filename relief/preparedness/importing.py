"""Contacts from a table."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from gis.models import Area
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.imports import Imported, check_real, one_at_a_time, shared_path, told
from relief.journal import log
from relief.preparedness.models import Contact


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact (联系人); area, post and name together say who it is.

    `alert` says whether messages of responses go there; None leaves that as it is, at first no.
    """

    area_id: int
    post: str
    name: str
    phone: str
    note: str
    alert: bool | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        return self.area_id, self.post, self.name

    def is_as(self, one: Contact) -> bool:
        """Whether the contact stored says the same."""
        alert = one.alert if self.alert is None else self.alert
        return (one.phone, one.note, one.alert) == (self.phone, self.note, alert)


@transaction.atomic(durable=True)
def import_contacts(
    *, actor: Actor, rows: Sequence[ContactRow], digest: str, now: dt.datetime
) -> Imported:
    """Add contacts, or give those already there a new telephone and note. Raises OnlyInReal."""
    areas = Area.objects.in_bulk({row.area_id for row in rows})
    if len(areas) < len({row.area_id for row in rows}):
        raise gate.NotFound
    for area in areas.values():
        gate.require(actor=actor, act=Act.IMPORT_TABLES, area=area, book_id=actor.book_id)
    check_real(book_id=actor.book_id)
    one_at_a_time(table="contacts")
    there = {
        (one.area_id, one.post, one.name): one
        for one in Contact.objects.filter(area__in=areas).order_by("id").select_for_update()
    }
    new, changed = [], []
    for row in rows:
        one = there.get(row.key)
        if one is None:
            fresh = Contact(
                area_id=row.area_id,
                post=row.post,
                name=row.name,
                phone=row.phone,
                note=row.note,
                alert=bool(row.alert),
            )
            new.append(fresh)
        elif not row.is_as(one):
            one.phone, one.note = row.phone, row.note
            one.alert = one.alert if row.alert is None else row.alert
            changed.append(one)
    done = Imported(len(new), len(changed), len(rows) - len(new) - len(changed))
    if not done.written:
        return done
    Contact.objects.bulk_create(new)
    Contact.objects.bulk_update(changed, ["phone", "note", "alert"])
    touched = {areas[one.area_id].path for one in [*new, *changed]}
    log.record(
        book=actor.book_id,
        kind="contacts_imported",
        rows=[told(path=shared_path(touched), digest=digest)],
        actor=actor.user_id,
        now=now,
        facts={"rows": done.written, "digest": digest},
    )
    return done
