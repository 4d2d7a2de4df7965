"""What phones sent without an incident: gathered into one (汇拢), or returned (驳回)."""

import datetime as dt
import uuid

from relief.access.gate import NotFound, NotYourDuty
from relief.field import rows as field_rows
from relief.field.models import Item
from relief.incidents.rules import Missing
from relief.ledger.audit import audit
from relief.reports import queries
from relief.reports.models import Report
from relief.reports.states import WrongState
from relief.response.desk import Gathered, gather_items, return_item
from tests import proof
from tests.response.phones import file, keep, sent
from tests.world import NOW, flood

LATER = NOW + dt.timedelta(minutes=30)


def totals(incident) -> dict[str, int]:
    return queries.county_sums(reports=queries.current(incident=incident))


def gather(world, incident, *items: Item) -> Gathered:
    ids = [item.id for item in items]
    asha = world.actor("asha")
    return gather_items(actor=asha, incident_id=incident.id, item_ids=ids, now=LATER)


def test_the_desk_gathers_what_phones_sent_without_an_incident(world):
    good = keep(world, "Northbank", affected_population=40, hit=(0, 0, 2))
    bad = keep(world, "Northbank", village="Willow", by="gu", deaths=3, affected_population=1)
    village = keep(world, "Northbank", village="Reed", affected_population=7)
    odd = keep(world, "Southbank", by="farah", body={"as_of": "yesterday"})
    incident = flood(world)
    before = proof.last_number(world.real)

    done = gather_items(
        actor=world.actor("asha"),
        incident_id=incident.id,
        item_ids=[good.id, bad.id, village.id, odd.id],
        now=LATER,
    )

    emeka = world.users["emeka"].id
    found = {one.item_id: (one.filed_by, one.filed_at, one.state) for one in done.reports}
    assert found == {good.id: (emeka, NOW, "adopted"), village.id: (emeka, NOW, "adopted")}
    refused = {one.item_id: one.sentence for one in done.refused}
    assert set(refused) == {bad.id, odd.id}
    assert refused[bad.id].startswith("Deaths: at most 1 is expected")
    assert refused[odd.id] == "“as_of” of the report cannot be read: “yesterday” came."
    assert totals(incident) == {"affected_population": 40}
    ((kind, _rows), *_more) = proof.journal(world.real, after=before)
    assert kind == "items_gathered"
    again = gather_items(
        actor=world.actor("asha"), incident_id=incident.id, item_ids=[good.id], now=LATER
    )
    assert [one.id for one in again.reports] == [
        one.id for one in done.reports if one.item_id == good.id
    ]
    assert Report.objects.count() == 2
    assert audit() == []


def test_an_item_returned_says_why_and_is_gathered_no_more(world):
    item = keep(world, "Northbank", affected_population=40)
    before = proof.last_number(world.real)
    asha = world.actor("asha")
    returned = return_item(actor=asha, item_id=item.id, note="which village?", now=LATER)
    item.refresh_from_db()
    assert (item.returned_at, item.returned_by) == (LATER, asha.user_id)
    assert (item.return_reason, returned) == ("which village?", item)
    proof.says(
        world.real,
        after=before,
        kind="item_returned",
        rows=[field_rows.item(item, path=item.area.path)],
    )
    incident = flood(world)
    [refused] = gather(world, incident, item).refused
    assert refused.sentence == f"{item.receipt} was returned; its correction is expected."
    again = proof.unchanged(
        lambda: return_item(actor=asha, item_id=item.id, note="again", now=LATER), WrongState
    )
    assert str(again) == refused.sentence
    assert not Report.objects.exists()


def test_what_is_a_report_by_now_is_returned_as_one_and_a_reason_is_needed(world):
    asha, incident = world.actor("asha"), flood(world)
    filed = file(world, incident, "Northbank", affected_population=40)
    refused = proof.unchanged(
        lambda: return_item(actor=asha, item_id=filed.item_id, note="no", now=LATER), WrongState
    )
    assert "is a report by now" in str(refused)
    loose = keep(world, "Northbank", affected_population=40)
    proof.unchanged(lambda: return_item(actor=asha, item_id=loose.id, note=" ", now=LATER), Missing)


def test_nobody_else_returns_an_item(world):
    item = keep(world, "Northbank", affected_population=40)
    proof.keeps_out(
        world,
        lambda actor: return_item(actor=actor, item_id=item.id, note="x", now=LATER),
        emeka=NotYourDuty,
        farah=NotFound,
        bela=NotFound,
    )


def test_the_correction_of_a_returned_item_stands_in_its_place(world):
    """Its phone rests it on what it sent before, which never became a report."""
    first = keep(world, "Northbank", affected_population=40)
    asha = world.actor("asha")
    return_item(actor=asha, item_id=first.id, note="count again", now=LATER)
    corrects = {"chain": str(first.id), "base": str(first.id), "kind": "follow_up"}
    second = keep(world, "Northbank", body=corrects, affected_population=45)
    return_item(actor=asha, item_id=second.id, note="and again", now=LATER)
    third = keep(
        world, "Northbank", body=corrects | {"base": str(second.id)}, affected_population=50
    )
    incident = flood(world)
    [report] = gather(world, incident, third).reports
    assert (report.kind, report.state, report.chain) == ("initial", "adopted", first.id)
    assert totals(incident) == {"affected_population": 50}
    assert audit() == []


def test_a_text_that_was_returned_waits_anew_once_its_phone_says_all(world):
    text = keep(world, "Northbank", affected_population=40)
    Item.objects.filter(id=text.id).update(channel="sms")
    asha = world.actor("asha")
    return_item(actor=asha, item_id=text.id, note="unreadable", now=LATER)
    whole = sent({"figures": {}}, id=uuid.uuid4(), code=text.code)
    incident = flood(world)
    filed = file(world, incident, "Northbank", item=whole, affected_population=41)
    item = Item.objects.get()
    assert (item.id, item.returned_at, item.return_reason) == (whole.id, None, "")
    assert filed.item_id == whole.id
