"""What a telephone order can name: commanders, incidents, townships, stores, vehicles, goods."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gis.models import Area, Level, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.models import Item
from relief.deliveries.by_phone import commanders
from relief.deliveries.models import Fleet
from relief.incidents.models import Incident, IncidentStatus
from relief.ledger.models import AccountKind
from relief.stock.models import Depot, Holding
from relief.stock.rules import in_force
from relief.web.templatetags.shown import person

Choices = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The choices of the form, and the items with what the person's stores have free."""

    choices: dict[str, Choices]
    items: list[Item]
    free: dict[int, int]

    @property
    def lacks(self) -> str:
        """What has to be there before an order can be written down; empty when all is."""
        missing = {
            "incident": _(
                "No incident is open; open one first, goods are ordered for an incident."
            ),
            "commander": _("Nobody holds the duty of a commander here now."),
            "fleet": _("No transport agreement is in force; without a vehicle nothing leaves."),
        }
        return next((words for key, words in missing.items() if not self.choices[key]), "")


def asked(*, actor: Actor, now: dt.datetime) -> Asked:
    paths = actor.paths(Act.ORDER_BY_PHONE)
    mine = Q(pk__in=[])
    for path in paths:
        mine |= inside(path, "area__path")
    depots = list(Depot.objects.filter(mine).order_by("kind", "id"))
    open_now = (
        Incident.objects.visible_to(actor)
        .exclude(status=IncidentStatus.CLOSED)
        .select_related("area")
        .defer("footprint", "area__boundary")
        .order_by("-id")
    )
    incidents = list(open_now)
    tops = sorted({incident.area.path for incident in incidents})
    free = _free(actor, depots)
    return Asked(
        choices={
            "incident": [(one.id, str(one)) for one in incidents],
            "commander": _commanders(actor, tops, now),
            "area": _townships(tops),
            "depot": [(depot.id, str(depot)) for depot in depots],
            "fleet": _fleets(tops, now),
        },
        items=list(Item.objects.filter(id__in=free).order_by("order")),
        free=free,
    )


def _commanders(actor: Actor, tops: list[str], now: dt.datetime) -> Choices:
    found: dict[int, str] = {}
    for path in tops:
        for duty in commanders(book_id=actor.book_id, path=path, now=now):
            if duty.user_id != actor.user_id:
                found.setdefault(duty.user_id, f"{person(duty.user)} · {duty.area}")
    return list(found.items())


def _townships(tops: list[str]) -> Choices:
    places = Q(pk__in=[])
    for path in tops:
        places |= inside(path, "path")
    areas = Area.objects.filter(places, level=Level.TOWNSHIP).defer("boundary").order_by("code")
    return [(area.id, str(area)) for area in areas]


def _fleets(tops: list[str], now: dt.datetime) -> Choices:
    places = Q(pk__in=[])
    for path in tops:
        places |= inside(path, "agreement__area__path")
    on = localdate(now)
    return [
        (fleet.id, f"{fleet} · {fleet.agreement}")
        for fleet in Fleet.objects.filter(places).select_related("agreement").order_by("id")
        if in_force(valid_from=fleet.agreement.valid_from, valid_to=fleet.agreement.valid_to, on=on)
    ]


def _free(actor: Actor, depots: list[Depot]) -> dict[int, int]:
    """Units free in these stores, by item."""
    rows = (
        Holding.objects.filter(
            book_id=actor.book_id, depot__in=depots, account__kind=AccountKind.STORE
        )
        .values("lot__item")
        .annotate(on_hand=Sum("account__balance"), held=Sum("account__held"))
    )
    return {row["lot__item"]: row["on_hand"] - row["held"] for row in rows}
