"""Versions side by side: the cells that differ, the figures chosen, and refusals at their row."""

import pytest

from relief.reports.models import Report
from tests.desk.test_inbox import shown
from tests.response.phones import file

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(scene) -> list[Report]:
    """Two follow-ups of Reed on one base."""
    first = file(
        scene.world,
        scene.incident,
        "Northbank",
        village="Reed",
        affected_population=70,
        rooms_collapsed=2,
    )
    return [
        file(
            scene.world,
            scene.incident,
            "Northbank",
            village="Reed",
            by=by,
            extends=first,
            **figures,
        )
        for by, figures in (
            ("emeka", {"affected_population": 80}),
            ("asha", {"affected_population": 90, "rooms_collapsed": 4}),
        )
    ]


def address(reports) -> str:
    return "/reports/merge/?" + "&".join(f"report={one.id}" for one in reports)


def test_the_cells_that_differ_are_marked_beside_the_common_base(scene, person, two):
    answer = person(scene, "asha").get(address(two))
    page = shown(answer)
    assert "no. 2 80 no. 3 90" in page and "Affected people 70" in page
    assert answer.content.decode().count("merge__cell--differs") == 4
    assert "All figures agree." not in page


def test_figures_are_chosen_one_by_one_or_typed(scene, person, two):
    left, right = two
    answer = person(scene, "asha").post(
        "/reports/merge/",
        report=[left.id, right.id],
        **{
            "pick-affected_population": "typed",
            "typed-affected_population": "85",
            "pick-rooms_collapsed": str(left.id),
            "change_reason": "new_check",
        },
    )
    merged = Report.objects.get(seq=4)
    assert answer["Location"] == f"/reports/{merged.id}/"
    assert merged.figures["affected_population"] == 85
    assert merged.figures["rooms_collapsed"] == 2
    assert merged.counts
    assert {one.state for one in Report.objects.filter(id__in=[left.id, right.id])} == {"merged"}


def test_a_refusal_stands_at_its_row_and_keeps_what_was_typed(scene, person, two):
    answer = person(scene, "asha").post(
        "/reports/merge/",
        report=[one.id for one in two],
        **{"pick-affected_population": "typed", "typed-affected_population": "many"},
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "a whole number from 0 to" in page
    assert 'value="many"' in page
    assert Report.objects.count() == 3


def test_versions_of_two_places_cannot_stand_side_by_side(scene, person, two):
    ferry = file(scene.world, scene.incident, "Southbank", by="farah", village="Ferry", injured=1)
    asha = person(scene, "asha")
    assert asha.get(address([two[0], ferry])).status_code == 404
    assert asha.get(address(two[:1])).status_code == 404
