"""What robots do when something goes wrong: none of it ends a turn, and none of it is doubled."""

import datetime as dt

import psycopg
import pytest
from django.db import connection

from relief.access.acts import Role
from relief.access.gate import Refused
from relief.aid.models import HandOut
from relief.deliveries.models import Trip, TripState
from relief.drills.robots import commander, seats
from relief.drills.robots.player import Deed
from relief.drills.robots.taking_back import COMES_BACK
from relief.incidents.models import Incident, IncidentStatus
from relief.ledger.audit import audit
from relief.reports.models import Report, ReportKind
from relief.response.models import Activation
from relief.warehouse.models import ReturnLine, ReturnNote
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


def test_robots_end_the_response_when_nothing_is_open_and_take_reusable_goods_back(hall):
    hall.begin()
    book = {"book": hall.drill.book}
    for minute in (*range(8, 180, 14), *range(180, 1_000, 40)):
        hall.real = hall.fresh().started_at + dt.timedelta(seconds=minute)
        made = hall.turn()
        if any(act.startswith("repaired") for act in made.acts):
            break
    ended = Activation.objects.filter(**book, area=hall.drill.area).latest("id").ended_at
    assert ended is not None
    incident = Incident.objects.get(**book)
    assert incident.status == IncidentStatus.STABLE
    trips = Trip.objects.filter(**book)
    under_way = (TripState.PLANNED, TripState.ON_THE_ROAD)
    assert trips.exists() and not trips.filter(state__in=under_way).exists()
    last = Report.objects.filter(**book).exclude(kind=ReportKind.VERIFIED).latest("filed_at")
    assert last.filed_at <= ended - commander.CALM
    towns = {seat.area_id for seat in hall.drill.seats.filter(role=Role.TOWNSHIP_OFFICER)}
    verified = Report.objects.filter(**book, kind=ReportKind.VERIFIED, filed_at__gt=ended)
    assert towns >= set(verified.values_list("area", flat=True)) != set()
    notes = ReturnNote.objects.filter(**book)
    assert notes.exists() and min(one.returned_at for one in notes) >= ended + COMES_BACK
    assert {line.lot.item.recoverable for line in ReturnLine.objects.filter(**book)} == {True}
    assert not HandOut.objects.filter(**book, handed_at__gt=ended).exists()
    assert audit(book_id=hall.drill.book_id) == []
