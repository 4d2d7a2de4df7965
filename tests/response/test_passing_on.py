"""What the county passes on to the prefecture (上报)."""

import datetime as dt
import uuid

from relief.access.gate import NotFound
from relief.ledger.audit import audit
from relief.reports import queries
from relief.reports.models import Report, ReportDuty
from relief.reports.onward import NotAllVerified, NothingToPassOn
from relief.response.desk import report_up
from tests import proof
from tests.world import NOW, flood, report

LATER = NOW + dt.timedelta(minutes=30)


def test_the_county_passes_on_the_sum_of_its_townships(world):
    incident = flood(world)
    asha = world.actor("asha")

    def pass_on(**more):
        asked = {"narrative": "", "request_key": uuid.uuid4(), "now": LATER} | more
        return report_up(actor=asha, incident_id=incident.id, **asked)

    proof.unchanged(pass_on, NothingToPassOn)
    report(world, incident, "Northbank", affected_population=40, deaths=1)
    report(world, incident, "Southbank", affected_population=60)
    first = pass_on(request_key=(key := uuid.uuid4()))
    assert (first.kind, first.seq, first.counts, first.area) == (
        "initial",
        1,
        False,
        world.county,
    )
    assert (first.figures["affected_population"], first.figures["deaths"]) == (100, 1)
    assert first.due_at == incident.started_at + dt.timedelta(hours=2)
    assert pass_on(request_key=key) == first
    duty = ReportDuty.objects.get(area=world.county)
    assert (duty.kind, duty.due_at) == (
        "follow_up",
        dt.datetime(2026, 7, 16, 9, 0, tzinfo=NOW.tzinfo),
    )
    assert pass_on().kind == "zero"
    refused = proof.unchanged(lambda: pass_on(verified=True), NotAllVerified)
    assert str(refused).endswith("not in yet: Northbank, Southbank.")
    assert (
        queries.county_sums(reports=queries.current(incident=incident))["affected_population"]
        == 100
    )
    for place, people in (("Northbank", 40), ("Southbank", 60)):
        deaths = 1 if place == "Northbank" else 0
        report(
            world,
            incident,
            place,
            kind="verified",
            affected_population=people,
            deaths=deaths,
            now=LATER,
        )
    assert pass_on(verified=True).kind == "verified"
    assert not ReportDuty.objects.filter(incident=incident).exists()
    assert audit() == []
    Report.objects.filter(id=first.id).update(figures={"deaths": 5})
    assert [str(one) for one in audit()] == [
        f"reports: report {first.id} of the county is not the sum of the reports it names"
    ]


def test_nobody_else_passes_on(world):
    incident = flood(world)
    report(world, incident, "Northbank", affected_population=40)
    proof.keeps_out(
        world,
        lambda actor: report_up(
            actor=actor,
            incident_id=incident.id,
            narrative="",
            request_key=uuid.uuid4(),
            now=LATER,
        ),
        emeka=NotFound,
    )
