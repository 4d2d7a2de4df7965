"""What phones of a store and of a township send about goods."""

from django.utils import timezone

from relief.deliveries.models import Load, Stop, Trip
from relief.deliveries.queries import trips
from relief.stock.models import Lot
from tests.api.phones import Phone
from tests.flow import scenes


def now_text() -> str:
    return timezone.now().isoformat()


def issue_of(phone: Phone, trip: Trip, **changes) -> dict:
    """The trip as planned, each load of its own lot."""
    loads = Load.objects.filter(stop__trip=trip).select_related("line__source").order_by("id")
    picks = [
        {
            "load": load.id,
            "lot": int(load.line.source.commodity.removeprefix("lot:")),
            "quantity": load.planned,
            "bin": None,
            "reason": "",
            "note": "",
        }
        for load in loads
    ]
    body = {
        "trip": trip.id,
        "slip": None,
        "plate": "H-0007",
        "driver": "",
        "driver_phone": "",
        "seal": "",
        "checked_by": None,
        "picks": picks,
    }
    return phone.item("issue", **body | changes)


def arrival_of(phone: Phone, depot_id: int, **changes) -> dict:
    line = {
        "lot": None,
        "item": "QUILT",
        "batch": "Q-2026",
        "maker": "",
        "made_on": "2026-01-10",
        "expires_on": None,
        "pack": 10,
        "expected": 100,
        "good": 95,
        "damaged": 3,
        "bin": None,
    }
    body = {
        "depot": depot_id,
        "origin": "donation",
        "source": "Red Cross",
        "purchase": None,
        "arrived_at": now_text(),
        "counted_with": "",
        "note": "",
        "lines": [line | changes.pop("line", {})],
    }
    return phone.item("arrival", **body | changes)


def deliver(scene: scenes.Scene, bela: Phone, emeka: Phone, *, code: str) -> Lot:
    """Send the trip with that item to Northbank and receive it there; the lot."""
    actor = scene.world.actor("bela")
    trip = next(
        one
        for one in trips(actor=actor)
        if one.origin.startswith("depot:")
        and Load.objects.filter(
            stop__trip=one, stop__area__name_en="Northbank", line__item__code=code
        ).exists()
    )
    answer = bela.put(issue_of(bela, trip))
    assert answer.status_code == 201, answer.content
    stop = Stop.objects.get(trip=trip, area__name_en="Northbank")
    [known] = [one for one in emeka.get("reference").json()["stops"] if one["id"] == stop.id]
    lines = [
        {"line": one["line"], "received": one["loaded"], "damaged": 0} for one in known["lines"]
    ]
    received = emeka.put(emeka.item("receipt", stop=stop.id, lines=lines, note=""))
    assert received.status_code == 201, received.content
    load = Load.objects.filter(stop=stop, line__item__code=code).order_by("id").first()
    [line] = [one for one in known["lines"] if one["line"] == load.id]
    assert f"lot:{line['lot']}" == load.commodity
    return Lot.objects.select_related("item").get(id=load.commodity.removeprefix("lot:"))
