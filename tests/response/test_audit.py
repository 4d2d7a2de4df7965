"""The audit of reports and responses finds what somebody changed by hand."""

from relief.ledger.audit import audit
from relief.reports.models import Report, ReportDuty
from relief.response.actions import end_response
from relief.response.models import Activation, LevelAssessment, ResponseTask
from tests.response.test_activation import LATER, activate
from tests.response.test_reports import HILLTOP, three_townships
from tests.world import report


def sentences() -> list[str]:
    return [str(one) for one in audit()]


def test_a_response_from_first_report_to_its_end_has_no_findings(world):
    incident = three_townships(world)
    activate(world, incident, level=3)
    activate(world, incident, level=2, now=LATER)
    report(world, incident, "Hilltop", kind="verified", now=LATER, **HILLTOP)
    end_response(actor=world.actor("chidi"), incident_id=incident.id, now=LATER)
    assert sentences() == []


def test_what_was_changed_by_hand_is_found(world):
    incident = three_townships(world)
    done = activate(world, incident)
    Activation.objects.filter(id=done.linked[0].id).update(ended_at=LATER)
    ResponseTask.objects.filter(id=done.tasks[0].id).update(area=world.area("Cairn"))
    LevelAssessment.objects.filter(incident=incident).update(suggested_level=1)
    ReportDuty.objects.filter(area=world.area("Hilltop")).delete()
    Report.objects.filter(area=world.area("Northbank")).update(seq=4)
    found = "\n".join(sentences())
    for part in (
        "does not follow the response",
        "is in another area than its response",
        "suggests 1",
        "owes no next report",
        "1 rows, the last has number 4",
    ):
        assert part in found
