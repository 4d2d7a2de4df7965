"""The named world stands, and its people see what their duties say."""

from tests import world as named


def test_the_world_stands(world):
    assert [area.name_en for area in world.townships] == ["Northbank", "Southbank", "Hilltop"]
    assert len(world.items) == 36
    assert world.actor("dana").duties == ()
    assert world.actor("iris").book_id == world.drill.id


def test_a_lot_and_an_agreement_stand_in_the_ledger(world):
    holding = named.stock(world, "QUILT", 300)
    commitment = named.agreement(world, "WATB", 1_000)
    holding.account.refresh_from_db()
    commitment.account.refresh_from_db()
    assert (holding.account.balance, commitment.account.balance) == (300, 1_000)


def test_a_flood_opens_and_a_report_is_filed(world):
    incident = named.flood(world)
    report = named.report(world, incident, "Northbank", relocated_now=700, affected_population=900)
    assert report.figures["relocated_cum"] == 700
    assert incident.assessments.latest().suggested_level == 3
