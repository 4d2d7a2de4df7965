"""Checks on hand-outs for `manage.py audit`: what can be recomputed is recomputed."""

from collections.abc import Iterator

from django.db.models import Min, Q, Sum

from relief.aid.models import HandOut, HandOutLine, Reached
from relief.ledger.models import AccountKind, MovementKind, Posting


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """Hand-outs against the ledger, and the people reached against the hand-outs."""
    only = Q() if book_id is None else Q(book_id=book_id)
    yield from _issued(only)
    yield from _reached(only)


def _issued(only: Q) -> Iterator[str]:
    """What hand-outs say is what the ledger moved to households for them, lot by lot."""
    said = {
        (f"hand_out:{row['hand_out']}", f"lot:{row['lot']}"): row["units"]
        for row in HandOutLine.objects.filter(only)
        .values("hand_out", "lot")
        .annotate(units=Sum("quantity"))
    }
    moved = {
        (row["movement__document"], row["account__commodity"]): row["units"]
        for row in Posting.objects.filter(
            only, movement__kind=MovementKind.HAND_OUT, account__kind=AccountKind.ISSUED
        )
        .values("movement__document", "account__commodity")
        .annotate(units=Sum("quantity"))
    }
    for key in sorted(said.keys() | moved.keys()):
        if said.get(key, 0) != moved.get(key, 0):
            yield (
                f"{key[0]}: {said.get(key, 0)} of {key[1]} handed out, "
                f"the ledger moved {moved.get(key, 0)}"
            )


def _reached(only: Q) -> Iterator[str]:
    """Each household of the register counts once, at its first hand-out."""
    first = set(
        HandOut.objects.filter(only, household__isnull=False)
        .values("incident", "household")
        .annotate(first=Min("id"))
        .values_list("first", flat=True)
    )
    sums: dict[tuple[int, int], list[int]] = {}
    for one in HandOut.objects.filter(only).only("incident", "area", "household", "people"):
        counts = one.household_id is None or one.id in first
        here = sums.setdefault((one.incident_id, one.area_id), [0, 0, 0, 0])
        for n, more in enumerate((1, int(counts), one.people if counts else 0, one.people)):
            here[n] += more
    for row in Reached.objects.filter(only).order_by("id"):
        found = [row.hand_outs, row.households, row.people, row.person_times]
        given = sums.pop((row.incident_id, row.area_id), [0, 0, 0, 0])
        if found != given:
            yield f"people reached {row.id}: {found} written, hand-outs give {given}"
    for incident, area in sorted(sums):
        yield f"people reached in area {area} of incident {incident} are not written"
