"""Balances can be lost and made anew."""

import pytest
from django.db import connection

from relief.ledger.audit import audit
from relief.ledger.models import Account
from relief.ledger.rebuild import rebuild
from tests.flow import scenes

pytestmark = pytest.mark.django_db


def test_balances_written_wrong_are_found_and_made_anew(world):
    scene = scenes.approved(world)
    scenes.send(scene, scene.trips()[0])
    before = list(Account.objects.order_by("id").values_list("balance", "held"))
    assert rebuild() == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("UPDATE ledger_account SET balance = balance + 1000 WHERE kind = 'store'")
    assert audit() != []
    assert rebuild() == Account.objects.filter(kind="store").count()
    assert list(Account.objects.order_by("id").values_list("balance", "held")) == before
    assert audit() == []
