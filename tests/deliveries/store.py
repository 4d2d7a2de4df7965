"""A store with two lots of quilts and a telephone order on them, for tests that begin there."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from relief.allocation.models import Order
from relief.deliveries import by_phone, issuing
from relief.deliveries.issuing import Picked
from relief.deliveries.models import Fleet, Load, Trip
from relief.field.steps import Sent
from relief.incidents.models import Incident
from relief.ledger.models import Account, AccountKind
from relief.stock.models import Holding
from tests import world as named
from tests.flow import supply


@dataclass
class Store:
    """Quay with 300 quilts of 2019 and 200 of 2023, a flood, and lorries."""

    world: named.World
    incident: Incident
    fleet: Fleet
    old: Holding
    new: Holding
    now: dt.datetime

    def actor(self, name: str):
        return self.world.actor(name, now=self.now)

    def order(self, quantity: int = 349, **changes: Any) -> tuple[Order, Trip]:
        """Bela writes down what Chidi ordered for Northbank on the telephone."""
        facts: dict[str, Any] = {
            "actor": self.actor("bela"),
            "incident_id": self.incident.id,
            "area_id": self.world.area("Northbank").id,
            "depot_id": self.world.quay.id,
            "lines": {"QUILT": quantity},
            "commander_id": self.world.users["chidi"].id,
            "said_at": self.now,
            "fleet_id": self.fleet.id,
            "request_key": uuid.uuid4(),
            "now": self.now,
        }
        return by_phone.order_by_phone(**(facts | changes))

    def load(self, trip: Trip, holding: Holding) -> Load:
        return Load.objects.get(stop__trip=trip, line__source=holding.account)

    def send(self, trip: Trip, **changes: Any) -> Trip:
        loads = {load.id: load.planned for load in Load.objects.filter(stop__trip=trip)}
        facts: dict[str, Any] = {
            "actor": self.actor("bela"),
            "trip_id": trip.id,
            "loads": loads,
            "plate": "H-1",
            "now": self.now,
        }
        return issuing.dispatch_trip(**(facts | changes))

    def tell(self, trip: Trip, *picks: Picked, item: Sent | None = None, **changes: Any) -> Trip:
        """Bela's phone tells what left with a trip."""
        facts: dict[str, Any] = {
            "actor": self.actor("bela"),
            "trip_id": trip.id,
            "picks": picks,
            "slip": None,
            "plate": "H-2",
            "driver": "老周",
            "driver_phone": "13900000000",
            "seal": "F-77",
            "checked_by": self.world.users["asha"].id,
            "item": item or self.item(),
            "now": self.now,
        }
        return issuing.issue_from_phone(**(facts | changes))

    def item(self, **changes: Any) -> Sent:
        key = uuid.uuid4()
        facts: dict[str, Any] = {
            "id": key,
            "kind": "issue",
            "body": {},
            "digest": hashlib.sha256(key.bytes).hexdigest(),
            "code": key.hex[:10].upper(),
            "schema": 1,
            "made_at": self.now,
        }
        return Sent(**(facts | changes))

    def balance(self, kind: AccountKind, holding: Holding | None = None) -> int:
        found = Account.objects.filter(kind=kind)
        if holding is not None:
            found = found.filter(commodity=holding.lot.commodity)
        return sum(account.balance for account in found)


def build(world: named.World) -> Store:
    old = named.stock(world, "QUILT", 300, batch="2019", expires_on=dt.date(2027, 6, 30))
    new = named.stock(world, "QUILT", 200, batch="2023", expires_on=dt.date(2031, 6, 30))
    return Store(
        world=world,
        incident=named.flood(world),
        fleet=supply.lorries(world),
        old=old,
        new=new,
        now=world.now,
    )
