"""One row of each kind that pages of the store are about, all of Quay."""

import datetime as dt
import uuid
from typing import Any

from relief.deliveries.models import Difference, Stop
from relief.stock.models import Holding
from relief.warehouse.models import Arrival, BlankSlip, Count, Purchase, ReturnNote, Scrap
from tests.flow.scenes import Scene


def keywords(scene: Scene) -> dict[str, dict[str, Any]]:
    """What the addresses of the store are asked for."""
    quay = Holding.objects.filter(depot=scene.world.quay).order_by("id").first()
    stop = Stop.objects.filter(area=scene.world.area("Northbank")).order_by("id").first()
    place = {"book": scene.world.real, "area": scene.world.county, "depot": scene.world.quay}
    bela, now = scene.world.users["bela"].id, scene.now
    about = {
        Purchase: {"supplier": "Mill", "ordered_on": dt.date(2026, 7, 1), "ordered_by": bela},
        Arrival: {
            "origin": "donation",
            "source": "Mill",
            "arrived_at": now,
            "accepted_by": bela,
            "report_due": dt.date(2026, 7, 22),
        },
        ReturnNote: {
            "source": scene.world.area("Northbank"),
            "returned_at": now,
            "taken_by": bela,
        },
        Count: {"opened_at": now, "opened_by": bela},
        Scrap: {
            "lot": quay.lot,
            "quantity": 1,
            "reason": "damaged",
            "asked_at": now,
            "asked_by": bela,
        },
        BlankSlip: {"printed_at": now, "printed_by": bela},
    }
    ids = {
        model: model.objects.get_or_create(
            number="X-1", **place, defaults={"request_key": uuid.uuid4(), **facts}
        )[0].id
        for model, facts in about.items()
    }
    difference, _made = Difference.objects.get_or_create(
        kind="received", document="X-1", **place, defaults={"opened_at": now}
    )
    named = {
        Purchase: ("purchase",),
        Arrival: ("arrival",),
        ReturnNote: ("return",),
        Count: (
            *("count", "count_finish", "count_approve", "count_cancel"),
            *("paper_count", "paper_count_pdf"),
        ),
        Scrap: ("scrap_decide",),
        BlankSlip: ("blank", "paper_blanks", "paper_blanks_pdf"),
    }
    return {
        **{f"web:{name}": {"id": ids[model]} for model, names in named.items() for name in names},
        "web:count_bin": {"id": ids[Count], "bin": 0},
        "web:difference_answer": {"id": difference.id},
        "web:blanks_void": {"id": scene.world.quay.id},
        "web:bin_put": {"id": quay.id},
        "web:return_new": {"id": stop.id},
    }
