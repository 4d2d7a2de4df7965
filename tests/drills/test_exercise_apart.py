"""A level II exercise with twelve injects: stock, totals and numbers of the real book stay."""

import datetime as dt
from types import SimpleNamespace

from django.db.models import Sum

from relief.access import gate
from relief.access.acts import Role
from relief.access.models import Duty
from relief.deliveries.planning import activate_response
from relief.drills import control, isolation
from relief.drills.models import Inject
from relief.journal import clock
from relief.ledger.models import Account
from relief.messaging.models import Message, MessageState
from relief.preparedness.models import Contact
from relief.response.actions import open_incident
from tests.drills.conftest import prepared
from tests.papers.cap_rules import checked, text
from tests.web_goods.conftest import Person


def twelve() -> list[dict]:
    """Twelve injects at the moment of the event, by telephone to the commander."""
    one = {"minutes": 0, "from": "县委", "to": "commander", "way": "phone", "text": "涨水"}
    return [{"number": number, **one} for number in range(1, 13)]


def totals(book) -> list:
    found = Account.objects.filter(book=book).order_by("kind", "commodity", "holder")
    return list(found.values_list("kind", "commodity", "holder").annotate(Sum("balance")))


def test_a_level_two_exercise_leaves_stock_and_totals_unchanged_and_its_alerts_say_exercise(hall):
    world = hall.world
    phone = "13800000001"
    Contact.objects.create(area=world.county, post="x", name="y", phone=phone, alert=True)
    hall.drill = prepared(world, injects=twelve())
    before, stock = isolation.fingerprint(drill=hall.drill), totals(world.real)
    hall.begin()
    hall.turn()
    sent = Inject.objects.filter(drill=hall.drill).exclude(sent_at=None)
    assert sent.count() == 12

    drill = hall.fresh()
    now = clock.now_in(drill.book, real=hall.real)
    chidi = world.users["chidi"]
    Duty.objects.create(
        user=chidi, role=Role.COMMANDER, area=world.county, book=drill.book,
        valid_from=now - dt.timedelta(days=1),
    )  # fmt: skip
    actor = gate.actor_for(user=chidi, book_id=drill.book_id, now=now)
    incident = open_incident(
        actor=actor, area_id=world.county.id, name="演练", name_en="Drill", hazard="flood",
        started_at=now, cold_season=False, footprint=None, request_code="drill", now=now,
    )  # fmt: skip
    activation, _plan = activate_response(actor=actor, incident_id=incident.id, level=2, now=now)
    assert activation.number.startswith("YL-")

    browser = Person(SimpleNamespace(world=world, now=hall.real), "chidi")
    browser.post("/book/", book=drill.book_id)
    alert = checked(browser.get(f"/incidents/{incident.id}/alerts/1.xml").content)
    assert (text(alert, "status"), text(alert, "info/severity")) == ("Exercise", "Severe")

    control.end(actor=hall.actor, drill_id=drill.pk, real=hall.real)
    assert totals(world.real) == stock
    assert isolation.changed(before, isolation.fingerprint(drill=hall.drill)) == []
    told = Message.objects.filter(phone=phone)
    assert [one.state for one in told] == [MessageState.HELD]
    assert not Message.objects.exclude(state=MessageState.HELD).exists()
