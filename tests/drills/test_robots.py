"""What robots do when something goes wrong: none of it ends a turn, and none of it is doubled."""

import datetime as dt

import psycopg
import pytest
from django.db import connection

from relief.access.acts import Role
from relief.access.gate import Refused
from relief.drills.robots import seats
from relief.drills.robots.player import Deed
from relief.incidents.models import Incident
from relief.reports.models import Report
from tests.drills.conftest import BEGINS


@pytest.fixture(autouse=True)
def _nothing_waits(monkeypatch):
    monkeypatch.setattr(seats, "_waits", {})


def test_a_robot_that_stumbles_or_is_refused_holds_up_nobody(hall, monkeypatch):
    tried: list[dt.datetime] = []

    def refused(player):
        def do() -> str:
            tried.append(player.now)
            raise Refused("not now")

        yield Deed("never", do)
        yield Deed("fails", lambda: str(1 / 0))

    monkeypatch.setitem(seats.ROLES, Role.KEEPER, refused)
    monkeypatch.setitem(seats.ROLES, Role.COMMANDER, lambda player: 1 / 0)
    hall.begin()
    for _minute in range(30):
        hall.turn(seconds=1)
    assert Report.objects.filter(book=hall.drill.book).exists()
    # The incident stands from the tenth minute; what was refused is tried every ten.
    assert [moment - BEGINS for moment in tried] == [
        dt.timedelta(minutes=minutes) for minutes in (8, 18, 28)
    ]


def test_one_process_at_a_time_lets_robots_act(hall):
    hall.begin()
    settings = connection.get_connection_params()
    known = {key: settings[key] for key in ("host", "port", "user", "password") if key in settings}
    with psycopg.connect(dbname=connection.settings_dict["NAME"], **known) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('drill robots'), %s)", [hall.drill.pk])
        made = hall.turn(seconds=20)
        assert made.sent == [1] and made.acts == []
        assert not Incident.objects.filter(book=hall.drill.book).exists()
    # The other is gone, killed or not: the next turn does its work.
    assert "opened the incident" in hall.turn(seconds=1).acts
    assert Incident.objects.filter(book=hall.drill.book).count() == 1
