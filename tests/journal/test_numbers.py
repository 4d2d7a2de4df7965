"""Document numbers: one series per book and prefix, without gaps or doubles."""

import pytest
from django.db import transaction

from relief.journal.log import NoTransaction
from relief.journal.models import Book, BookKind
from relief.journal.numbers import next_number
from tests import proof


@pytest.fixture
def book(db) -> Book:
    return Book.objects.create(kind=BookKind.REAL, name="实战")


def take(book, prefix="DB") -> str:
    with transaction.atomic():
        return next_number(book=book, prefix=prefix)


def test_numbers_count_by_prefix_and_book(book):
    drill = Book.objects.create(kind=BookKind.DRILL, name="演练")
    assert [take(book), take(book), take(book, "XY"), take(drill)] == [
        "DB-0001",
        "DB-0002",
        "XY-0001",
        "YL-DB-0001",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_number_needs_the_actions_transaction(book):
    with pytest.raises(NoTransaction):
        next_number(book=book, prefix="DB")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_share_a_number_and_a_rollback_leaves_no_gap(book):
    with pytest.raises(RuntimeError), transaction.atomic():
        next_number(book=book, prefix="DB")
        raise RuntimeError
    found = proof.at_once(*[lambda: take(book)] * 4)
    assert sorted(found) == ["DB-0001", "DB-0002", "DB-0003", "DB-0004"]
