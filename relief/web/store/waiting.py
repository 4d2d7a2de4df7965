"""What stores wait for from the person who approves: counts, scrapping, differences handed on."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.deliveries.models import Difference
from relief.warehouse.counted import counters
from relief.warehouse.models import Count, CountState, Scrap
from relief.warehouse.queries import within


class Waiting(NamedTuple):
    """One thing to decide."""

    icon: str
    title: str
    text: str
    url: str
    button: str


def to_approve(*, actor: Actor) -> Iterator[Waiting]:
    """Nothing the person opened, counted or asked for: another decides that."""
    if not actor.paths(Act.APPROVE_STOCK):
        return
    mine = within(actor, Act.APPROVE_STOCK)
    counts = Count.objects.filter(mine, book_id=actor.book_id, state=CountState.COUNTED)
    for count in counts.select_related("depot").order_by("id"):
        if actor.user_id not in counters(count=count) | {count.opened_by}:
            yield Waiting(
                "scale",
                _("Stocktake %(number)s waits for approval") % {"number": count.number},
                str(count.depot),
                reverse("web:count", args=[count.id]),
                _("Decide"),
            )
    scraps = Scrap.objects.filter(mine, book_id=actor.book_id, decided_at=None).exclude(
        asked_by=actor.user_id
    )
    if waiting := scraps.count():
        yield Waiting(
            "box",
            _("Scrapping to decide: %(n)d") % {"n": waiting},
            _("Nothing is scrapped before another person approves it."),
            reverse("web:scraps"),
            _("Decide"),
        )
    handed = Difference.objects.filter(
        mine, book_id=actor.book_id, answered_at=None, handed_on_at__isnull=False
    )
    if waiting := handed.count():
        yield Waiting(
            "warning",
            _("Differences handed on to you: %(n)d") % {"n": waiting},
            _("The facts are booked; somebody says what they mean."),
            reverse("web:differences"),
            _("Answer"),
        )
