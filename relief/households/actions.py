"""Confirming what the map presumed."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from relief.access import gate
from relief.access.acts import Act
from relief.households import rows, rules
from relief.households.models import AffectedVillage
from relief.incidents.rules import check_takes_entries
from relief.journal import log
from relief.norms import queries as norms


@transaction.atomic(durable=True)
def confirm_village(
    *, actor: gate.Actor, affected_id: int, households: int, people: int, now: dt.datetime
) -> AffectedVillage:
    """Say how many households and people of a village are affected (核实受灾户).

    A later count replaces an earlier one; the journal keeps both. Raises CountRefused.
    """
    village = (
        AffectedVillage.objects.visible_to(actor)
        .select_related("area", "incident")
        .locked(id=affected_id)
    )
    gate.require(
        actor=actor, act=Act.CONFIRM_HOUSEHOLDS, area=village.area, book_id=village.book_id
    )
    check_takes_entries(incident=village.incident)
    day = timezone.localdate(now, timezone.get_default_timezone())
    rules.check_confirmation(
        households=households,
        people=people,
        registered_households=village.area.households,
        registered_people=village.area.population,
        plausible_share=norms.number(area=village.area, key="report.plausible_share", on=day),
        village=str(village.area),
    )
    village.confirmed_households, village.confirmed_people = households, people
    village.confirmed_by, village.confirmed_at = actor.user_id, now
    village.save(
        update_fields=[
            "confirmed_households",
            "confirmed_people",
            "confirmed_by",
            "confirmed_at",
        ]
    )
    log.record(
        book=village.book_id,
        kind="village_confirmed",
        rows=[rows.affected(village)],
        actor=actor.user_id,
        now=now,
        facts={"incident": village.incident_id, "households": households, "people": people},
    )
    return village
