"""Reading assessments, responses and tasks."""

import datetime as dt

from gis.models import Area
from relief.access.gate import Actor
from relief.incidents.models import Incident
from relief.norms import queries as norms
from relief.reports.duties import local_day
from relief.response import rules
from relief.response.models import Activation, LevelAssessment, ResponseTask


def latest_assessment(*, actor: Actor, incident: Incident) -> LevelAssessment | None:
    """The last assessment (研判) the person may see, with the bounds it was made under."""
    found = LevelAssessment.objects.visible_to(actor).filter(incident=incident)
    return (
        found.select_related("profile__document", "area")
        .prefetch_related("profile__thresholds")
        .order_by("-id")
        .first()
    )


def proposal_due(*, assessment: LevelAssessment) -> dt.datetime | None:
    """When the office must have proposed the suggested level; None when none is suggested."""
    if assessment.suggested_level is None:
        return None
    minutes = norms.number(
        area=assessment.area, key="proposal.office", on=local_day(assessment.computed_at)
    )
    return rules.proposal_due(reported_at=assessment.computed_at, minutes=int(minutes))


def running(*, incident: Incident, area: Area | None = None) -> Activation | None:
    """The response that runs in the incident's area, or in the area named."""
    found = Activation.objects.filter(incident=incident, area=area or incident.area, ended_at=None)
    return found.select_related("area").first()


def activations(*, actor: Actor, incident: Incident) -> list[Activation]:
    """Running and ended responses the person may see: the county's first, newest first."""
    found = Activation.objects.visible_to(actor).filter(incident=incident)
    return list(found.select_related("area", "assessment").order_by("area__code", "-id"))


def tasks(*, actor: Actor, incident: Incident) -> list[ResponseTask]:
    """Tasks of the running responses the person may see, by deadline."""
    found = ResponseTask.objects.visible_to(actor).filter(
        activation__incident=incident, activation__ended_at=None
    )
    return list(found.select_related("area", "activation").order_by("due_at", "area__code", "key"))
