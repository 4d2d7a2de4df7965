"""What a player's seats were told (导调指令), for the player: never what is expected or true."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from relief.access.gate import Actor, NotFound
from relief.drills import attachments
from relief.drills.models import DrillState, Inject, Seat
from relief.web.drills.timeline import worded
from relief.web.waiting import URGENT, Step

SEEN_EVERY = dt.timedelta(seconds=20)  # real time; a seat's presence is written no more often


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a seat was told."""

    inject: Inject
    text: str

    @property
    def unread(self) -> bool:
        return self.inject.received_by is None


def told(*, actor: Actor) -> list[Told]:
    """Everything the person's seats were told in this drill, the newest first."""
    found = _mine(actor).select_related("seat").order_by("-sent_at", "-number")
    return [Told(one, worded(one.text, one.text_en)) for one in found]


def unread(*, actor: Actor) -> int | None:
    """How many of them were not received; None for who sits in no seat of a running drill."""
    seats = _seats(actor).filter(drill__state=DrillState.RUNNING)
    if not seats.exists():
        return None
    return _mine(actor).filter(received_by=None).count()


def step(actor: Actor, now: dt.datetime) -> Iterator[Step]:
    """What the start page says of it: the oldest thing not received, and how many there are."""
    found = list(_mine(actor).filter(received_by=None).order_by("sent_at", "number"))
    open_ones = [one for one in found if one.drill.state == DrillState.RUNNING]
    if open_ones:
        first = open_ones[0]
        yield Step(
            icon="info",
            title=_("Told to your seat: %(count)s") % {"count": len(open_ones)},
            text=f"{first.sender}: {worded(first.text, first.text_en)[:160]}",
            url=reverse("web:injects"),
            button=_("Read and receive"),
            when=URGENT,
        )


def be_seen(*, actor: Actor, real: dt.datetime) -> None:
    """Write down that the person has a page of the drill open, at that real moment."""
    stale = Q(seen_at=None) | Q(seen_at__lt=real - SEEN_EVERY)
    _seats(actor).filter(stale).update(seen_at=real)


def one(*, actor: Actor, inject_id: int) -> Inject:
    """One thing a seat of the person was told, or not found."""
    found = _mine(actor).filter(id=inject_id).first()
    if found is None:
        raise NotFound
    return found


def file_of(inject: Inject) -> HttpResponse:
    """The file that goes with an inject; it may not be run, framed or sniffed as anything else."""
    if not inject.attachment:
        raise NotFound
    path = attachments.path_of(drill_id=inject.drill_id, sha256=inject.attachment)
    kind = attachments.type_of(name=inject.attachment_name)
    try:
        # Read whole: it is small, and under ASGI a file would be sent from a thread piece by piece.
        answer = HttpResponse(path.read_bytes(), content_type=kind)
    except FileNotFoundError as gone:
        raise NotFound from gone
    ending = inject.attachment_name.rpartition(".")[2]
    answer["Cache-Control"] = "private, max-age=3600"
    answer["Content-Disposition"] = f'inline; filename="drill-{inject.pk}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _seats(actor: Actor) -> QuerySet[Seat]:
    return Seat.objects.filter(book_id=actor.book_id, user_id=actor.user_id)


def _mine(actor: Actor) -> QuerySet[Inject]:
    found = Inject.objects.filter(book_id=actor.book_id, seat__user_id=actor.user_id)
    return found.filter(sent_at__isnull=False).select_related("drill")
