"""A response's alerts for other systems keep every rule of CAP 1.2."""

import datetime as dt
from types import SimpleNamespace

import pytest

from relief.deliveries.planning import activate_response
from relief.response.actions import end_response
from tests.papers.cap_rules import checked, text, texts
from tests.web_goods.conftest import Person
from tests.world import NOW, flood

pytestmark = pytest.mark.django_db


def gone_through(world, *, by: str):
    """Level III, raised to II after half an hour, ended after two, begun anew the next day."""
    incident = flood(world, by=by)
    steps = [(3, dt.timedelta()), (2, dt.timedelta(minutes=30)), (None, dt.timedelta(hours=2))]
    for level, later in [*steps, (4, dt.timedelta(days=1))]:
        actor, now = world.actor("chidi" if by == "asha" else by), NOW + later
        if level is None:
            end_response(actor=actor, incident_id=incident.id, now=now)
        else:
            activate_response(actor=actor, incident_id=incident.id, level=level, now=now)
    return incident


def fetched(world, incident, *, name: str, count: int) -> list:
    browser = Person(SimpleNamespace(world=world, now=NOW + dt.timedelta(days=2)), name)
    page = browser.get(f"/incidents/{incident.id}/").content.decode()
    found = []
    for number in range(1, count + 1):
        assert f'href="/incidents/{incident.id}/alerts/{number}.xml"' in page
        answer = browser.get(f"/incidents/{incident.id}/alerts/{number}.xml")
        assert answer["Content-Type"] == "application/cap+xml; charset=utf-8"
        found.append(checked(answer.content))
    assert browser.get(f"/incidents/{incident.id}/alerts/{count + 1}.xml").status_code == 404
    return found


def test_start_change_and_end_are_alerts_that_refer_to_what_went_before(world):
    incident = gone_through(world, by="asha")
    alerts = fetched(world, incident, name="emeka", count=4)
    kinds = [text(one, "msgType") for one in alerts]
    assert kinds == ["Alert", "Update", "Cancel", "Alert"]
    assert {text(one, "status") for one in alerts} == {"Actual"}
    sent = [text(one, "sent") for one in alerts]
    assert sent[:3] == [
        "2026-07-15T04:00:00+08:00",
        "2026-07-15T04:30:00+08:00",
        "2026-07-15T06:00:00+08:00",
    ]
    own = [f"{text(a, 'sender')},{text(a, 'identifier')},{text(a, 'sent')}" for a in alerts]
    assert [text(one, "references") for one in alerts] == ["", own[0], " ".join(own[:2]), ""]
    assert len({text(one, "identifier") for one in alerts}) == 4

    first = alerts[0]
    assert texts(first, "info/language") == ["zh-CN", "en-US"]
    assert texts(first, "info/category") == ["Met", "Met"]
    assert texts(first, "info/severity") == ["Moderate", "Moderate"]
    assert [texts(one, "info/severity")[0] for one in alerts[1:]] == ["Severe", "Severe", "Minor"]
    assert texts(alerts[2], "info/responseType") == ["AllClear", "AllClear"]
    assert texts(alerts[2], "info/urgency") == ["Past", "Past"]
    assert texts(first, "info/senderName")[1] == "Harbour County"
    # The county and the townships that respond, each with its code and outline.
    codes = texts(first, "info/area/geocode/value")
    assert codes == ["222426000000", "222426100000", "222426101000"] * 2
    assert set(texts(first, "info/area/geocode/valueName")) == {"CN-AREA12"}
    assert texts(first, "info/area/polygon")[1] == (
        "43.0000,128.0000 43.1000,128.0000 43.1000,128.1000 43.0000,128.1000 43.0000,128.0000"
    )


def test_a_drills_alerts_say_that_they_are_an_exercise(world):
    incident = gone_through(world, by="iris")
    alerts = fetched(world, incident, name="iris", count=4)
    assert {text(one, "status") for one in alerts} == {"Exercise"}
    assert all(text(one, "note") for one in alerts)
    assert all(
        line.startswith("【演练】") for one in alerts for line in texts(one, "info/headline")
    )


def test_what_xml_cannot_carry_is_left_out_and_what_it_must_escape_is_escaped(world):
    incident = flood(world)
    type(incident).objects.filter(id=incident.id).update(name="<a>&\x0b]]>", name_en="")
    activate_response(actor=world.actor("chidi"), incident_id=incident.id, level=1, now=NOW)
    [alert] = fetched(world, incident, name="asha", count=1)
    assert "“<a>& ]]>”" in texts(alert, "info/headline")[1]
    assert texts(alert, "info/severity") == ["Extreme", "Extreme"]
