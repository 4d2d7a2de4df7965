"""The county's desk: what waits, adopting, returning, merging, alerts."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotFound, NotYourDuty
from relief.field import rows as field_rows
from relief.field.models import Alert, Item
from relief.field.rules import SameIdOtherBody
from relief.ledger.audit import audit
from relief.norms.models import Norm
from relief.reports import queries, rows
from relief.reports.merging import NothingToMerge
from relief.reports.models import Report, ReportDuty
from relief.reports.rules import FiguresRefused
from relief.reports.states import WrongState
from relief.response.actions import return_report
from relief.response.desk import (
    adopt_report,
    gather_items,
    merge_reports,
    see_alert,
)
from tests import proof
from tests.response.phones import file, keep, sent
from tests.world import NOW, flood, report

LATER = NOW + dt.timedelta(minutes=30)


@pytest.fixture
def incident(world):
    return flood(world)


def totals(incident) -> dict[str, int]:
    return queries.county_sums(reports=queries.current(incident=incident))


def states(incident) -> list[tuple[int, str, bool]]:
    found = Report.objects.filter(incident=incident).order_by("id")
    return [(one.seq, one.state, one.counts) for one in found]


def test_a_township_officers_phone_counts_at_once_and_may_leave_out_what_is_unknown(
    world, incident
):
    filed = file(world, incident, "Northbank", affected_population=40, relocated_now=12)
    assert (filed.state, filed.counts, filed.chain) == ("adopted", True, filed.item_id)
    assert filed.figures == {"affected_population": 40, "relocated_now": 12, "relocated_cum": 12}
    assert totals(incident)["relocated_cum"] == 12
    last = file(
        world,
        incident,
        "Northbank",
        extends=filed,
        deaths=1,
        now=LATER,
        as_of=LATER,
    )
    assert (last.base_id, last.chain) == (filed.id, filed.chain)
    assert totals(incident) == filed.figures | {"deaths": 1}
    assert audit() == []


def test_a_county_that_wants_to_see_every_report_first_makes_them_wait(world, incident):
    Norm.objects.filter(key="report.adopt_at_once").update(numerator=0)
    filed = file(world, incident, "Northbank", affected_population=40)
    assert (filed.state, filed.counts) == ("waiting", False)


def test_a_village_officers_report_waits_for_the_desk(world, incident):
    filed = file(world, incident, "Northbank", by="gu", village="Willow", affected_population=40)
    assert (filed.state, filed.counts) == ("waiting", False)
    assert totals(incident) == {}
    duty = ReportDuty.objects.get(area=world.area("Northbank"))
    assert duty.last_report_at is None
    before = proof.last_number(world.real)

    done = adopt_report(actor=world.actor("asha"), report_id=filed.id, now=LATER)

    stored = Report.objects.select_related("area", "village").get(id=filed.id)
    assert (stored.state, stored.counts, stored.checked_by) == (
        "adopted",
        True,
        world.users["asha"].id,
    )
    assert totals(incident) == {"affected_population": 40}
    duty.refresh_from_db()
    assert duty.last_report_at == NOW
    told = {row["t"] for _, rows_ in proof.journal(world.real, after=before) for row in rows_}
    assert told == {"report", "duty_report", "assessment"}
    assert rows.report(done).values == rows.report(stored).values
    with pytest.raises(WrongState, match=r"No\. 1 is adopted already"):
        adopt_report(actor=world.actor("asha"), report_id=filed.id, now=LATER)


def test_a_village_officer_reports_the_own_village_only(world, incident):
    for place, village, refusal in [
        ("Northbank", "Reed", NotFound),
        ("Northbank", None, NotFound),
        ("Southbank", "Ferry", NotFound),
    ]:
        with pytest.raises(refusal):
            file(world, incident, place, by="gu", village=village, affected_population=1)
    with pytest.raises(NotYourDuty):
        file(world, incident, "Northbank", by="bela", village="Willow", affected_population=1)


def test_villages_are_added_until_the_whole_township_speaks(world, incident):
    file(world, incident, "Northbank", village="Willow", affected_population=40)
    file(world, incident, "Northbank", village="Reed", affected_population=30)
    assert totals(incident)["affected_population"] == 70
    zero = report(
        world, incident, "Northbank", by="emeka", kind="zero", affected_population=70, now=LATER
    )
    assert (zero.figures["affected_population"], zero.counts) == (70, False)
    whole = report(
        world,
        incident,
        "Northbank",
        by="emeka",
        kind="follow_up",
        affected_population=90,
        now=LATER,
    )
    assert whole.base_id == zero.id
    assert totals(incident)["affected_population"] == 90
    file(world, incident, "Northbank", village="Reed", now=LATER, affected_population=99)
    assert totals(incident)["affected_population"] == 90
    return_report(actor=world.actor("asha"), report_id=whole.id, note="parts only", now=LATER)
    assert totals(incident)["affected_population"] == 70
    assert audit() == []


def test_a_clock_that_is_off_lets_the_desk_decide_and_loses_nothing(world, incident):
    off = sent({"figures": 1}, made_at=NOW + dt.timedelta(hours=72), offset_seconds=-259_200)
    filed = file(
        world,
        incident,
        "Northbank",
        item=off,
        as_of=NOW + dt.timedelta(hours=72),
        affected_population=40,
    )
    assert (filed.state, filed.as_of) == ("waiting", NOW)
    duty = ReportDuty.objects.get(area=world.area("Northbank"))
    assert duty.last_report_at == NOW


def test_two_follow_ups_on_one_base_are_both_kept_and_merged_by_the_desk(world, incident):
    first = file(world, incident, "Northbank", affected_population=40, deaths=0)
    mine = file(world, incident, "Northbank", extends=first, affected_population=60, now=LATER)
    other = file(
        world,
        incident,
        "Northbank",
        by="asha",
        extends=first,
        deaths=1,
        injured=2,
        now=LATER,
    )
    assert states(incident) == [(1, "adopted", False), (2, "adopted", True), (3, "to_merge", False)]
    assert totals(incident)["affected_population"] == 60
    asha, key = world.actor("asha"), uuid.uuid4()
    with pytest.raises(WrongState, match=r"No\. 2 of the same place was adopted"):
        adopt_report(actor=asha, report_id=other.id, now=LATER)

    def merge(**figures):
        return merge_reports(
            actor=asha,
            report_ids=[mine.id, other.id],
            figures=figures,
            change_note="",
            narrative="",
            request_key=key,
            now=LATER,
        )

    with pytest.raises(FiguresRefused) as refused:
        merge(deaths=1)
    assert [str(one.sentence) for one in refused.value.problems] == [
        "Affected people: the reports say 60, 40; one figure is expected."
    ]
    with pytest.raises(FiguresRefused, match=r"Deaths: the reports say 0, 1; 9 came\. Say why"):
        merge(deaths=9, affected_population=60)
    before = proof.last_number(world.real)
    merged = merge(deaths=1, affected_population=60)
    assert merged.figures == {"affected_population": 60, "deaths": 1, "injured": 2}
    assert (merged.base_id, merged.chain, merged.kind) == (first.id, first.chain, "follow_up")
    assert states(incident)[1:] == [
        (2, "merged", False),
        (3, "merged", False),
        (4, "adopted", True),
    ]
    assert set(merged.merged.values_list("id", flat=True)) == {mine.id, other.id}
    told = [row for _, rows_ in proof.journal(world.real, after=before) for row in rows_]
    assert {row["i"] for row in told if row["t"] == "report"} == {mine.id, other.id, merged.id}
    number = proof.last_number(world.real)
    assert merge(deaths=1, affected_population=60) == merged
    assert proof.last_number(world.real) == number
    late = file(world, incident, "Northbank", extends=mine, affected_population=61, now=LATER)
    assert late.state == "to_merge"
    assert audit() == []


def test_a_second_first_report_of_a_place_is_kept_beside_it(world, incident):
    one = file(world, incident, "Northbank", affected_population=40)
    two = file(world, incident, "Northbank", by="asha", affected_population=50)
    assert (two.state, two.chain != one.chain) == ("to_merge", True)
    return_report(actor=world.actor("asha"), report_id=one.id, note="not ours", now=LATER)
    two.refresh_from_db()
    assert two.state == "waiting"
    adopt_report(actor=world.actor("asha"), report_id=two.id, now=LATER)
    assert totals(incident) == {"affected_population": 50}
    assert audit() == []


def test_adopting_adopts_what_the_report_rests_on(world, incident):
    one = file(world, incident, "Northbank", by="gu", village="Willow", affected_population=40)
    two = file(
        world,
        incident,
        "Northbank",
        by="gu",
        village="Willow",
        extends=one,
        affected_population=45,
        now=LATER,
    )
    adopt_report(actor=world.actor("asha"), report_id=two.id, now=LATER)
    assert states(incident) == [(1, "adopted", False), (2, "adopted", True)]


def test_what_stands_in_one_line_or_in_two_places_is_not_merged(world, incident):
    one = file(world, incident, "Northbank", affected_population=40)
    two = file(world, incident, "Northbank", extends=one, affected_population=45, now=LATER)
    three = file(world, incident, "Southbank", by="farah", affected_population=5)

    def merge(*reports):
        return lambda: merge_reports(
            actor=world.actor("asha"),
            report_ids=[report.id for report in reports],
            figures={},
            change_note="",
            narrative="",
            request_key=uuid.uuid4(),
            now=LATER,
        )

    assert "no. 2 came after no. 1" in str(proof.unchanged(merge(one, two), WrongState))
    proof.unchanged(merge(two, three), NothingToMerge)
    proof.unchanged(merge(two), NothingToMerge)


def test_nobody_else_adopts_merges_or_gathers(world, incident):
    filed = file(world, incident, "Northbank", by="gu", village="Willow", affected_population=4)
    item = keep(world, "Northbank", affected_population=7)
    attempts = [
        lambda actor: adopt_report(actor=actor, report_id=filed.id, now=LATER),
        lambda actor: gather_items(
            actor=actor, incident_id=incident.id, item_ids=[item.id], now=LATER
        ),
        lambda actor: merge_reports(
            actor=actor,
            report_ids=[filed.id],
            figures={},
            change_note="",
            narrative="",
            request_key=uuid.uuid4(),
            now=LATER,
        ),
    ]
    for attempt in attempts:
        proof.keeps_out(world, attempt)


def test_an_item_sent_twice_is_one_report_and_another_body_is_refused(world, incident):
    item = sent({"figures": {"affected_population": 40}})
    first = file(world, incident, "Northbank", item=item, affected_population=40)
    number = proof.last_number(world.real)
    assert file(world, incident, "Northbank", item=item, affected_population=40) == first
    assert (proof.last_number(world.real), Item.objects.count()) == (number, 1)
    forged = sent({"figures": {"affected_population": 41}}, id=item.id)
    proof.unchanged(
        lambda: file(world, incident, "Northbank", item=forged, affected_population=41),
        SameIdOtherBody,
    )


def test_a_version_of_what_never_came_or_of_another_place_is_refused(world, incident):
    one = file(world, incident, "Northbank", affected_population=40)
    with pytest.raises(FiguresRefused, match="is of another chain or another place"):
        file(world, incident, "Northbank", village="Reed", extends=one, affected_population=1)
    with pytest.raises(FiguresRefused, match="has not come to the county"):
        file(world, incident, "Southbank", by="farah", extends=one, affected_population=1)


def test_deaths_missing_and_trapped_are_told_at_once_and_once(world, incident):
    before = proof.last_number(world.real)
    first = file(world, incident, "Northbank", affected_population=40, deaths=1, trapped=3)
    alert = Alert.objects.select_related("area").get()
    assert (alert.item_id, alert.area, alert.raised_at) == (first.item_id, first.area, NOW)
    assert (alert.deaths, alert.missing, alert.trapped) == (1, 0, 3)
    told = [row for _, rows_ in proof.journal(world.real, after=before) for row in rows_]
    assert [row["v"]["deaths"] for row in told if row["t"] == "alert"] == [1]

    two = file(world, incident, "Northbank", extends=first, injured=4, trapped=3, now=LATER)
    assert Alert.objects.count() == 1
    file(world, incident, "Northbank", extends=two, deaths=2, now=LATER)
    assert Alert.objects.count() == 2

    seen = see_alert(actor=world.actor("emeka"), alert_id=alert.id, now=LATER)
    assert (seen.seen_at, seen.seen_by) == (LATER, world.users["emeka"].id)
    number = proof.last_number(world.real)
    assert see_alert(actor=world.actor("asha"), alert_id=alert.id, now=LATER).seen_by == (
        world.users["emeka"].id
    )
    assert proof.last_number(world.real) == number
    proof.keeps_out(
        world,
        lambda actor: see_alert(actor=actor, alert_id=alert.id, now=LATER),
        farah=NotFound,
    )
    seen.refresh_from_db()
    assert field_rows.alert(seen).values["seen_at"] == LATER
