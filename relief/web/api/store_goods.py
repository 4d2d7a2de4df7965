"""Goods that townships received: what may come back to a store, and what goes to households."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import F, Q, Sum

from gis.models import Area, Level, ancestors, inside
from relief.catalog.tags import write as tag
from relief.deliveries.models import Load
from relief.households.models import AffectedVillage, Household
from relief.incidents.models import IncidentStatus
from relief.ledger.models import Account, AccountKind
from relief.stock.models import Depot, Lot
from relief.warehouse.models import ReturnLine
from relief.web.api.store_trips import Rows, lot_of

# A slip older than so many others is brought back at a desk.
MOST_RETURNS = 100


def within(paths: Iterable[str], field: str = "area__path") -> Q:
    """Of these areas and all below them; of no area, none."""
    found = Q(pk__in=[])
    for path in sorted(paths):
        found |= inside(path, field)
    return found


def returns(*, book_id: int, depots: Sequence[Depot]) -> Rows:
    """Reusable goods (可回收物资) that townships received and may bring back, the newest first."""
    origins = [f"depot:{one.pk}" for one in depots]
    loads = (
        Load.objects.filter(
            book_id=book_id,
            stop__trip__origin__in=origins,
            stop__received_at__isnull=False,
            line__item__recoverable=True,
            good__gt=0,
        )
        .select_related("stop__trip", "stop__area", "line__item")
        .defer("stop__area__boundary", "stop__area__centre")
        .order_by("-stop__received_at", "-stop_id", "id")
    )
    by_stop: dict[int, list[Load]] = defaultdict(list)
    for load in loads[: MOST_RETURNS * 5]:
        by_stop[load.stop_id].append(load)
    back: dict[tuple[int, int], int] = {
        (line["note__stop"], line["lot"]): line["units"]
        for line in ReturnLine.objects.filter(note__stop__in=by_stop)
        .values("note__stop", "lot")
        .annotate(units=Sum(F("sound") + F("repair") + F("scrap")))
    }
    named = (lot_of(load.commodity) for found in by_stop.values() for load in found)
    wanted = {lot for lot in named if lot is not None}
    batches = dict(Lot.objects.filter(id__in=wanted).values_list("id", "batch"))
    shown: Rows = []
    for stop_id, found in by_stop.items():
        units: dict[int, int] = defaultdict(int)
        items: dict[int, str] = {}
        for load in found:
            lot = lot_of(load.commodity)
            if lot is not None:
                units[lot] += load.good or 0
                items[lot] = load.line.item.code
        lines = [
            {
                "lot": lot,
                "item": items[lot],
                "batch": batches[lot],
                "received": received,
                "back": back.get((stop_id, lot), 0),
            }
            for lot, received in units.items()
            if received > back.get((stop_id, lot), 0)
        ]
        if lines:
            stop = found[0].stop
            shown.append(
                {
                    "stop": stop_id,
                    "tag": tag(kind="stop", id=stop_id),
                    "trip": stop.trip_id,
                    "slip": stop.trip.slip_number,
                    "number": f"{stop.trip.number}/{stop.position}",
                    "depot": int(stop.trip.origin.partition(":")[2]),
                    "area": stop.area.code,
                    "name": stop.area.name,
                    "name_en": stop.area.name_en,
                    "lines": lines,
                }
            )
    return shown[:MOST_RETURNS]


def to_hand_out(*, book_id: int, paths: Sequence[str]) -> Rows:
    """What townships have received and not handed out yet; villages draw on their township's."""
    townships = Area.objects.filter(
        within(paths, "path") | Q(path__in=[up for path in paths for up in ancestors(path)]),
        level=Level.TOWNSHIP,
    )
    codes = {f"area:{code}": code for code in townships.values_list("code", flat=True)}
    accounts = Account.objects.filter(
        book_id=book_id, kind=AccountKind.RECEIVED, holder__in=codes, balance__gt=0
    ).order_by("holder", "id")
    left = [(codes[one.holder], lot_of(one.commodity), one.balance) for one in accounts]
    lots = Lot.objects.select_related("item").in_bulk({lot for _code, lot, _left in left if lot})
    return [
        {
            "area": code,
            "lot": lot,
            "item": lots[lot].item.code,
            "batch": lots[lot].batch,
            "left": balance,
        }
        for code, lot, balance in left
        if lot in lots
    ]


def households(*, book_id: int, paths: Sequence[str], incidents: Collection[int]) -> Rows:
    """Households of the register in own villages that an open incident touched."""
    if not paths or not incidents:
        return []
    touched = (
        AffectedVillage.objects.filter(
            within(paths), book_id=book_id, incident_id__in=list(incidents)
        )
        .exclude(incident__status=IncidentStatus.CLOSED)
        .values("area_id")
    )
    found = Household.objects.filter(area_id__in=touched).order_by("number")
    return [
        {"id": id, "number": number, "village": village, "people": people}
        for id, number, village, people in found.values_list("id", "number", "area__code", "people")
    ]
