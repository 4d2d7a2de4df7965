"""Balances made anew from the postings and holds they follow."""

from django.db import connection, transaction

REBUILD = """
    UPDATE ledger_account a SET balance = made.balance, held = made.held
      FROM (SELECT account.id,
                   coalesce((SELECT sum(quantity) FROM ledger_posting
                              WHERE account_id = account.id), 0) AS balance,
                   coalesce((SELECT sum(quantity) FROM ledger_hold
                              WHERE account_id = account.id), 0) AS held
              FROM ledger_account account) made
     WHERE made.id = a.id AND (a.balance, a.held) IS DISTINCT FROM (made.balance, made.held)
"""


def rebuild() -> int:
    """Write every balance and held sum as postings and holds give them; returns how many changed.

    Accounts are locked against movements meanwhile. A book that cannot be (held above balance)
    is refused by the database as a whole.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_account IN EXCLUSIVE MODE")
        cursor.execute(REBUILD)
        return cursor.rowcount
