"""A document (凭证) by its number or tag: what it is, what it rests on, which lots it moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from relief.access.gate import Actor, NotFound
from relief.allocation.models import Order
from relief.calls.models import CallOff
from relief.catalog import tags
from relief.deliveries.models import Load, Stop, Trip
from relief.ledger.models import Movement, Posting
from relief.stock.models import Lot, SupplyAgreement
from relief.warehouse.models import Arrival, BlankSlip, Count, Purchase, ReturnNote, Scrap
from relief.web.goods.sources import lot_id
from relief.web.trace.flow import lots_of_documents


@dataclass(frozen=True, slots=True)
class Link:
    """A document this one rests on or led to."""

    kind: str
    number: str


@dataclass(slots=True)
class Found:
    """One document. `loads` are the loads it is about, `movements` the names it is booked under.

    `page` is its own page, where it has one.
    """

    kind: str
    number: str
    page: str = ""
    beside: list[Link] = field(default_factory=list)
    lots: set[int] = field(default_factory=set)
    loads: Q | None = None
    movements: list[str] = field(default_factory=list)


def find(*, actor: Actor, text: str) -> Found:
    """The document of that number or tag among those the person sees. Raises NotFound."""
    named = tags.read(text)
    for kind, model, tell in KINDS:
        rows = model.objects.visible_to(actor)
        if named is not None and named.kind == kind:
            row = rows.filter(id=named.id).first()
        else:
            row = rows.filter(_numbers(model, text)).order_by("id").first()
        if row is not None:
            found = tell(row)
            if kind in tags.LETTERS:
                found.page = reverse("web:tag", args=[tags.write(kind=kind, id=row.id)])
            return _with_lots(actor, found)
    return _movement(actor, text)


def _numbers(model: Any, text: str) -> Q:
    if model is Stop:  # It has no number of its own, only a tag.
        return Q(pk__in=[])
    asked = Q(number__iexact=text)
    return asked | Q(slip_number__iexact=text) if model is Trip else asked


def _with_lots(actor: Actor, found: Found) -> Found:
    """The lots of its loads and of the movements that rest on it."""
    if found.loads is not None:
        for name in (
            Load.objects.visible_to(actor)
            .filter(found.loads)
            .exclude(commodity="")
            .values_list("commodity", flat=True)
            .distinct()
        ):
            number = lot_id(name)
            if number is not None:
                found.lots.add(number)
    found.lots |= lots_of_documents(actor=actor, documents=found.movements)
    return found


def _movement(actor: Actor, document: str) -> Found:
    """A document that is known by its postings alone, such as opening stock."""
    move = Movement.objects.filter(book_id=actor.book_id, document=document).first()
    found = Found(
        kind=move.get_kind_display() if move else "", number=document, movements=[document]
    )
    _with_lots(actor, found)
    seen = Lot.objects.visible_to(actor).filter(id__in=found.lots).values_list("id", flat=True)
    found.lots = set(seen)
    if not found.lots:
        raise NotFound
    return found


def _order(row: Order) -> Found:
    beside = [Link(_("Plan"), row.plan.number)] if row.plan else []
    call = CallOff.objects.filter(order=row).first()
    if call is not None:
        beside.append(Link(_("Call on an agreement"), call.number))
    trips = Trip.objects.filter(stops__loads__line__order=row).distinct().order_by("id")
    beside += [Link(_("Trip"), one.number) for one in trips]
    return Found(_("Allocation order"), row.number, beside=beside, loads=Q(line__order=row))


def _trip(row: Trip) -> Found:
    orders = Order.objects.filter(lines__loads__stop__trip=row).distinct().order_by("id")
    beside = [Link(_("Allocation order"), one.number) for one in orders]
    if row.slip_number:
        beside.append(Link(_("Issue slip"), row.slip_number))
    return Found(
        _("Trip"), row.number, beside=beside, loads=Q(stop__trip=row), movements=[row.number]
    )


def _stop(row: Stop) -> Found:
    found = Found(_("Receipt"), f"{row.trip.number} {row.area}", loads=Q(stop=row))
    found.beside = [Link(_("Trip"), row.trip.number)]
    return found


def _purchase(row: Purchase) -> Found:
    arrivals = list(row.arrivals.order_by("id"))
    return Found(
        _("Purchase order"),
        row.number,
        beside=[Link(_("Acceptance"), one.number) for one in arrivals],
        lots=set(row.arrivals.values_list("lines__lot", flat=True)) - {None},
        movements=[one.number for one in arrivals],
    )


def _arrival(row: Arrival) -> Found:
    beside = [Link(_("Purchase order"), row.purchase.number)] if row.purchase else []
    lots = set(row.lines.values_list("lot", flat=True))
    return Found(_("Acceptance"), row.number, beside=beside, lots=lots, movements=[row.number])


def _return(row: ReturnNote) -> Found:
    beside = [Link(_("Trip"), row.stop.trip.number)] if row.stop else []
    lots = set(row.lines.values_list("lot", flat=True))
    return Found(_("Return note"), row.number, beside=beside, lots=lots, movements=[row.number])


def _count(row: Count) -> Found:
    return Found(_("Stocktake"), row.number, movements=[row.number])


def _scrap(row: Scrap) -> Found:
    return Found(_("Scrapping"), row.number, lots={row.lot_id}, movements=[row.number])


def _blank(row: BlankSlip) -> Found:
    beside = [Link(_("Trip"), row.trip.number)] if row.trip else []
    loads = Q(stop__trip=row.trip_id) if row.trip else None
    return Found(_("Emergency issue slip"), row.number, beside=beside, loads=loads)


def _call(row: CallOff) -> Found:
    return Found(
        _("Call on an agreement"),
        row.number,
        beside=[
            Link(_("Agreement"), row.agreement.number),
            Link(_("Allocation order"), row.order.number),
        ],
        loads=Q(line__order=row.order_id),
        movements=[row.number],
    )


def _agreement(row: SupplyAgreement) -> Found:
    calls = CallOff.objects.filter(agreement=row).order_by("id")
    return Found(
        _("Agreement"),
        row.number,
        beside=[Link(_("Call on an agreement"), one.number) for one in calls],
        loads=Q(line__source__holder=f"agreement:{row.id}"),
        movements=[row.number],
    )


# In the order they are asked: the letter of the tag, the table, what it says of itself.
KINDS: Sequence[tuple[str, Any, Callable[[Any], Found]]] = (
    ("order", Order, _order),
    ("trip", Trip, _trip),
    ("stop", Stop, _stop),
    ("purchase", Purchase, _purchase),
    ("arrival", Arrival, _arrival),
    ("return", ReturnNote, _return),
    ("count", Count, _count),
    ("scrap", Scrap, _scrap),
    ("blank", BlankSlip, _blank),
    ("call", CallOff, _call),
    ("agreement", SupplyAgreement, _agreement),
)


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement that rests on a document, with its postings of the lots in question."""

    movement: Movement
    postings: list[Posting]


def movements(*, actor: Actor, documents: Sequence[str], lots: set[int]) -> list[Moved]:
    """What was booked under these names, in the order it was."""
    if not documents:
        return []
    rows = (
        Posting.objects.filter(
            book_id=actor.book_id,
            movement__document__in=documents,
            account__commodity__in=[f"lot:{one}" for one in lots],
        )
        .select_related("movement", "account")
        .order_by("movement_id", "id")
    )
    found: dict[int, Moved] = {}
    for row in rows:
        found.setdefault(row.movement_id, Moved(row.movement, [])).postings.append(row)
    return list(found.values())
