"""What waits for a person about telephone orders and differences with a store's book."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gis.models import inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.allocation.models import Order
from relief.web.templatetags.shown import person
from relief.web.waiting import LATER, SHOWN, Step, when

# Said in a commander's name: shown to that commander until the paper is there, then for a day.
SHOWN_FOR = dt.timedelta(days=1)


def papers_due(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    """Papers that a telephone order still lacks, for who may bring them in."""
    paths = actor.paths(Act.ORDER_BY_PHONE)
    mine = Q(pk__in=[])
    for path in paths:
        mine |= inside(path, "area__path")
    waiting = Order.objects.filter(
        mine, book_id=actor.book_id, said_by__isnull=False, paper_at=None
    )
    return [
        Step(
            "report",
            _("Order %(number)s was given by telephone: its paper is due")
            % {"number": order.number},
            _("For %(area)s") % {"area": order.area},
            reverse("web:order", args=[order.id]),
            _("Add the paper"),
            when(order.paper_due, now),
            order.paper_due,
        )
        for order in waiting.select_related("area")
        .defer("area__boundary")
        .order_by("paper_due", "id")[:SHOWN]
        if order.paper_due is not None
    ]


def in_your_name(actor: Actor, now: dt.datetime) -> Iterable[Step]:
    """What others wrote down as this commander's word: what, for whom, when, and who wrote it."""
    orders = list(
        Order.objects.filter(book_id=actor.book_id, said_by=actor.user_id)
        .filter(Q(paper_at=None) | Q(issued_at__gt=now - SHOWN_FOR))
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related("lines__item")
        .order_by("-id")[:SHOWN]
    )
    people = User.objects.in_bulk({order.issued_by for order in orders})
    found = []
    for order in orders:
        units: dict[str, int] = {}
        for line in order.lines.all():
            units[str(line.item)] = units.get(str(line.item), 0) + line.quantity
        writer = people.get(order.issued_by)
        said_at = order.said_at
        assert said_at is not None, "an order in somebody's name was said at a time"
        found.append(
            Step(
                "phone",
                _("Ordered in your name: %(goods)s for %(area)s")
                % {
                    "goods": ", ".join(f"{item} × {n:,}" for item, n in units.items()),
                    "area": order.area,
                },
                _("Given %(time)s, written down by %(person)s as %(number)s")
                % {
                    "time": f"{localtime(said_at):%m-%d %H:%M}",
                    "person": person(writer) if writer else "–",
                    "number": order.number,
                },
                reverse("web:order", args=[order.id]),
                _("Look"),
                LATER if order.paper_at else when(order.paper_due or now, now),
                None if order.paper_at else order.paper_due,
            )
        )
    return found
