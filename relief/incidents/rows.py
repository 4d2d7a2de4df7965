"""What boards show of incidents and closed roads."""

import json

from relief.incidents.models import Incident, RoadClosure
from relief.journal.rows import Row, Table, everyone


def incident(obj: Incident) -> Row:
    return Row(
        table="incident",
        id=obj.id,
        area=obj.area.path,
        audience=everyone(),
        wide=True,
        values={
            "name": obj.name,
            "name_en": obj.name_en,
            "hazard": obj.hazard,
            "status": obj.status,
            "started_at": obj.started_at,
        },
    )


def closure(obj: RoadClosure) -> Row:
    return Row(
        table="closure",
        id=obj.id,
        area=obj.area.path,
        audience=everyone(),
        wide=True,
        values={
            "incident": obj.incident_id,
            "reason": obj.reason,
            "bars": obj.bars,
            "shape": json.loads(obj.shape.geojson),
            "cut_off": obj.cut_off,
            "closed_at": obj.closed_at,
            "reopened_at": obj.reopened_at,
        },
    )


TABLES = [
    Table(
        name="incident",
        audience=everyone(),
        wide=True,
        find=lambda book_id: Incident.objects.filter(book_id=book_id).select_related("area"),
        one=incident,
    ),
    Table(
        name="closure",
        audience=everyone(),
        wide=True,
        find=lambda book_id: RoadClosure.objects.filter(book_id=book_id).select_related("area"),
        one=closure,
    ),
]
