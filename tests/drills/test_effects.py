"""What injects do to the drill's world: through the book's own actions, until their own end."""

import datetime as dt

import pytest

from gis import roads as network
from gis.models import RoadLink
from relief.access.gate import actor_for
from relief.access.models import User
from relief.calls.models import CallOff, CallState
from relief.deliveries import fleets
from relief.deliveries.models import Trip
from relief.drills import effect_places
from relief.drills.designing import BadDesign
from relief.drills.models import Seat
from relief.incidents import actions as roads
from relief.incidents.models import Incident, RoadClosure
from relief.journal.models import Entry
from relief.ledger.audit import audit
from tests.drills.conftest import BEGINS, TOWNS, Hall
from tests.drills.hands import MINUTE, hands_in
from tests.drills.wizard import inject
from tests.web_goods.reading import words


def after(minutes: float) -> dt.datetime:
    return BEGINS + minutes * MINUTE


def to_minute(hall: Hall, *minutes: float) -> list[str]:
    """A turn at each of these drill minutes, at ×60; what was done."""
    done: list[str] = []
    for minute in minutes:
        start = hall.fresh().started_at
        hall.real = start + dt.timedelta(seconds=minute)
        done += hall.turn().acts
    return done


def test_a_cut_road_stays_cut_whoever_opens_it_and_is_cleared_at_its_own_end(hall):
    link = RoadLink.objects.order_by("number").first().number
    effect = {"kind": "cut_road", "links": [link], "minutes": 20}
    inject(hall, 3, minutes=12, effect=effect)
    hall.begin()
    mine = RoadClosure.objects.filter(book=hall.drill.book, links=[link]).order_by("id")
    to_minute(hall, 8, 11)
    assert Incident.objects.filter(book=hall.drill.book).exists() and not mine.exists()
    assert "1 roads were cut" in to_minute(hall, 12)
    first = mine.get()
    assert (first.closed_at, first.reason) == (after(12), "情景事件 3")
    robot = Seat.objects.get(drill=hall.drill, key="duty").robot
    actor = actor_for(user=robot, book_id=hall.drill.book_id, now=after(13))
    roads.reopen_road(actor=actor, closure_id=first.pk, now=after(13))
    to_minute(hall, 14)
    assert [one.reopened_at for one in mine.all()] == [after(13), None]
    to_minute(hall, 31.5)
    assert mine.last().reopened_at is None
    assert "1 roads were cleared" in to_minute(hall, 32)
    to_minute(hall, 33)
    assert [one.reopened_at for one in mine.all()] == [after(13), after(32)]
    told = Entry.objects.filter(book=hall.drill.book, kind="road_closed", facts__links=[link])
    [nobody] = User.objects.filter(id__in=told.values("actor"))
    assert nobody.shown_name == "情景(导调)" and not nobody.is_active
    assert not actor_for(user=nobody, book_id=hall.drill.book_id, now=after(33)).duties


def test_what_suppliers_and_carriers_lack_is_refused_for_as_long_as_it_lasts(hall):
    gone = {"kind": "refuse_supplier", "item": "WATB", "minutes": 200}
    lost = {"kind": "lose_vehicles", "means": "heavy", "count": 1, "minutes": 200}
    inject(hall, 3, minutes=10, effect=gone)
    inject(hall, 4, minutes=10, effect=lost)
    hall.begin()
    done = to_minute(hall, *range(8, 120, 9))
    calls = CallOff.objects.filter(book=hall.drill.book, lines__line__item__code="WATB")
    assert calls.exists()
    assert {(call.state, call.reason) for call in calls} == {(CallState.REFUSED, "情景事件 3")}
    trips = Trip.objects.filter(book=hall.drill.book)
    broken = set(trips.exclude(refused_at=None).values_list("fleet_id", "vehicle"))
    assert len(broken) == 1 and any("broke down" in act for act in done)
    left = set(trips.exclude(dispatched_at=None).values_list("fleet_id", "vehicle"))
    assert left and not left & broken
    # A plan of that moment reckons with neither.
    incident = Incident.objects.get(book=hall.drill.book)
    _groups, numbers = fleets.ready(incident=incident, now=after(116))
    assert not {(fleets.fleet_id(key), n) for key, all in numbers.items() for n in all} & broken
    assert audit(book_id=hall.drill.book_id) == []


def test_a_township_or_depot_is_cut_off_by_the_roads_that_lead_there(hall):
    area, county, depot = hall.world.area("Northbank"), hall.drill.area, hall.world.quay
    hill = hall.world.area("Hilltop").centre
    far = [(hill.x, hill.y)]
    for said, place in (
        ({"kind": "cut_off", "area": area.code}, area.centre),
        ({"kind": "block_store", "depot": depot.code}, depot.point),
    ):
        links = effect_places.links_of(said, path=county.path)
        now = network.Network.current()
        here = [(place.x, place.y)]
        assert network.cut_off(now, from_points=far, targets=here) == [False]
        assert network.cut_off(now, from_points=far, targets=here, closed_links=links) == [True]


@pytest.mark.parametrize(
    ("effect", "fault"),
    [
        (
            {"kind": "cut_road", "links": [9_999], "minutes": 5},
            "inject 3 · effect · road links (injects[3].effect.links): numbers of road links are "
            "expected; these are none: 9999.",
        ),
        (
            {"kind": "block_store", "depot": "X", "minutes": 5},
            "inject 3 · effect · depot (injects[3].effect.depot): the code of a depot of the "
            "county is expected; X came.",
        ),
        (
            {"kind": "lose_vehicles", "means": "cart", "count": 1, "minutes": 5},
            "inject 3 · effect · means of transport (injects[3].effect.means): one of these is "
            'expected: heavy, light, air, water; "cart" came.',
        ),
    ],
)
def test_an_effect_on_what_is_not_known_here_is_refused_with_its_place(hall, effect, fault):
    with pytest.raises(BadDesign) as refused:
        inject(hall, 3, effect=effect)
    assert refused.value.faults == [fault]


def test_the_script_says_in_words_what_an_inject_does(hall):
    asha = hands_in(hall, "asha")
    address = f"{asha.room}script/{hall.inject(3).pk}/"
    form = {
        "sender": "公路段",
        "seat": "duty",
        "way": "phone",
        "trigger": "manual",
        "enabled": "on",
    }
    form |= {"effect_kind": "cut_off", "effect_area": TOWNS["north"]}
    assert "This is expected here; nothing came." in words(asha.post(address, **form))
    assert asha.post(address, effect_minutes="90", **form).status_code == 302
    effect = {"kind": "cut_off", "area": TOWNS["north"], "minutes": 90}
    assert hall.inject(3).effect == effect
    listed = words(asha.get(f"{asha.room}setup/script/"))
    assert "every road into Northbank is cut for 1 h 30 min" in listed
