"""Blank slips for the hour without power (应急空白单), and numbers for devices off the network."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area, contains
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.deliveries.by_phone import Said, place_order
from relief.deliveries.leaving import Leaving
from relief.deliveries.models import Fleet, Trip
from relief.field.models import Device
from relief.field.photos import keep
from relief.incidents.models import Incident
from relief.journal import log
from relief.journal.log import require_transaction
from relief.journal.numbers import block
from relief.warehouse import rows, steps
from relief.warehouse.models import BlankSlip, NumberBlock

SLIP, BLANK = "CK", "KB"
AT_ONCE = 100  # slips of one print: two reams of A4 are enough for any night
BLOCK, FEW = 50, 10  # numbers a device gets, and how few are left when it gets more


class SlipRefused(gate.Refused):
    """A blank slip that was used or voided, or a number of slips nobody prints."""


@transaction.atomic(durable=True)
def print_blanks(
    *, actor: Actor, depot_id: int, count: int, request_key: uuid.UUID, now: dt.datetime
) -> list[BlankSlip]:
    """Number blank slips to be printed and laid ready; the same form is the same slips."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.KEEP_STORE)
    if not 1 <= count <= AT_ONCE:
        raise SlipRefused(
            _("Print between 1 and %(most)d slips at once, not %(got)d.")
            % {"most": AT_ONCE, "got": count}
        )
    keys = [uuid.uuid5(request_key, str(n)) for n in range(count)]
    known = list(BlankSlip.objects.filter(request_key__in=keys).order_by("id"))
    if known:
        return known
    numbers = block(book=actor.book_id, prefix=BLANK, count=count)
    slips = BlankSlip.objects.bulk_create(
        BlankSlip(
            book_id=actor.book_id,
            area=depot.area,
            depot=depot,
            number=number,
            request_key=key,
            printed_at=now,
            printed_by=actor.user_id,
        )
        for number, key in zip(numbers, keys, strict=True)
    )
    log.record(
        book=actor.book_id,
        kind="blank_slips_printed",
        rows=[rows.of_depot(book_id=actor.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"number": f"{numbers[0]} – {numbers[-1]}"},
    )
    return slips


@transaction.atomic(durable=True)
def use_blank(
    *,
    actor: Actor,
    slip_id: int,
    incident_id: int,
    area_id: int,
    lines: Mapping[str, int],
    commander_id: int,
    said_at: dt.datetime,
    left_at: dt.datetime,
    plate: str,
    driver: str,
    fleet_id: int,
    photos: Sequence[bytes],
    request_key: uuid.UUID,
    now: dt.datetime,
) -> Trip:
    """Type in a blank slip that was filled in by hand: its telephone order, and the trip that left.

    What left is booked as it was; what the store did not have opens a difference. `photos` are
    pictures of the paper itself.
    """
    seen = BlankSlip.objects.visible_to(actor).one(id=slip_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=Act.ORDER_BY_PHONE)
    slip = BlankSlip.objects.select_for_update(of=("self",)).get(id=seen.id)
    if slip.trip is not None and slip.trip.stops.filter(
        loads__line__order__request_key=request_key
    ):
        return slip.trip
    if slip.trip_id is not None or slip.voided_at is not None:
        raise SlipRefused(
            _("Slip %(number)s was used or voided already.") % {"number": slip.number}
        )
    incident = (
        Incident.objects.visible_to(actor).select_related("area", "book").locked(id=incident_id)
    )
    area = Area.objects.defer("boundary").filter(id=area_id).first()
    fleet = Fleet.objects.select_related("agreement__area").filter(id=fleet_id).first()
    if (
        area is None
        or fleet is None
        or not contains(incident.area.path, area.path)
        or not contains(incident.area.path, fleet.agreement.area.path)
    ):
        raise gate.NotFound
    order, trip, changed = place_order(
        said=Said(
            incident=incident,
            area=area,
            depot=depot,
            lines=lines,
            commander_id=commander_id,
            said_at=said_at,
            fleet=fleet,
        ),
        actor_id=actor.user_id,
        request_key=request_key,
        now=now,
        leave_now=Leaving(left_at=min(left_at, now), plate=plate, driver=driver, slip=slip.number),
    )
    slip.trip = trip
    slip.photos = keep(book_id=slip.book_id, pictures=photos, sent_by=actor.user_id, now=now)
    slip.save(update_fields=["trip", "photos"])
    log.record(
        book=slip.book_id,
        kind="blank_slip_used",
        rows=[*changed, rows.of_depot(book_id=slip.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={
            "number": slip.number,
            "order": order.number,
            "trip": trip.number,
            "back_at": trip.back_at,
        },
    )
    return trip


@transaction.atomic(durable=True)
def void_blanks(*, actor: Actor, depot_id: int, reason: str, now: dt.datetime) -> int:
    """Void every blank slip of a depot that was not used; how many they were."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.KEEP_STORE)
    unused = BlankSlip.objects.filter(book_id=actor.book_id, depot=depot, trip=None, voided_at=None)
    if not reason.strip():
        raise SlipRefused(_("Say why the slips are voided; the reason was empty."))
    count = unused.update(voided_at=now, void_reason=reason.strip()[:120])
    if not count:
        raise SlipRefused(_("No blank slip of %(depot)s is unused.") % {"depot": depot})
    log.record(
        book=actor.book_id,
        kind="blank_slips_voided",
        rows=[rows.of_depot(book_id=actor.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"slips": count, "reason": reason.strip()[:120]},
    )
    return count


@transaction.atomic
def give_block(*, device_id: uuid.UUID, book_id: int, now: dt.datetime) -> list[str]:
    """The slip numbers a device may still give away (离线号段); it gets more when few are left.

    A number is used once a trip has left under it. The numbers are told to the device alone, so
    the journal says nothing of them.
    """
    require_transaction("give_block")
    device = Device.objects.select_for_update(of=("self",)).get(id=device_id)
    left = _left(device, book_id)
    if len(left) >= FEW:
        return left
    fresh = block(book=book_id, prefix=SLIP, count=BLOCK)
    first, last = (int(number.rpartition("-")[2]) for number in (fresh[0], fresh[-1]))
    NumberBlock.objects.create(
        book_id=book_id, device=device, prefix=SLIP, first=first, last=last, given_at=now
    )
    return [*left, *fresh]


def _left(device: Device, book_id: int) -> list[str]:
    """Numbers of the device's blocks that no trip has left under, in the form they are written."""
    blocks = NumberBlock.objects.filter(book_id=book_id, device=device).order_by("first")
    blocks = blocks.select_related("book")
    numbers = [
        f"{'YL-' if one.book.is_drill else ''}{one.prefix}-{number:04d}"
        for one in blocks
        for number in range(one.first, one.last + 1)
    ]
    gone = set(
        Trip.objects.filter(book_id=book_id, slip_number__in=numbers).values_list(
            "slip_number", flat=True
        )
    )
    return [number for number in numbers if number not in gone]
