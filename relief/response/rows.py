"""What boards show of responses."""

from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience, everyone
from relief.response.models import Activation, LevelAssessment, ResponseTask

_COMMAND = audience(Audience.COMMAND)


def assessment(obj: LevelAssessment) -> Row:
    return Row(
        table="assessment",
        id=obj.id,
        area=obj.area.path,
        audience=_COMMAND,
        values={
            "incident": obj.incident_id,
            "suggested_level": obj.suggested_level,
            "figures": obj.figures,
            "by_criterion": obj.by_criterion,
            "computed_at": obj.computed_at,
        },
    )


def activation(obj: Activation) -> Row:
    return Row(
        table="activation",
        id=obj.id,
        area=obj.area.path,
        audience=everyone(),
        wide=True,
        values={
            "incident": obj.incident_id,
            "level": obj.level,
            "number": obj.number,
            "started_at": obj.started_at,
            "ended_at": obj.ended_at,
        },
    )


def task(obj: ResponseTask) -> Row:
    return Row(
        table="task",
        id=obj.id,
        area=obj.area.path,
        audience=everyone(),
        values={
            "activation": obj.activation_id,
            "key": obj.key,
            "title": obj.title,
            "title_en": obj.title_en,
            "due_at": obj.due_at,
            "done_at": obj.done_at,
        },
    )


TABLES = [
    Table(
        name="assessment",
        audience=_COMMAND,
        find=lambda book_id: LevelAssessment.objects.filter(book_id=book_id).select_related("area"),
        one=assessment,
    ),
    Table(
        name="activation",
        audience=everyone(),
        wide=True,
        find=lambda book_id: Activation.objects.filter(book_id=book_id).select_related("area"),
        one=activation,
    ),
    Table(
        name="task",
        audience=everyone(),
        find=lambda book_id: ResponseTask.objects.filter(book_id=book_id).select_related("area"),
        one=task,
    ),
]
