"""Accounts, postings and holds as actions use them."""

import pytest
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from relief.journal.log import NoTransaction
from relief.journal.models import Book, BookKind
from relief.ledger import steps
from relief.ledger.audit import audit, findings
from relief.ledger.models import Account, AccountKind, Hold, Movement, MovementKind, Posting
from tests import proof
from tests.world import NOW


@pytest.fixture
def book(db) -> Book:
    return Book.objects.create(kind=BookKind.REAL, name="实战")


def account(book, kind=AccountKind.STORE, holder="depot:1", commodity="lot:1") -> Account:
    return steps.account(book_id=book.id, kind=kind, holder=holder, commodity=commodity)


def post(book, postings, kind=MovementKind.OPENING, document="note") -> Movement:
    with transaction.atomic():
        return steps.post(
            book_id=book.id, kind=kind, document=document, postings=postings, actor=7, now=NOW
        )


def stocked(book, units=100, **names) -> Account:
    store = account(book, **names)
    opening = account(book, AccountKind.OPENING, "book:1", store.commodity)
    post(book, {store: units, opening: -units})
    return fresh(store)


def fresh(row):
    row.refresh_from_db()
    return row


def test_an_account_is_made_once(book):
    assert account(book) == account(book)
    assert account(book, holder="depot:2") != account(book)


def test_units_move_from_one_account_to_another(book):
    store = stocked(book)
    transit = account(book, AccountKind.TRANSIT, "trip:1")
    movement = post(book, {store: -40, transit: 40}, MovementKind.DISPATCH, "trip:1")
    assert (fresh(store).balance, fresh(transit).balance) == (60, 40)
    assert (movement.kind, movement.document, movement.actor) == ("dispatch", "trip:1", 7)
    assert sorted(movement.postings.values_list("quantity", flat=True)) == [-40, 40]


def test_zero_quantities_are_left_out(book):
    store, transit = stocked(book), account(book, AccountKind.TRANSIT, "trip:1")
    movement = post(book, {store: 0, transit: 0})
    assert movement.postings.count() == 0


def test_a_movement_that_does_not_balance_is_the_callers_mistake(book):
    store, transit = stocked(book), account(book, AccountKind.TRANSIT, "trip:1")
    proof.unchanged(lambda: post(book, {store: -40, transit: 39}), steps.Unbalanced)
    other = account(book, AccountKind.TRANSIT, "trip:1", "lot:2")
    proof.unchanged(lambda: post(book, {store: -40, other: 40}), steps.Unbalanced)


def test_no_more_leaves_than_is_free(book):
    store, transit = stocked(book), account(book, AccountKind.TRANSIT, "trip:1")
    with transaction.atomic():
        steps.hold(account=store, document="order_line:1", quantity=30)
    refused = proof.unchanged(lambda: post(book, {store: -71, transit: 71}), steps.NotFree)
    assert (refused.wanted, refused.free) == (71, 70)
    assert str(refused) == "70 are free there and 71 were asked for."
    post(book, {store: -70, transit: 70})


def test_a_disputed_account_may_go_below_zero(book):
    disputed = account(book, AccountKind.DISPUTED, "trip:1")
    received = account(book, AccountKind.RECEIVED, "area:1")
    post(book, {disputed: -3, received: 3}, MovementKind.RECEIPT)
    assert fresh(disputed).balance == -3


def test_holds_of_one_document_add_up_and_are_let_go(book):
    store = stocked(book)
    with transaction.atomic():
        steps.hold(account=store, document="order_line:1", quantity=30)
        held = steps.hold(account=store, document="order_line:1", quantity=20)
        assert (held.quantity, fresh(store).held, store.free) == (50, 50, 50)
        assert steps.release(account=store, document="order_line:1", quantity=15) == 15
        assert steps.release(account=store, document="order_line:1", quantity=99) == 35
        assert steps.release(account=store, document="order_line:1") == 0
        assert steps.release(account=store, document="order_line:2") == 0
    assert fresh(store).held == 0


def test_no_more_is_held_than_is_free(book):
    store = stocked(book)
    with transaction.atomic():
        steps.hold(account=store, document="order_line:1", quantity=80)
        with pytest.raises(steps.NotFree, match="20 are free there and 21 were asked for"):
            steps.hold(account=store, document="order_line:2", quantity=21)
        steps.hold(account=store, document="order_line:2", quantity=20)
    assert fresh(store).free == 0


@pytest.mark.django_db(transaction=True)
class TestAcrossTransactions:
    def test_every_step_needs_the_actions_transaction(self, book):
        with transaction.atomic():
            store = stocked(book)
        for step in (
            lambda: account(book),
            lambda: steps.lock(account_ids=[store.id]),
            lambda: steps.hold(account=store, document="x", quantity=1),
            lambda: steps.release(account=store, document="x"),
            lambda: steps.post(
                book_id=book.id,
                kind=MovementKind.OPENING,
                document="x",
                postings={},
                actor=None,
                now=NOW,
            ),
        ):
            with pytest.raises(NoTransaction):
                step()

    def test_two_at_once_never_promise_the_same_units(self, book):
        with transaction.atomic():
            store = stocked(book)

        def promise(document: str) -> Hold:
            with transaction.atomic():
                locked = steps.lock(account_ids=[store.id])[store.id]
                return steps.hold(account=locked, document=document, quantity=60)

        found = proof.at_once(lambda: promise("a"), lambda: promise("b"))
        assert sorted(type(one).__name__ for one in found) == ["Hold", "NotFree"]
        assert fresh(store).held == 60

    def test_opposite_movements_at_once_do_not_lock_each_other_out(self, book):
        with transaction.atomic():
            one, two = stocked(book), stocked(book, holder="depot:2")
        found = proof.at_once(
            *[lambda: post(book, {one: -1, two: 1}), lambda: post(book, {two: -1, one: 1})] * 4
        )
        assert {type(each) for each in found} == {Movement}
        assert audit() == []


class Bookkeeping(RuleBasedStateMachine):
    """Random movements and holds on three accounts; a refused one leaves no trace."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book.objects.create(kind=BookKind.DRILL, name="演练")
        with transaction.atomic():
            self.accounts = [
                stocked(self.book, 10),
                account(self.book, AccountKind.TRANSIT, "trip:1"),
                account(self.book, AccountKind.RECEIVED, "area:1"),
            ]
        self.balance, self.held = [10, 0, 0], [{}, {}, {}]

    def free(self, n: int) -> int:
        return self.balance[n] - sum(self.held[n].values())

    @rule(source=st.integers(0, 2), goal=st.integers(0, 2), quantity=st.integers(1, 12))
    def move(self, source: int, goal: int, quantity: int) -> None:
        if source == goal:
            return
        postings = {self.accounts[source]: -quantity, self.accounts[goal]: quantity}
        if quantity > self.free(source):
            with pytest.raises(steps.NotFree):
                post(self.book, postings)
            return
        post(self.book, postings)
        self.balance[source] -= quantity
        self.balance[goal] += quantity

    @rule(n=st.integers(0, 2), document=st.sampled_from("ab"), quantity=st.integers(1, 12))
    def hold(self, n: int, document: str, quantity: int) -> None:
        if quantity > self.free(n):
            with pytest.raises(steps.NotFree), transaction.atomic():
                steps.hold(account=self.accounts[n], document=document, quantity=quantity)
            return
        with transaction.atomic():
            steps.hold(account=self.accounts[n], document=document, quantity=quantity)
        self.held[n][document] = self.held[n].get(document, 0) + quantity

    @rule(n=st.integers(0, 2), document=st.sampled_from("ab"), quantity=st.integers(1, 12))
    def release(self, n: int, document: str, quantity: int) -> None:
        had = self.held[n].get(document, 0)
        with transaction.atomic():
            gone = steps.release(account=self.accounts[n], document=document, quantity=quantity)
        assert gone == min(had, quantity)
        self.held[n][document] = had - gone

    @invariant()
    def the_database_says_the_same(self) -> None:
        for row, balance, held in zip(self.accounts, self.balance, self.held, strict=True):
            fresh(row)
            assert (row.balance, row.held) == (balance, sum(held.values()))
        assert list(findings(book_id=self.book.id)) == []

    def teardown(self) -> None:
        assert Posting.objects.filter(book=self.book).exists()


class TestBookkeeping(TestCase):
    def test_random_movements_and_holds_keep_the_sums(self) -> None:
        run_state_machine_as_test(
            Bookkeeping,
            settings=settings(
                max_examples=15,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
