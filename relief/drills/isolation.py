"""Proof that a drill stays in its book (演练隔离): a hash over every row that is not its own."""

from collections.abc import Mapping

from django.apps import apps
from django.db import connection

from relief.drills.models import Drill
from relief.messaging import rules
from relief.messaging.models import AllowedPhone, Message, MessageState

# Rooms whose rows are not of the operation: what drills are, the queue, and who signed in.
ELSEWHERE = {"drills", "procrastinate", "sessions", "contenttypes", "auth", "axes"}

# Tables without a book of their own whose rows belong to one all the same.
_NOT_OF_BOOK = {
    "journal_book": "x.id <> %(book)s",
    "journal_checkpointpart": (
        "x.checkpoint_id NOT IN (SELECT id FROM journal_checkpoint WHERE book_id = %(book)s)"
    ),
    # Robots have accounts of their own.
    "access_user": "x.username NOT LIKE %(robots)s",
}
# Signing in is nobody's drill; that a plan was drilled is the one thing its register keeps of it.
_LEFT_OUT = {"access_user": "last_login", "preparedness_responseplan": "last_drill_on"}


def fingerprint(*, drill: Drill | None) -> dict[str, str]:
    """MD5 over the rows of every table apart from those of the drill's book, by table.

    Without a drill, over all of them: what stood there before one was prepared.
    """
    given: dict[str, int | str] = {
        "book": 0 if drill is None else drill.book_id,
        "robots": f"robot-{0 if drill is None else drill.pk}-%",
    }
    found = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.app_label in ELSEWHERE or not meta.managed:
            continue
        has_book = "book_id" in {field.column for field in meta.concrete_fields}
        where = "x.book_id <> %(book)s" if has_book else _NOT_OF_BOOK.get(meta.db_table, "true")
        text = "x::text"
        if column := _LEFT_OUT.get(meta.db_table):
            text = f"(to_jsonb(x) - '{column}')::text"
        assert meta.pk is not None, "every table has a primary key"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(md5({text}), '' ORDER BY x.{meta.pk.column}), ''))"  # noqa: S608 (names of our own tables)
                f" FROM {meta.db_table} x WHERE {where}",
                given,
            )
            found[meta.db_table] = cursor.fetchone()[0]
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Tables whose rows outside the drill's book are not what they were."""
    return sorted(
        table for table in before.keys() | after.keys() if before.get(table) != after.get(table)
    )


def strays(*, drill: Drill) -> int:
    """Messages of the drill that left, or will, for a number nobody in it gave (名单外通信)."""
    listed = AllowedPhone.objects.filter(book=drill.book_id).values_list("phone", flat=True)
    allowed = {rules.plain_phone(phone) for phone in listed}
    leaving = [MessageState.WAITING, MessageState.SENT]
    told = Message.objects.filter(book=drill.book_id, state__in=leaving)
    return sum(
        rules.plain_phone(one) not in allowed for one in told.values_list("phone", flat=True)
    )
