"""The year of a county's stores (物资储备年报): what came, left, was counted and is worth."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from django.db.models import QuerySet, Sum
from django.utils import timezone

from gis.models import Area, inside
from relief.catalog.models import Item
from relief.ledger.models import AccountKind, MovementKind, Posting
from relief.stock.models import Holding, Lot

# Columns of the report by kind of movement; what is in none of them stands under `other`.
COLUMNS = {
    MovementKind.OPENING: "came",
    MovementKind.PURCHASE: "came",
    MovementKind.DONATION: "came",
    MovementKind.DISPATCH: "left",
    MovementKind.RETURN: "returned",
    MovementKind.COUNT: "counted",
    MovementKind.CONDEMN: "scrapped",
}


@dataclass(slots=True)
class Line:
    """One item of one fund source over a year, in whole units; values in fen at what was paid.

    `start` + `came` + `returned` + `left` + `counted` + `scrapped` + `other` = `end`: what left
    and what was scrapped are negative.
    """

    item: Item
    fund_source: str
    start: int = 0
    came: int = 0
    returned: int = 0
    left: int = 0
    counted: int = 0
    scrapped: int = 0
    other: int = 0
    value_fen: int = 0

    @property
    def end(self) -> int:
        return self.start + sum(getattr(self, name) for name in (*set(COLUMNS.values()), "other"))

    @property
    def is_empty(self) -> bool:
        return not any((self.start, self.came, self.returned, self.left, self.counted))


@dataclass(frozen=True, slots=True)
class Year:
    """The report of one year, its value at the end, and what storing that costs in a year."""

    year: int
    lines: list[Line] = field(default_factory=list)
    value_fen: int = 0
    storage_fen: int = 0

    @property
    def value_yuan(self) -> float:
        return self.value_fen / 100

    @property
    def storage_yuan(self) -> float:
        return self.storage_fen / 100


def bounds(year: int) -> tuple[dt.datetime, dt.datetime]:
    """First moment of the year and of the next, local time."""
    zone = timezone.get_default_timezone()
    return dt.datetime(year, 1, 1, tzinfo=zone), dt.datetime(year + 1, 1, 1, tzinfo=zone)


def storage_cost(*, value_fen: int, share: Fraction) -> int:
    """What storing goods of that value costs in a year (保管费), in fen, rounded up."""
    return ceil(value_fen * share)


def due_on(*, year: int, month_day: int) -> dt.date:
    """The day in the next year by which the report is due; the norm says month × 100 + day."""
    return dt.date(year + 1, *divmod(month_day, 100))


def report(*, book_id: int, area: Area, year: int, share: Fraction) -> Year:
    """What the postings on the area's store accounts say of that year, by item and fund source."""
    start, end = bounds(year)
    lots = Lot.objects.filter(book_id=book_id).select_related("item").in_bulk()
    accounts = Holding.objects.filter(inside(area.path, "area__path"), book_id=book_id)
    postings = Posting.objects.filter(
        account__in=accounts.values("account_id"), account__kind=AccountKind.STORE
    )
    found: dict[tuple[int, str], Line] = {}

    def line(commodity: str) -> tuple[Line, Lot]:
        lot = lots[int(commodity.partition(":")[2])]
        key = (lot.item_id, lot.fund_source)
        return found.setdefault(key, Line(lot.item, lot.fund_source)), lot

    before = _sums(postings.filter(movement__happened_at__lt=start), "account__commodity")
    for (commodity,), units in before:
        row, lot = line(commodity)
        row.start += units
        row.value_fen += units * lot.unit_cost_fen
    within = postings.filter(movement__happened_at__gte=start, movement__happened_at__lt=end)
    for (commodity, kind), units in _sums(within, "account__commodity", "movement__kind"):
        row, lot = line(commodity)
        name = COLUMNS.get(MovementKind(kind), "other")
        setattr(row, name, getattr(row, name) + units)
        row.value_fen += units * lot.unit_cost_fen
    lines = sorted(
        (row for row in found.values() if not row.is_empty or row.end),
        key=lambda row: (row.item.order, row.item.code, row.fund_source),
    )
    value = sum(row.value_fen for row in lines)
    return Year(year, lines, value, storage_cost(value_fen=value, share=share))


def _sums(rows: QuerySet[Posting], *keys: str) -> Iterable[tuple[tuple[str, ...], int]]:
    """Units by these keys, summed in the database."""
    for row in rows.order_by().values(*keys).annotate(units=Sum("quantity")):
        yield tuple(row[key] for key in keys), row["units"]
