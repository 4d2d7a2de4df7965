"""Households under the footprint, and confirming them."""

from django.db import transaction

from relief.access.gate import NotFound, NotYourDuty
from relief.households import queries, rows, steps
from relief.households.actions import confirm_village
from relief.households.models import AffectedVillage, Household
from relief.households.rules import CountRefused
from relief.incidents.models import Incident
from relief.incidents.rules import IncidentClosed
from tests import proof
from tests.world import NOW, box, flood


def willow(world, incident) -> AffectedVillage:
    return AffectedVillage.objects.get(incident=incident, area=world.area("Willow"))


def test_the_footprint_finds_its_households_by_village(world):
    incident = flood(world)
    found = {
        row.area.name_en: (row.presumed_households, row.presumed_people)
        for row in queries.villages(actor=world.actor("asha"), incident=incident)
    }
    assert found == {"Willow": (10, 30), "Reed": (10, 30), "Ferry": (3, 9)}


def test_finding_again_leaves_what_was_confirmed(world):
    incident = flood(world)
    confirm_village(
        actor=world.actor("gu"),
        affected_id=willow(world, incident).id,
        households=4,
        people=12,
        now=NOW,
    )
    Household.objects.filter(area=world.area("Willow"), number__endswith="0").delete()
    with transaction.atomic():
        steps.find_affected(incident=incident)
    row = willow(world, incident)
    assert (row.presumed_households, row.confirmed_households) == (9, 4)
    assert incident.affected_villages.count() == 3


def test_a_footprint_over_another_county_finds_nobody_there(world):
    incident = flood(world, footprint=box(128.28, 43.0, 128.5, 43.1))
    found = incident.affected_villages.values_list("area__name_en", flat=True)
    assert set(found) == {"Cairn"}


def test_the_village_officer_confirms(world):
    incident = flood(world)
    before = proof.last_number(world.real)
    confirmed = confirm_village(
        actor=world.actor("gu"),
        affected_id=willow(world, incident).id,
        households=9,
        people=25,
        now=NOW,
    )
    stored = willow(world, incident)
    assert (stored.confirmed_households, stored.confirmed_people) == (9, 25)
    assert (stored.confirmed_by, stored.confirmed_at) == (world.users["gu"].id, NOW)
    proof.says(world.real, after=before, kind="village_confirmed", rows=[rows.affected(confirmed)])


def test_the_township_officer_may_too_and_the_county_may_not(world):
    incident = flood(world)
    affected_id = willow(world, incident).id
    proof.keeps_out(
        world,
        lambda actor: confirm_village(
            actor=actor, affected_id=affected_id, households=9, people=25, now=NOW
        ),
        farah=NotFound,
        bela=NotFound,
        asha=NotYourDuty,
    )
    confirm_village(
        actor=world.actor("emeka"), affected_id=affected_id, households=9, people=25, now=NOW
    )


def test_a_count_above_the_register_changes_nothing(world):
    affected_id = willow(world, flood(world)).id
    refused = proof.unchanged(
        lambda: confirm_village(
            actor=world.actor("gu"), affected_id=affected_id, households=276, people=900, now=NOW
        ),
        CountRefused,
    )
    assert str(refused) == "Households: Willow has 250, so at most 275; 276 came."


def test_a_closed_incident_takes_no_counts(world):
    incident = flood(world)
    Incident.objects.filter(id=incident.id).update(status="closed")
    proof.unchanged(
        lambda: confirm_village(
            actor=world.actor("gu"),
            affected_id=willow(world, incident).id,
            households=1,
            people=1,
            now=NOW,
        ),
        IncidentClosed,
    )


def test_affected_households_are_paged_and_placed(world):
    incident = flood(world)
    asha, emeka, bela = (world.actor(name) for name in ("asha", "emeka", "bela"))
    page = queries.affected_households(actor=asha, incident=incident, size=10, page=3)
    assert (page.total, page.pages, len(page.rows)) == (23, 3, 3)
    page = queries.affected_households(actor=asha, incident=incident, size=10, page=99)
    assert page.number == 3
    assert queries.affected_households(actor=emeka, incident=incident).total == 20
    assert queries.affected_households(actor=bela, incident=incident).total == 0
    one = queries.affected_households(actor=asha, incident=incident, area=world.area("Ferry"))
    assert {row.area.name_en for row in one.rows} == {"Ferry"}


def test_without_a_footprint_nobody_is_presumed(world):
    incident = flood(world, everywhere=True)
    asha = world.actor("asha")
    assert queries.villages(actor=asha, incident=incident) == []
    assert queries.affected_households(actor=asha, incident=incident).total == 0
