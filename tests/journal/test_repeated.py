"""Queries whose SQL is worked out once."""

import pytest
from django.db import connection, connections
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from gis.models import Area
from relief.access.models import Duty
from relief.journal.log import NoTransaction
from relief.journal.models import Book
from relief.journal.repeated import NoValue, repeated

pytestmark = pytest.mark.django_db


@repeated
def _below(above: str, levels: list[int]) -> QuerySet[Area]:
    found = Area.objects.filter(parent__name_en=above, level__among=levels)
    return found.select_related("parent").defer("boundary").order_by("code")


@repeated
def _roles(users: list[int], book: int) -> QuerySet[Duty, tuple[str, str]]:
    found = Duty.objects.filter(user_id__among=users, book_id=book).order_by("id")
    return found.values_list("role", "area__code")


@repeated
def _locked(id: int) -> QuerySet[Book]:
    return Book.objects.filter(id=id).select_for_update()


@repeated
def _with_parts(code: str) -> QuerySet[Area]:
    return Area.objects.filter(code=code).defer("boundary").prefetch_related("parts")[:1]


def test_rows_are_those_of_the_query_with_the_values_of_each_call(world):
    asked = Area.objects.select_related("parent").defer("boundary").order_by("code")
    for name in ("Harbour County", "Northbank", "Nowhere"):
        for levels in ([6], [6, 9, 12], []):
            expected = list(asked.filter(parent__name_en=name, level__in=levels))
            with CaptureQueriesContext(connection) as queries:
                found = _below(above=name, levels=levels)
                assert [one.parent.name_en for one in found] == [name] * len(expected)
            assert found == expected
            assert len(queries) == 1
    assert len(_below(above="Harbour County", levels=[6, 9, 12])) > 0


def test_plain_values_and_what_is_read_beside_come_as_from_any_query(world):
    person = world.users["asha"]
    expected = Duty.objects.filter(user=person, book=world.real).values_list("role", "area__code")
    assert _roles(users=[person.id, 0], book=world.real.id) == list(expected)
    [found] = _with_parts(code=world.county.code)
    with CaptureQueriesContext(connection) as queries:
        assert set(found.parts.all()) == set(Area.objects.filter(parent=world.county))
    assert len(queries) == 1  # the one that says what was expected


def test_no_value_and_a_value_without_its_name_are_mistakes(world):
    with pytest.raises(NoValue):
        _below(above=None, levels=[6])
    with pytest.raises(TypeError, match="takes"):
        _below(above="Harbour County")
    with pytest.raises(TypeError, match="takes"):
        _below("Harbour County", levels=[6])


def test_rows_are_locked_inside_a_transaction_only(world, monkeypatch):
    with CaptureQueriesContext(connection) as queries:
        assert _locked(id=world.real.id) == [world.real]
    assert queries[0]["sql"].endswith("FOR UPDATE")
    monkeypatch.setattr(connections["default"], "in_atomic_block", False)
    with pytest.raises(NoTransaction):
        _locked(id=world.real.id)
