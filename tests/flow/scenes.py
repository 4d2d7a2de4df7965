"""A response up to a chosen moment, for tests that begin there."""

import datetime as dt
from dataclasses import dataclass, field

from relief.allocation import actions as allocation
from relief.allocation.models import Plan
from relief.deliveries import issuing, planning
from relief.deliveries.models import Stop, Trip
from relief.incidents.models import Incident
from tests import world as named
from tests.flow import supply
from tests.kept import kept

LATER = dt.timedelta(minutes=10)


@dataclass
class Scene:
    """The world with a flood under way; `now` moves on with each scene."""

    world: named.World
    incident: Incident
    now: dt.datetime
    plans: list[Plan] = field(default_factory=list)

    def actor(self, name: str):
        return self.world.actor(name, now=self.now)

    @property
    def plan(self) -> Plan:
        self.plans[-1].refresh_from_db()
        return self.plans[-1]

    def trips(self) -> list[Trip]:
        return list(
            Trip.objects.filter(incident=self.incident, state="planned").order_by("leaves_at", "id")
        )


@kept
def reported(world: named.World, *, fill: bool = True) -> Scene:
    """Northbank needs goods for 60 people, Southbank for 90."""
    if fill:
        supply.fill(world)
    incident = named.flood(world)
    for place, aid in (("Northbank", 60), ("Southbank", 90)):
        named.report(
            world,
            incident,
            place,
            affected_population=400,
            emergency_aid_cum=aid,
            emergency_aid_now=aid,
        )
    return Scene(world, incident, world.now + LATER)


@kept
def activated(world: named.World, *, fill: bool = True) -> Scene:
    return activate(reported(world, fill=fill))


def activate(scene: Scene) -> Scene:
    """Chidi activates level II; the plan is the scene's latest."""
    _activation, plan = planning.activate_response(
        actor=scene.actor("chidi"), incident_id=scene.incident.id, level=2, now=scene.now
    )
    scene.plans.append(plan)
    scene.now += LATER
    return scene


@kept
def approved(world: named.World) -> Scene:
    scene = activated(world)
    approve_latest(scene)
    return scene


def approve_latest(scene: Scene) -> Plan:
    """Asha proposes the open plan and Chidi approves it."""
    plan = scene.plan
    allocation.propose_plan(actor=scene.actor("asha"), plan_id=plan.id, now=scene.now)
    scene.now += LATER
    planning.approve_plan(actor=scene.actor("chidi"), plan_id=plan.id, note="", now=scene.now)
    scene.now += LATER
    return scene.plan


def send(scene: Scene, trip: Trip, *, only: int | None = None) -> Trip:
    """Bela dispatches a trip when it is due, with all it was planned to carry or `only` so many."""
    scene.now = max(scene.now, trip.leaves_at)
    loads = {
        load.id: load.planned if only is None else min(only, load.planned)
        for stop in trip.stops.all()
        for load in stop.loads.all()
    }
    sent = issuing.dispatch_trip(
        actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="H-0001", now=scene.now
    )
    scene.now += LATER
    return sent


def stop_at(trip: Trip, place: str) -> Stop:
    return trip.stops.get(area__name_en=place)
