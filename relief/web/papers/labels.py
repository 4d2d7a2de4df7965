"""Labels (标签) for lots and bins: 50 × 30 mm on a roll, or 24 on a sheet of A4."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from gis.models import inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.stock.models import Bin, Depot, Holding, Lot
from relief.web.papers.qr import Code, code

ACROSS = 3  # labels side by side on a sheet
MOST = 240  # labels at once: ten sheets


@dataclass(frozen=True, slots=True)
class Label:
    """One label: of a lot, or of a bin."""

    code: Code
    lot: Lot | None = None
    bin: Bin | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels asked for, each as often as wanted; `left_out` did not fit into one printing."""

    labels: list[Label]
    left_out: int

    @property
    def rows(self) -> Iterator[list[Label]]:
        """As they lie on a sheet."""
        for start in range(0, len(self.labels), ACROSS):
            yield self.labels[start : start + ACROSS]


def labels(
    *,
    actor: Actor,
    lot_ids: Sequence[int],
    bin_ids: Sequence[int],
    copies: int,
    origin: str,
) -> Labels:
    """Labels of those lots and bins that the person sees, bins first."""
    lots = Lot.objects.visible_to(actor).filter(id__in=lot_ids).select_related("item").distinct()
    bins = Bin.objects.visible_to(actor).filter(id__in=bin_ids).select_related("depot")
    made = [
        Label(code(origin=origin, kind="bin", id=row.id), bin=row)
        for row in bins.order_by("depot_id", "code")
    ]
    made += [
        Label(code(origin=origin, kind="lot", id=row.id), lot=row)
        for row in lots.order_by("item__order", "batch", "id")
    ]
    wanted = [one for one in made for _copy in range(copies)]
    return Labels(wanted[:MOST], max(0, len(wanted) - MOST))


@dataclass(frozen=True, slots=True)
class Shelf:
    """What in one depot can have a label."""

    depot: Depot
    bins: list[Bin]
    held: list[Holding]


def shelves(*, actor: Actor) -> list[Shelf]:
    """Every depot the person keeps, with its bins and the lots that lie there."""
    places = Q(pk__in=[])
    for path in actor.paths(Act.KEEP_STORE):
        places |= inside(path, "area__path")
    depots = Depot.objects.visible_to(actor).filter(places).order_by("kind", "code")
    held = list(
        Holding.objects.visible_to(actor)
        .exclude(account__balance=0)
        .select_related("lot__item", "bin")
        .order_by("lot__item__order", "lot__batch")
    )
    bins = list(Bin.objects.visible_to(actor).order_by("code"))
    return [
        Shelf(
            depot=depot,
            bins=[row for row in bins if row.depot_id == depot.id],
            held=[row for row in held if row.depot_id == depot.id],
        )
        for depot in depots
    ]
