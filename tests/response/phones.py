"""Reports as phones send them: an item with its body, filed or kept for the desk."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from relief.field import actions as field
from relief.field.models import Item
from relief.field.steps import Sent
from relief.incidents.models import Incident
from relief.reports.models import Report
from relief.response.actions import file_report
from tests.world import NOW, World


def sent(body: dict[str, Any], **changes: Any) -> Sent:
    """An item as it comes from a phone whose clock is right."""
    item_id = changes.pop("id", None) or uuid.uuid4()
    told = {
        "id": item_id,
        "kind": "report",
        "body": body,
        "digest": hashlib.sha256(repr((item_id, sorted(body.items()))).encode()).hexdigest(),
        "code": item_id.hex[:10],
        "schema": 1,
        "made_at": NOW,
    }
    return Sent(**told | changes)


def file(
    world: World,
    incident: Incident,
    place: str,
    *,
    by: str = "emeka",
    village: str | None = None,
    extends: Report | None = None,
    kind: str | None = None,
    as_of: dt.datetime = NOW,
    now: dt.datetime = NOW,
    reason: str = "",
    trapped: int | None = None,
    item: Sent | None = None,
    **figures: int,
) -> Report:
    """A report that a phone sends: a chain of its own, or the next version of `extends`."""
    item = item or sent({"figures": figures}, made_at=as_of)
    return file_report(
        actor=world.actor(by),
        incident_id=incident.id,
        area_id=world.area(place).id,
        village_id=world.area(village).id if village else None,
        kind=kind or ("follow_up" if extends else "initial"),
        chain=extends.chain if extends else item.id,
        base=extends.request_key if extends else None,
        figures=figures,
        as_of=as_of,
        change_reason=reason,
        change_note="",
        narrative="",
        scene={} if trapped is None else {"trapped": trapped},
        request_key=item.id,
        item=item,
        now=now,
    )


def keep(
    world: World,
    place: str,
    *,
    by: str = "emeka",
    village: str | None = None,
    now: dt.datetime = NOW,
    body: dict[str, Any] | None = None,
    hit: tuple[int, int, int] = (0, 0, 0),
    **figures: Any,
) -> Item:
    """An item whose phone knows of no incident: it waits to be gathered."""
    item_id = uuid.uuid4()
    told = {
        "incident": None,
        "area": world.area(place).code,
        "village": world.area(village).code if village else None,
        "kind": "initial",
        "chain": str(item_id),
        "base": None,
        "as_of": now.isoformat(),
        "figures": figures,
    }
    item, _known = field.keep_for_desk(
        actor=world.actor(by),
        sent=sent(told | (body or {}), id=item_id, made_at=now),
        area_id=world.area(village or place).id,
        hit=hit,
        now=now,
    )
    return item
