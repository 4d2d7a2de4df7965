"""Contact with a silent township: written down at the county's desk or in the control room."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotFound, NotYourDuty, actor_for
from relief.drills import contacts as room
from relief.drills import measures
from relief.drills.control import NotNow
from relief.incidents.models import Incident
from relief.journal.models import Entry
from relief.response import contacts
from relief.response.contacts import ContactRefused, GivenContact
from tests.drills.conftest import BEGINS, TOWNS
from tests.drills.hands import hands_in
from tests.web_goods.reading import words


def given(minute: float, **changes) -> GivenContact:
    said = {"area": TOWNS["hill"], "reached_by": "radio", "who": "李乡长"}
    return GivenContact(**said | changes, reached_at=BEGINS + dt.timedelta(minutes=minute))


def told(hall) -> list[dict]:
    found = Entry.objects.filter(book=hall.drill.book, kind=contacts.KIND).order_by("number")
    return [entry.facts for entry in found]


def test_a_contact_counts_once_and_is_how_a_silent_township_was_noticed(hall):
    hall.begin()
    note = {"actor": hall.actor, "drill_id": hall.drill.pk, "request_key": uuid.uuid4()}
    with pytest.raises(NotNow):
        room.note_contact(given=given(0), real=hall.real, **note)
    hall.turn(seconds=10)
    for _twice in range(2):
        room.note_contact(given=given(9), real=hall.real, **note)
    with pytest.raises(ContactRefused):
        room.note_contact(given=given(11), real=hall.real, **note | {"request_key": uuid.uuid4()})
    [facts] = told(hall)
    assert (facts["reached_by"], facts["who"]) == ("radio", "李乡长")

    incident = Incident.objects.get(book=hall.drill.book)
    duty, township = (hall.drill.seats.get(key=key).robot for key in ("duty", "north"))
    for user, code, refusal in (
        (township, TOWNS["north"], NotYourDuty),
        (duty, "110101001000", NotFound),
    ):
        actor = actor_for(user=user, book_id=hall.drill.book_id, now=BEGINS)
        form = {"incident_id": incident.pk, "request_key": uuid.uuid4(), "now": given(9).reached_at}
        with pytest.raises(refusal):
            contacts.record_contact(actor=actor, given=given(9, area=code), **form)
    assert len(told(hall)) == 1
    found = measures.measure(drill=hall.fresh(), real=hall.real).silent
    [silent] = [one for one in found if one.area == hall.world.area("Hilltop").path]
    assert (silent.contacted_at, silent.minutes) == (given(9).reached_at, 9.0)


def test_the_control_room_writes_a_contact_down_at_the_minute_that_was_typed(hall):
    hall.begin()
    hall.turn(seconds=10)
    asha = hands_in(hall, "asha")
    page = words(asha.get(asha.room))
    assert "Somebody got through to a township" in page
    form = {"area": TOWNS["hill"], "reached_by": "messenger", "who": "李", "at": "2026-07-20T02:35"}
    assert asha.post(f"{asha.room}contact/", **form).status_code == 302
    assert asha.post(f"{asha.room}contact/", **form | {"who": ""}).status_code == 302
    [facts] = told(hall)
    at = dt.datetime.fromisoformat(facts["at"])
    assert at.replace(second=0, microsecond=0) == BEGINS + dt.timedelta(minutes=5)
