"""What if: the county's plan beside a supposed one; nothing is written, whoever asks."""

import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.deliveries import planning
from relief.deliveries.models import Fleet
from relief.incidents.actions import close_road
from relief.journal.models import Entry
from relief.outlook import changes, what_if
from relief.outlook.figures import Worst
from relief.stock.models import SupplyAgreement
from tests.flow import scenes
from tests.web_goods.conftest import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world) -> scenes.Scene:
    return scenes.activated(world)


def asked(scene: scenes.Scene, *texts: str):
    """The plan as it stands and the one with these changes."""
    standing = what_if.before(incident=scene.incident, now=scene.now)
    there = what_if.there(
        actor=scene.actor("chidi"),
        incident=scene.incident,
        question=standing.question,
        now=scene.now,
    )
    found, faults = changes.parse(texts, known=there.known)
    assert faults == []
    then = what_if.after(incident=scene.incident, standing=standing, changes=found, there=there)
    return standing, then


def rows() -> dict[str, int]:
    """How many rows every table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def address(scene: scenes.Scene, *texts: str) -> str:
    query = "&".join(f"change={text}" for text in texts)
    return f"/incidents/{scene.incident.id}/what-if/?{query}"


def test_more_stock_never_leaves_anybody_with_less(scene):
    """Tents: Northbank needs 15 and Southbank 23 for 60 and 90 people; Quay has 20."""
    quay = f"depot:{scene.world.quay.id}"
    standing, then = asked(scene, f"stock:{quay}:TENT-12S:18")
    assert standing.figures.short_units - then.figures.short_units == 18
    for cls, share in standing.figures.cover.items():
        assert then.figures.cover[cls] >= share
    assert then.figures.worst != standing.figures.worst


def test_goods_can_be_supposed_where_none_lie_today(scene):
    """Eighteen tents in an empty store, or from a supplier four hours after the call."""
    hill = f"depot:{scene.world.hill_point.id}"
    scene.world.hill_point.holdings.all().delete()
    supplier = SupplyAgreement.objects.order_by("id")[0]
    for text in (f"stock:{hill}:TENT-12S:18", f"agreement:{supplier.id}:TENT-12S:18:240"):
        _standing, then = asked(scene, text)
        used = [line for line in then.proposal.lines if line.supply == changes.added(1)]
        assert sum(line.qty for line in used) == 18
    assert min(line.arrival_h for line in used) > 4.25


def test_a_closed_road_cuts_off_the_town_behind_it_and_reopening_brings_it_back(scene):
    _standing, then = asked(scene, "close:0")
    south = scene.world.area("Southbank").code
    assert then.figures.cut_off == [south]
    assert then.figures.worst == Worst(south, 1, 0.0)
    closure = close_road(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        links=[0],
        polygon=None,
        reason="bridge gone",
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    standing, then = asked(scene, f"reopen:{closure.id}")
    assert (standing.figures.cut_off, then.figures.cut_off) == ([south], [])


def test_nothing_is_written_and_the_journal_stays_where_it_was(scene):
    person = Person(scene, "chidi")
    quay = scene.world.quay.id
    before, head = rows(), Entry.objects.order_by("-id").values_list("id", flat=True).first()
    texts = (f"stock:depot:{quay}:TENT-12S:18", "close:0", "vehicle:9:9", "nonsense")
    answer = person.get(address(scene, *texts))
    assert answer.status_code == 400
    body = answer.content.decode()
    assert "Nothing is saved." in body
    assert "No fleet has the number 9." in body
    assert "Cut off by it: Southbank." in body
    scene.incident.book.refresh_from_db()
    assert rows() == before
    assert Entry.objects.order_by("-id").values_list("id", flat=True).first() == head


def test_the_plan_as_it_stands_is_reckoned_once_until_the_book_changes(scene):
    first = what_if.before(incident=scene.incident, now=scene.now)
    with CaptureQueriesContext(connection) as queries:
        assert what_if.before(incident=scene.incident, now=scene.now + scenes.LATER / 5) is first
    assert len(queries) == 1
    planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="news", now=scene.now
    )
    again = what_if.before(incident=scene.incident, now=scene.now)
    assert again is not first
    assert what_if.before(incident=scene.incident, now=scene.now + scenes.LATER) is not again


def test_a_form_adds_its_change_to_the_address(scene):
    person = Person(scene, "asha")
    fleet = Fleet.objects.get().id
    sent = address(scene, "close:0") + f"&add=vehicle&fleet={fleet}&count=2"
    answer = person.get(sent)
    assert answer.status_code == 302
    assert answer["Location"] == address(scene, "close%3A0", f"vehicle%3A{fleet}%3A2")
    refused = person.get(f"{address(scene, 'close:0')}&add=vehicle&fleet={fleet}&count=0")
    assert refused.status_code == 200
    assert "greater than or equal to 1" in refused.content.decode()


def test_only_command_supposes_things(scene):
    answers = {
        name: Person(scene, name).get(address(scene)).status_code
        for name in ("asha", "chidi", "hana", "bela", "emeka", "farah", "jonas", "dana", "iris")
    }
    assert answers == {
        **dict.fromkeys(("asha", "chidi", "hana"), 200),
        **dict.fromkeys(("bela", "emeka", "farah"), 403),
        **dict.fromkeys(("jonas", "dana", "iris"), 404),
    }
