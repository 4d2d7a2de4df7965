"""A book with a million postings, and how long its balances take to read."""

import time
from typing import Any

import numpy as np
from django.db import connection, transaction

from relief.journal.models import Book, BookKind
from relief.ledger import audit
from relief.ledger.models import Posting

POSTINGS, ACCOUNTS, MOVEMENTS = 1_000_000, 2_000, 10_000
NAME = f"bench-million-{ACCOUNTS}"
READS = 200


def book() -> Book:
    """The book, made once for each database; its sums are right and the triggers' work is saved."""
    found = Book.objects.filter(name=NAME).first()
    if found is not None and Posting.objects.filter(book=found).count() == POSTINGS:
        return found
    with transaction.atomic(), connection.cursor() as cursor:
        made = Book.objects.create(kind=BookKind.DRILL, name=NAME)
        # The triggers keep a balance right posting by posting; here all of them come at once.
        cursor.execute("SET LOCAL session_replication_role = replica")
        facts = {"book": made.pk, "accounts": ACCOUNTS, "n": POSTINGS, "movements": MOVEMENTS}
        cursor.execute(FILL, facts)
        cursor.execute(BALANCES, facts)
    return made


FILL = """
    WITH accounts AS (
        INSERT INTO ledger_account (book_id, kind, holder, commodity, balance, held)
        SELECT %(book)s, 'disputed', 'bench:' || n, 'lot:0', 0, 0
          FROM generate_series(1, %(accounts)s) n RETURNING id
    ), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts),
    movements AS (
        INSERT INTO ledger_movement (book_id, kind, document, happened_at, note)
        SELECT %(book)s, 'count', 'bench:' || n, now(), ''
          FROM generate_series(1, %(movements)s) n RETURNING id
    ), posted AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM movements)
    INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity)
    SELECT %(book)s, posted.id, numbered.id, 1 - 2 * (k %% 2)
      FROM generate_series(0, %(n)s - 1) k
      JOIN numbered ON numbered.n = 1 + k * 7919::bigint %% %(accounts)s
      JOIN posted ON posted.n = 1 + k / (%(n)s / %(movements)s)
"""

BALANCES = """
    UPDATE ledger_account a SET balance = made.balance
      FROM (SELECT account_id, sum(quantity) AS balance FROM ledger_posting
             WHERE book_id = %(book)s GROUP BY account_id) made
     WHERE made.account_id = a.id
"""


def measure(made: Book) -> dict[str, Any]:
    """Milliseconds of reading one balance, and of adding it up anew from the postings."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_posting")
        cursor.execute("ANALYZE ledger_account")
        cursor.execute("SELECT id FROM ledger_account WHERE book_id = %s ORDER BY id", [made.pk])
        accounts = [row[0] for row in cursor.fetchall()]
        kept = _timed(cursor, "SELECT balance FROM ledger_account WHERE id = %s", accounts)
        summed = _timed(
            cursor,
            "SELECT coalesce(sum(quantity), 0) FROM ledger_posting WHERE account_id = %s",
            accounts,
        )
    return {
        "balance_ms": float(np.median(kept)),
        "recomputed_ms": float(np.median(summed)),
    }


def _timed(cursor: Any, sql: str, accounts: list[int]) -> list[float]:
    taken = []
    for n in range(READS):
        begun = time.perf_counter()
        cursor.execute(sql, [accounts[n * 7 % len(accounts)]])
        cursor.fetchone()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def check(made: Book) -> int:
    """Findings of the ledger's own audit on that book."""
    return len(list(audit.findings(book_id=made.pk)))
