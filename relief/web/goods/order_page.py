"""Orders as on paper, and the differences that wait for a finding."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.allocation.models import Order, OrderLine
from relief.allocation.queries import places
from relief.deliveries.models import CheckTask, Load, TripState
from relief.deliveries.queries import checks as visible_checks
from relief.ledger.models import Hold
from relief.web import paging
from relief.web.forms.goods import FindingForm
from relief.web.goods.sources import Source, lots, sources

SETTLED_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Listed:
    order: Order
    origin: object
    lines: int
    to_load: int
    moving: int
    arrived: int

    @property
    def replaced(self) -> bool:
        """A later plan took everything off it."""
        return not (self.to_load or self.moving or self.arrived)


def found(*, actor: Actor, words: str) -> QuerySet[Any]:
    """Orders the person may see, newest first; with `words`, those whose number or place has it."""
    rows = Order.objects.visible_to(actor)
    if words:
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(paper_number__icontains=words)
            | Q(area__name__icontains=words)
            | Q(area__name_en__icontains=words)
        )
    return (
        rows.select_related("area", "incident", "plan")
        .defer("area__boundary", "incident__footprint", "plan__problem", "plan__proposal")
        .annotate(
            line_count=Count("lines", filter=Q(lines__quantity__gt=0)),
            to_load=Sum(F("lines__quantity") - F("lines__loaded")),
            moving=Sum(F("lines__loaded") - F("lines__received") - F("lines__lost")),
            arrived=Sum("lines__received"),
        )
        .order_by("-id")
    )


def listed(orders: Iterable[Any]) -> list[Listed]:
    """Those orders of `found`, with where their units stand."""
    rows = list(orders)
    origins = places(holders=sorted({row.origin for row in rows}))
    return [
        Listed(
            order=row,
            origin=origins.get(row.origin, row.origin),
            lines=row.line_count,
            to_load=row.to_load or 0,
            moving=row.moving or 0,
            arrived=row.arrived or 0,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class SheetLine:
    line: OrderLine
    source: Source
    held: int
    loads: list[Load]

    @property
    def kg(self) -> Decimal:
        return self.line.quantity * self.line.item.kg

    @property
    def m3(self) -> Decimal:
        return self.line.quantity * self.line.item.m3


@dataclass(frozen=True, slots=True)
class Sheet:
    """One order with everything its paper says."""

    order: Order
    origin: object
    issuer: User | None
    commander: User | None  # whose word it rests on, before its paper comes
    lines: list[SheetLine]
    batches: dict[str, str]
    sees_plan: bool
    may_add_paper: bool

    @property
    def kg(self) -> Decimal:
        return sum((line.kg for line in self.lines), Decimal(0))

    @property
    def m3(self) -> Decimal:
        return sum((line.m3 for line in self.lines), Decimal(0))

    @property
    def replaced(self) -> bool:
        return not any(line.line.quantity for line in self.lines)


def sheet(*, actor: Actor, id: int) -> Sheet:
    order = (
        Order.objects.visible_to(actor)
        .select_related("area", "incident__area", "plan__area")
        .defer("area__boundary", "incident__footprint", "incident__area__boundary")
        .defer("plan__problem", "plan__proposal", "plan__area__boundary")
        .one(id=id)
    )
    lines = list(
        OrderLine.objects.visible_to(actor)
        .filter(order=order)
        .select_related("item", "source", "need__item")
        .order_by("item__order", "id")
    )
    known = sources(line.source for line in lines)
    holds = dict(
        Hold.objects.filter(document__in=[line.document for line in lines]).values_list(
            "document", "quantity"
        )
    )
    loads: dict[int, list[Load]] = {}
    for load in (
        Load.objects.visible_to(actor)
        .filter(line__in=lines)
        .exclude(stop__trip__state=TripState.CANCELLED)
        .select_related("stop__trip")
        .order_by("id")
    ):
        loads.setdefault(load.line_id, []).append(load)
    batches = lots(load.commodity for several in loads.values() for load in several)
    people = User.objects.in_bulk([order.issued_by, order.said_by or 0])
    return Sheet(
        order=order,
        origin=places(holders=[order.origin]).get(order.origin, order.origin),
        issuer=people.get(order.issued_by),
        commander=people.get(order.said_by or 0),
        lines=[
            SheetLine(
                line, known[line.source_id], holds.get(line.document, 0), loads.get(line.id, [])
            )
            for line in lines
        ],
        batches={lot.commodity: lot.batch for lot in batches.values()},
        sees_plan=order.plan is not None and actor.may(Act.READ_PLANS, path=order.plan.area.path),
        may_add_paper=order.said_by is not None
        and order.paper_at is None
        and actor.may(Act.ORDER_BY_PHONE, path=order.area.path),
    )


@dataclass(frozen=True, slots=True)
class CheckRow:
    task: CheckTask
    settler: User | None
    form: FindingForm | None


@dataclass(frozen=True, slots=True)
class Checks:
    page: Page  # of the differences that wait
    waiting: list[CheckRow]
    settled: list[CheckRow]
    batches: dict[str, str]
    refused: FindingForm | None  # of a difference that somebody else settled meanwhile


def checks(request: HttpRequest, *, refused: int = 0, form: FindingForm | None = None) -> Checks:
    """Differences between load and receipt; those who may settle one get a form with it."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = visible_checks(actor=actor).defer("area__boundary")
    page = paging.turned(request, rows.filter(settled_at=None), most=paging.CARDS)
    waiting = list(page)
    settled = list(rows.exclude(settled_at=None).order_by("-settled_at")[:SETTLED_SHOWN])
    people = User.objects.in_bulk({task.settled_by for task in settled if task.settled_by})
    batches = lots(task.load.commodity for task in [*waiting, *settled])
    found = []
    for task in waiting:
        own = None
        if actor.may(Act.RESOLVE_CHECK, path=task.area.path):
            fresh = FindingForm(auto_id=f"id_{task.id}_%s")
            own = form if form is not None and task.id == refused else fresh
        found.append(CheckRow(task, None, own))
    return Checks(
        page=page,
        waiting=found,
        settled=[CheckRow(task, people.get(task.settled_by or 0), None) for task in settled],
        batches={lot.commodity: lot.batch for lot in batches.values()},
        refused=None if any(task.id == refused for task in waiting) else form,
    )
