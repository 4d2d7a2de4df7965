"""Rotation (轮换): lots that near their last good day, and what to do with each."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from gis.models import Area, inside
from relief.stock.life import last_good_day
from relief.stock.models import AgreedItem, Holding, LotState


class Nearness(StrEnum):
    """How near a lot's last good day is (临期等级)."""

    PAST, SOON, LATER, WARNED = "past", "soon", "later", "warned"


class Remedy(StrEnum):
    """What to do with a lot before, or after, its last good day."""

    SCRAP = "scrap"  # 报废
    ISSUE_OR_DONATE = "issue_or_donate"  # 优先发放、捐赠
    EXCHANGE = "exchange"  # 协议轮换
    PLAN = "plan"  # 列入轮换采购


@dataclass(frozen=True, slots=True)
class Warnings:
    """Days and months before the last good day at which a lot is listed."""

    soon_days: int
    later_days: int
    months: int


def nearness(*, good_until: dt.date | None, today: dt.date, warn: Warnings) -> Nearness | None:
    """None while a lot keeps longer than the longest warning. All bounds are included."""
    if good_until is None:
        return None
    left = (good_until - today).days
    if left < 0:
        return Nearness.PAST
    if left <= warn.soon_days:
        return Nearness.SOON
    if left <= warn.later_days:
        return Nearness.LATER
    until = last_good_day(expires_on=None, made_on=today, life_months=warn.months)
    return Nearness.WARNED if until is not None and good_until <= until else None


def remedy(*, near: Nearness, exchangeable: bool) -> Remedy:
    """Past: scrap. Soon: issue first or donate. Later: exchange with a supplier who sells it."""
    if near == Nearness.PAST:
        return Remedy.SCRAP
    if near == Nearness.SOON:
        return Remedy.ISSUE_OR_DONATE
    return Remedy.EXCHANGE if exchangeable else Remedy.PLAN


@dataclass(frozen=True, slots=True)
class Due:
    """A lot in one depot that is to be rotated; `days_left` is negative once it is past."""

    holding: Holding
    near: Nearness
    remedy: Remedy
    days_left: int

    @property
    def units(self) -> int:
        return self.holding.account.balance

    @property
    def value_fen(self) -> int:
        return self.units * self.holding.lot.unit_cost_fen


def due(*, book_id: int, area: Area, today: dt.date, warn: Warnings) -> list[Due]:
    """Lots of the area with units in store and a last good day within the warnings, soonest first.

    Lots taken out of use are for the scrap list and not here.
    """
    exchangeable = set(
        AgreedItem.objects.filter(
            inside(area.path, "agreement__area__path"),
            agreement__valid_from__lte=today,
            agreement__valid_to__gte=today,
        ).values_list("item_id", flat=True)
    )
    found: list[Due] = []
    for holding in (
        Holding.objects.filter(
            inside(area.path, "area__path"), book_id=book_id, account__balance__gt=0
        )
        .exclude(lot__state=LotState.CONDEMNED)
        .select_related("lot__item", "depot", "account", "bin")
        .order_by("id")
    ):
        until = holding.lot.good_until
        near = nearness(good_until=until, today=today, warn=warn)
        if until is not None and near is not None:
            chosen = remedy(near=near, exchangeable=holding.lot.item_id in exchangeable)
            found.append(Due(holding, near, chosen, (until - today).days))
    return sorted(found, key=lambda one: (one.days_left, one.holding.id))
