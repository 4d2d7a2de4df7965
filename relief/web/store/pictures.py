"""Photos of goods: damage at an arrival, what came back, papers typed in, loads and receipts."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from relief.access import gate
from relief.access.gate import Actor
from relief.deliveries.models import Stop, Trip
from relief.field import photos
from relief.field.models import Item, ItemKind, Photo
from relief.warehouse.models import Arrival, BlankSlip, ReturnNote
from relief.web.desk.photos import Shown


def of_hashes(sha256s: Sequence[str], *, book_id: int) -> Shown:
    """Photos by their hash: those that have come, and how many have not."""
    missing = set(photos.missing(book_id=book_id, sha256s=list(sha256s)))
    return Shown([one for one in sha256s if one not in missing], len(missing))


def of_trip(trip: Trip, stops: Iterable[Stop]) -> Shown:
    """What phones showed when the trip left and when its goods were signed for, and its paper."""
    found = [*(trip.item.photos if trip.item else [])]
    paper = BlankSlip.objects.filter(book_id=trip.book_id, trip=trip).first()
    found += paper.photos if paper else []
    found += [one for item in _receipts(stops) for one in item.photos]
    return of_hashes(list(dict.fromkeys(found)), book_id=trip.book_id)


def _receipts(stops: Iterable[Stop]) -> Iterable[Item]:
    here = list(stops)
    return Item.objects.filter(
        book_id__in={stop.book_id for stop in here},
        area_id__in={stop.area_id for stop in here},
        kind=ItemKind.RECEIPT,
        body__stop__in=[stop.id for stop in here],
    ).order_by("received_at")


def shown_to(*, actor: Actor, sha256: str) -> Photo:
    """A whole photo that a report or goods in the person's areas show, or NotFound."""
    try:
        return photos.shown_to(actor=actor, sha256=sha256)
    except gate.NotFound:
        if not _of_goods(actor, sha256):
            raise
    return photos.whole(book_id=actor.book_id, sha256=sha256)


def _of_goods(actor: Actor, sha256: str) -> bool:
    here = {"photos__contains": [sha256]}
    kept = (Arrival, ReturnNote, BlankSlip)
    if any(kind.objects.visible_to(actor).filter(**here).exists() for kind in kept):
        return True
    items = Item.objects.filter(book_id=actor.book_id, **here)
    papers = BlankSlip.objects.filter(book_id=actor.book_id, **here)
    received = [item.body["stop"] for item in items.filter(kind=ItemKind.RECEIPT)]
    # Whom the goods go to may see how they left.
    return (
        Stop.objects.visible_to(actor)
        .filter(Q(trip__item__in=items) | Q(trip__in=papers.values("trip")) | Q(id__in=received))
        .exists()
    )
