"""Confirming what the map presumed, and recording damaged houses."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from relief.access import gate
from relief.access.acts import Act
from relief.field import steps as field_steps
from relief.field.steps import Sent
from relief.households import rows, rules, steps
from relief.households.models import AffectedVillage, DamagedHouse
from relief.incidents.models import Incident
from relief.incidents.rules import check_same_form, check_takes_entries
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
        facts={
            "incident": village.incident_id,
            "affected": village.id,
            "households": households,
            "people": people,
        },
    )
    return village


@transaction.atomic(durable=True)
def record_damage(
    *,
    actor: gate.Actor,
    incident_id: int,
    area_id: int,
    card: rules.Card,
    base: uuid.UUID | None,
    request_key: uuid.UUID,
    now: dt.datetime,
    chain: uuid.UUID | None = None,
    item: Sent | None = None,
) -> DamagedHouse:
    """Record a household's damaged house (因灾倒塌损坏住房户) in a village.

    `base` names the card that this one corrects, by its form or item; the old card stays, replaced.
    `chain` is the phone's; a form leaves it to the card it corrects. The same household twice is
    refused. The same form or item sent twice is one card. Raises DamageRefused.
    """
    found = Incident.objects.visible_to(actor).select_related("area")
    incident = found.locked(id=incident_id)
    area = steps.village(area_id=area_id, incident=incident)
    gate.require(actor=actor, act=Act.RECORD_DAMAGE, area=area, book_id=incident.book_id)
    stored = None
    if item is not None:
        stored, _known = field_steps.take(
            sent=item, book_id=incident.book_id, area=area, author_id=actor.user_id, now=now
        )
    earlier = steps.recorded_before(request_key=request_key, item=stored)
    if earlier is not None:
        asked = (incident.id, area.id, actor.user_id)
        check_same_form(same=asked == (earlier.incident_id, earlier.area_id, earlier.recorded_by))
        return earlier
    check_takes_entries(incident=incident)
    rules.check_card(card)
    replaced = steps.corrected(incident=incident, area=area, chain=chain, base=base)
    household = steps.household(card=card, area=area)
    steps.check_once(card=card, incident=incident, area=area, replaced=replaced)
    house = steps.put_card(
        incident=incident,
        area=area,
        card=card,
        household=household,
        chain=replaced.chain if replaced else chain or request_key,
        replaced=replaced,
        item=stored,
        request_key=request_key,
        recorded_by=actor.user_id,
        now=now,
    )
    log.record(
        book=incident.book_id,
        kind="damage_corrected" if replaced else "damage_recorded",
        rows=[rows.damaged(house), *([rows.damaged(replaced)] if replaced else [])],
        actor=actor.user_id,
        now=now,
        facts={"incident": incident.id, "house": house.id, "grade": house.grade},
    )
    return house
