"""Counting people in shelters."""

import datetime as dt

from django.db import transaction

from relief.access import gate
from relief.access.acts import Act
from relief.journal import log
from relief.preparedness import rows, rules
from relief.preparedness.models import Shelter, ShelterCount


@transaction.atomic(durable=True)
def count_shelter(
    *, actor: gate.Actor, shelter_id: int, people: int, now: dt.datetime
) -> ShelterCount:
    """Say how many people are in a shelter now (安置人数). Raises CountRefused."""
    shelter = Shelter.objects.visible_to(actor).select_related("area").one(id=shelter_id)
    gate.require(actor=actor, act=Act.COUNT_SHELTER, area=shelter.area, book_id=actor.book_id)
    rules.check_people(people)
    ShelterCount.objects.get_or_create(
        book_id=actor.book_id, shelter=shelter, defaults={"area": shelter.area}
    )
    count = (
        ShelterCount.objects.visible_to(actor)
        .select_related("area", "shelter")
        .locked(shelter=shelter)
    )
    count.people, count.counted_at, count.counted_by = people, now, actor.user_id
    count.save(update_fields=["people", "counted_at", "counted_by"])
    log.record(
        book=actor.book_id,
        kind="shelter_counted",
        rows=[rows.shelter(count)],
        actor=actor.user_id,
        now=now,
        facts={"shelter": shelter.id, "people": people},
    )
    return count
