"""One seat at one moment, and what its robot may ask of it."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from relief.access.gate import Actor, actor_for
from relief.drills.models import Drill, Seat
from relief.incidents.models import Incident
from relief.response.models import Activation


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a seat would do now: a name it keeps until it is done, and how it is done."""

    name: str
    do: Callable[[], str]


Deeds = Iterator[Deed]


class Player:
    """The robot of one seat at a drill time."""

    def __init__(
        self, *, drill: Drill, seat: Seat, incident: Incident | None, now: dt.datetime
    ) -> None:
        self.drill, self.seat, self.now = drill, seat, now
        self._incident = incident
        assert seat.robot is not None, "an empty seat has its robot"
        self.user = seat.robot

    @property
    def incident(self) -> Incident:
        """The drill's incident; robots but the one that opens it are asked once there is one."""
        assert self._incident is not None
        return self._incident

    @cached_property
    def ended_at(self) -> dt.datetime | None:
        """When the county's response was ended; None while one runs or before the first."""
        found = Activation.objects.filter(incident=self.incident, area=self.drill.area_id)
        return found.order_by("-id").values_list("ended_at", flat=True).first()

    @cached_property
    def actor(self) -> Actor:
        return actor_for(user=self.user, book_id=self.drill.book_id, now=self.now)

    def since(self, moment: dt.datetime, delay: dt.timedelta) -> bool:
        """Whether so much drill time has gone by since then."""
        return self.now >= moment + delay

    def key(self, *parts: object) -> uuid.UUID:
        """One form for one deed of this drill, so that the deed is done once."""
        return uuid.uuid5(uuid.NAMESPACE_OID, ":".join(map(str, (self.drill.pk, *parts))))

    def lot(self, *parts: object) -> float:
        """A number from 0 to 1 drawn for that: by the drill's seed, so always the same."""
        drawn = uuid.uuid5(uuid.NAMESPACE_OID, ":".join(map(str, (self.drill.seed, *parts))))
        return (drawn.int >> 64) / 2**64
