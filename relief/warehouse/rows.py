"""What boards show of a store's work: one row per depot."""

from typing import Any

from django.db.models import Count as Number
from django.db.models import IntegerField, Min, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience
from relief.stock.models import Depot
from relief.warehouse.models import Arrival, BlankSlip, Count, CountState, Purchase, Scrap

_STORE = audience(Audience.COMMAND, Audience.WAREHOUSE)
OPEN = (CountState.OPEN, CountState.RECOUNT, CountState.COUNTED)


def store(depot: Depot) -> Row:
    """What waits in one depot; `depot` comes from `_stores`."""
    shown = vars(depot)
    return Row(
        table="store",
        id=depot.id,
        area=depot.area.path,
        audience=_STORE,
        values={
            "count": shown["count_number"] or "",
            "count_state": shown["count_state"] or "",
            "frozen": bool(shown["count_frozen"]),
            "purchases": shown["purchases"],
            "arrivals_to_report": shown["to_report"],
            "report_due": shown["report_due"],
            "scraps": shown["scraps"],
            "blank_slips": shown["blanks"],
        },
    )


def _how_many(found: QuerySet) -> Coalesce:
    counted = found.order_by().values("depot").annotate(n=Number("id")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _stores(book_id: int) -> QuerySet[Any, Any]:
    here = {"book_id": book_id, "depot": OuterRef("pk")}
    count = Count.objects.filter(**here, state__in=OPEN)
    waiting = Arrival.objects.filter(**here, reported_at=None)
    first = waiting.order_by().values("depot").annotate(first=Min("report_due")).values("first")
    return (
        Depot.objects.select_related("area")
        .annotate(
            count_number=Subquery(count.values("number")[:1]),
            count_state=Subquery(count.values("state")[:1]),
            count_frozen=Subquery(count.values("frozen")[:1]),
            purchases=_how_many(Purchase.objects.filter(**here, closed_at=None)),
            to_report=_how_many(waiting),
            report_due=Subquery(first),
            scraps=_how_many(Scrap.objects.filter(**here, decided_at=None)),
            blanks=_how_many(BlankSlip.objects.filter(**here, trip=None, voided_at=None)),
        )
        .order_by("id")
    )


def of_depot(*, book_id: int, depot_id: int) -> Row:
    """The fresh row of one depot in one book."""
    return store(_stores(book_id).get(id=depot_id))


def of_book(book_id: int) -> list[Row]:
    """The rows of all depots in one book."""
    return [store(depot) for depot in _stores(book_id)]


TABLES = [Table("store", _STORE, _stores, store)]
