"""People's browsers in the drill hall, at the hall's real moment."""

import datetime as dt
from dataclasses import dataclass

from relief.drills import people
from relief.drills.models import Seat
from tests import world as named
from tests.drills.conftest import Hall
from tests.web_goods.conftest import Person

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Scene:
    world: named.World
    now: dt.datetime


@dataclass
class Hands:
    """Somebody's browser in the drill hall; every request is made at the hall's real moment."""

    hall: Hall
    person: Person

    @property
    def room(self) -> str:
        return f"/drills/{self.hall.drill.pk}/"

    def get(self, address: str):
        self.person.scene.now = self.hall.real
        return self.person.get(address)

    def post(self, address: str, **fields):
        self.person.scene.now = self.hall.real
        return self.person.post(address, **fields)

    def on(self, inject: int, do: str, **fields) -> int:
        address = f"/drills/injects/{self.hall.inject(inject).pk}/"
        return self.post(address, do=do, **fields).status_code

    def plays(self) -> "Hands":
        """The same person with the drill on screen."""
        self.post("/book/", book=self.hall.drill.book_id)
        return self


def hands_in(hall: Hall, name: str) -> Hands:
    """The browser of one of the world's people."""
    return Hands(hall, Person(Scene(hall.world, hall.real), name))


def sit(hall: Hall, key: str, name: str, *, phone: str = "") -> Seat:
    """Seat one of the world's people."""
    seat = Seat.objects.get(drill=hall.drill, key=key)
    user = hall.world.users[name]
    return people.take_seat(
        actor=hall.actor, seat_id=seat.pk, user_id=user.pk, phone=phone, now=hall.real
    )
