"""Closing roads by link or by a drawn area, and reopening them."""

import datetime as dt
import uuid

import pytest
from django.contrib.gis.geos import LineString, Polygon

from relief.access.gate import NotFound, NotYourDuty
from relief.incidents import queries, rows
from relief.incidents.actions import close_road, reopen_road
from relief.incidents.models import Incident, RoadClosure
from relief.incidents.rules import (
    AlreadyClosed,
    AlreadyOpen,
    FormUsed,
    IncidentClosed,
    Missing,
    NoRoad,
    TooLong,
    UnknownBars,
)
from tests import proof
from tests.world import NOW, box, flood

LATER = NOW + dt.timedelta(hours=1)
# Link 1 runs from Southbank's middle to Hilltop's, along 43.05 N.
ACROSS_LINK_1 = (128.19, 43.04, 128.21, 43.06)


def close(world, incident, by="asha", **changes):
    asked = {
        "links": [1],
        "polygon": None,
        "reason": "bridge under water",
        "request_key": uuid.uuid4(),
        "now": NOW,
    } | changes
    actor = by if not isinstance(by, str) else world.actor(by)
    return close_road(actor=actor, incident_id=incident.id, **asked)


def test_asha_closes_a_link(world):
    incident = flood(world)
    before = proof.last_number(world.real)
    closure = close(world, incident)
    stored = RoadClosure.objects.get(id=closure.id)
    assert (stored.links, stored.area, stored.closed_by) == (
        [1],
        world.county,
        world.users["asha"].id,
    )
    assert stored.shape.length == pytest.approx(0.1)
    proof.says(world.real, after=before, kind="road_closed", rows=[rows.closure(closure)])
    assert queries.closed_links(book_id=world.real.id) == {1}
    assert queries.closed_links(book_id=world.drill.id) == frozenset()


@pytest.mark.parametrize(
    "polygon", [box(*ACROSS_LINK_1), Polygon.from_bbox(ACROSS_LINK_1)], ids=["multi", "single"]
)
def test_a_drawn_area_closes_the_links_under_it(world, polygon):
    closure = close(world, flood(world), links=None, polygon=polygon)
    assert closure.links == [1]
    assert closure.polygon.srid == 4326


def test_a_township_officer_closes_a_road_in_the_township_and_everyone_sees_it(world):
    incident = flood(world)
    closure = close(world, incident, by="farah")
    for name in ("emeka", "bela", "gu", "chidi"):
        assert queries.closures(actor=world.actor(name), incident=incident) == [closure]


def test_nobody_else_closes_it(world):
    incident = flood(world)
    proof.keeps_out(
        world,
        lambda actor: close(world, incident, by=actor),
        emeka=NotFound,  # link 1 runs through Southbank and Hilltop
        gu=NotFound,
        bela=NotYourDuty,
    )


def refused(world, incident, refusal, **changes) -> str:
    return str(proof.unchanged(lambda: close(world, incident, **changes), refusal))


def test_an_area_that_meets_no_road_is_refused(world):
    nowhere = box(128.0, 43.0, 128.01, 43.01)
    incident = flood(world)
    for by in ("asha", "farah"):
        assert "meets no road" in refused(
            world, incident, NoRoad, by=by, links=None, polygon=nowhere
        )


def test_a_link_that_does_not_exist_is_refused_by_number(world):
    sentence = refused(world, flood(world), NoRoad, links=[1, 77, 99])
    assert sentence == "No road link has the number 77, 99."


def test_a_closure_names_links_or_draws_an_area(world):
    incident = flood(world)
    refused(world, incident, NoRoad, links=None)
    refused(world, incident, NoRoad, links=[])
    refused(world, incident, NoRoad, polygon=box(*ACROSS_LINK_1))


def test_a_line_or_a_crossed_outline_is_no_area(world):
    incident = flood(world)
    crossed = Polygon(((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), srid=4326)
    for polygon in (LineString((128.19, 43.0), (128.21, 43.1), srid=4326), crossed):
        assert "came" in refused(world, incident, NoRoad, links=None, polygon=polygon)


def test_a_reason_is_given_and_fits(world):
    incident = flood(world)
    assert refused(world, incident, Missing, reason="  ") == (
        "“reason” is empty; a text is expected."
    )
    refused(world, incident, TooLong, reason="x" * 121)


def test_the_same_road_is_not_closed_twice(world):
    incident = flood(world)
    close(world, incident)
    assert refused(world, incident, AlreadyClosed) == (
        "That road is closed already, since 2026-07-15 04:00: bridge under water."
    )
    close(world, incident, links=[0, 1])  # one of the two is still open


def test_a_road_closed_to_heavy_trucks_is_open_to_light_ones_and_cuts_nobody_off(world):
    incident = flood(world)
    closure = close(world, incident, bars="heavy")
    assert rows.closure(closure).values["bars"] == "heavy"
    assert queries.closed_links(book_id=world.real.id) == {1}
    assert queries.closed_links(book_id=world.real.id, light=True) == frozenset()
    assert closure.cut_off == []


def test_a_road_closed_to_heavy_trucks_can_still_be_closed_to_all(world):
    incident = flood(world)
    close(world, incident, bars="heavy")
    refused(world, incident, AlreadyClosed, bars="heavy")
    shut = close(world, incident)
    assert queries.closed_links(book_id=world.real.id, light=True) == {1}
    assert shut.cut_off == sorted(world.area(name).code for name in ("Pine", "Cairn"))
    refused(world, incident, AlreadyClosed, bars="heavy")


def test_whom_a_closure_holds_up_is_one_of_two(world):
    assert refused(world, flood(world), UnknownBars, bars="cyclists") == (
        "A road is closed to “all vehicles” or to “heavy trucks”; “cyclists” came."
    )


def test_a_closure_can_be_lifted_in_thought(world):
    incident = flood(world)
    closure = close(world, incident, links=[0])
    close(world, incident, links=[1])
    assert queries.closed_links(book_id=world.real.id, lifted=[closure.id]) == {1}


def test_the_same_form_twice_is_one_closure(world):
    incident, key = flood(world), uuid.uuid4()
    first = close(world, incident, request_key=key)
    number = proof.last_number(world.real)
    assert close(world, incident, request_key=key) == first
    assert proof.last_number(world.real) == number
    refused(world, incident, FormUsed, by="chidi", request_key=key)


def test_a_closed_incident_takes_no_closures(world):
    incident = flood(world)
    Incident.objects.filter(id=incident.id).update(status="closed")
    refused(world, incident, IncidentClosed)


def test_a_road_is_reopened_once(world):
    incident = flood(world)
    closure = close(world, incident)
    before = proof.last_number(world.real)
    reopened = reopen_road(actor=world.actor("farah"), closure_id=closure.id, now=LATER)
    assert RoadClosure.objects.get(id=closure.id).reopened_at == LATER
    proof.says(world.real, after=before, kind="road_reopened", rows=[rows.closure(reopened)])
    assert queries.closed_links(book_id=world.real.id) == frozenset()
    again = proof.unchanged(
        lambda: reopen_road(actor=world.actor("asha"), closure_id=closure.id, now=LATER),
        AlreadyOpen,
    )
    assert str(again) == "That road was reopened at 2026-07-15 05:00 already."
    close(world, incident)


def test_nobody_else_reopens_it(world):
    closure = close(world, flood(world))
    proof.keeps_out(
        world,
        lambda actor: reopen_road(actor=actor, closure_id=closure.id, now=LATER),
        emeka=NotFound,
        bela=NotYourDuty,
    )


def test_incidents_are_seen_from_below_and_never_from_beside(world):
    incident = flood(world)
    seen = {name: queries.incidents(actor=world.actor(name)) for name in world.users}
    assert {name for name, found in seen.items() if found == [incident]} == {
        "asha",
        "bela",
        "chidi",
        "emeka",
        "farah",
        "gu",
        "hana",
        "kim",
    }
    assert {name for name, found in seen.items() if not found} == {"dana", "iris", "jonas"}


def test_a_closure_names_the_villages_it_cuts_off_and_reopening_takes_that_back(world):
    incident = flood(world)
    first = close(world, incident, links=[0])
    west = sorted(world.area(name).code for name in ("Willow", "Reed"))
    assert first.cut_off == west
    second = close(world, incident, links=[1])
    east = sorted(world.area(name).code for name in ("Pine", "Cairn"))
    first.refresh_from_db()
    assert first.cut_off == second.cut_off == sorted(west + east)
    before = proof.last_number(world.real)
    reopen_road(actor=world.actor("asha"), closure_id=second.id, now=LATER)
    first.refresh_from_db()
    assert first.cut_off == west
    second.refresh_from_db()
    told = [rows.closure(second), rows.closure(first)]
    proof.says(world.real, after=before, kind="road_reopened", rows=told)
