"""Handing goods to households (物资发放)."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area, Level, ancestors
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.aid import rows
from relief.aid.models import HandOut, HandOutLine, Reached
from relief.deliveries import rows as delivery_rows
from relief.deliveries.differences import open_difference
from relief.deliveries.models import DifferenceKind
from relief.field.models import Item as FieldItem
from relief.field.steps import Sent, take
from relief.households.models import Household
from relief.incidents.models import Incident
from relief.journal import log
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock.models import Lot


@dataclass(frozen=True, slots=True)
class GivenHandOut:
    """A hand-out as it was made; `lines` maps lots to units.

    `household_id` is of the register; without one `receiver` says who took the goods. `people` is
    how many persons the goods are for.
    """

    lines: Mapping[int, int]
    handed_at: dt.datetime
    people: int
    household_id: int | None = None
    receiver: str = ""
    signature: str = ""
    photos: Sequence[str] = ()


class HandOutRefused(gate.Refused):
    """A hand-out to nobody, of nothing, or of a lot nobody knows."""


@transaction.atomic(durable=True)
def hand_out(
    *,
    actor: Actor,
    incident_id: int,
    area_id: int,
    given: GivenHandOut,
    request_key: uuid.UUID,
    now: dt.datetime,
    item: Sent | None = None,
) -> HandOut:
    """Write down that goods were handed to a household: what the township received falls by them.

    More than it received is a fact all the same: it is booked against the disputed account and
    opens a difference. `queries.had_before` says what the household had of these items already.
    """
    incident = Incident.objects.visible_to(actor).one(id=incident_id)
    area, household = _where(actor, area_id, given)
    gate.require(actor=actor, act=Act.HAND_OUT, area=area, book_id=incident.book_id)
    stored = None
    if item is not None:
        stored, known = take(
            sent=item, book_id=incident.book_id, area=area, author_id=actor.user_id, now=now
        )
        if known:
            return HandOut.objects.get(item=stored)
    lots = _lots(incident, given)
    reached = _reached(incident, area)
    again = HandOut.objects.filter(request_key=request_key, incident=incident).first()
    if again is not None:
        return again
    handed_at = _when(given, item, now)
    first = (
        household is None
        or not HandOut.objects.filter(incident=incident, household=household).exists()
    )
    made = HandOut.objects.create(
        book_id=incident.book_id,
        area=area,
        incident=incident,
        household=household,
        receiver=given.receiver.strip()[:60],
        people=given.people,
        signature=given.signature,
        photos=list(given.photos),
        handed_at=handed_at,
        handed_by=actor.user_id,
        item=stored,
        request_key=request_key,
    )
    HandOutLine.objects.bulk_create(
        HandOutLine(book_id=made.book_id, hand_out=made, lot=lots[lot_id], quantity=units)
        for lot_id, units in sorted(given.lines.items())
    )
    opened = _post(made, _township(area), lots, given.lines, stored, actor, now)
    reached.hand_outs += 1
    reached.person_times += given.people
    reached.households += first
    reached.people += given.people if first else 0
    reached.save(update_fields=["hand_outs", "person_times", "households", "people"])
    log.record(
        book=incident.book_id,
        kind="goods_handed_out",
        rows=[rows.reached(reached), *delivery_rows.differences_of(opened)],
        actor=actor.user_id,
        now=now,
        facts={"hand_out": made.id, "people": given.people},
    )
    return made


def _where(actor: Actor, area_id: int, given: GivenHandOut) -> tuple[Area, Household | None]:
    """The household's own village, or the place that was named."""
    if given.household_id is not None:
        household = (
            Household.objects.visible_to(actor)
            .select_related("area")
            .defer("area__boundary")
            .one(id=given.household_id)
        )
        return household.area, household
    area = Area.objects.defer("boundary").filter(id=area_id).first()
    if area is None:
        raise gate.NotFound
    if not given.receiver.strip():
        raise HandOutRefused(_("Say who took the goods: choose a household or write a name."))
    return area, None


def _lots(incident: Incident, given: GivenHandOut) -> dict[int, Lot]:
    lots = Lot.objects.filter(book_id=incident.book_id).select_related("item").in_bulk(given.lines)
    if not given.lines or any(units < 1 for units in given.lines.values()):
        raise HandOutRefused(_("Hand out at least one unit of each lot."))
    if len(lots) < len(given.lines):
        raise HandOutRefused(_("A lot that was handed out is not known; choose it again."))
    if given.people < 1:
        raise HandOutRefused(_("Say how many people the goods are for; at least one."))
    return lots


def _when(given: GivenHandOut, item: Sent | None, now: dt.datetime) -> dt.datetime:
    ahead = dt.timedelta(seconds=item.offset_seconds) if item is not None else dt.timedelta()
    return min(now, given.handed_at + ahead)


def _township(area: Area) -> Area:
    """The township whose received goods are handed out there."""
    if area.level <= Level.TOWNSHIP:
        return area
    return Area.objects.defer("boundary").get(path__in=ancestors(area.path), level=Level.TOWNSHIP)


def _reached(incident: Incident, area: Area) -> Reached:
    """The sums of that place, locked: hand-outs there come one after another."""
    Reached.objects.get_or_create(
        incident=incident, area=area, defaults={"book_id": incident.book_id}
    )
    return (
        Reached.objects.select_related("area")
        .select_for_update(of=("self",))
        .get(incident=incident, area=area)
    )


def _post(
    made: HandOut,
    township: Area,
    lots: Mapping[int, Lot],
    lines: Mapping[int, int],
    stored: FieldItem | None,
    actor: Actor,
    now: dt.datetime,
) -> list[int]:
    """From the township's goods to the household; the differences that opened."""
    here = f"area:{township.code}"
    to = f"household:{made.household_id}" if made.household_id else f"area:{made.area.code}"

    def account(kind: AccountKind, holder: str, lot: Lot) -> Account:
        return ledger.account(
            book_id=made.book_id, kind=kind, holder=holder, commodity=lot.commodity
        )

    received = {
        lot_id: account(AccountKind.RECEIVED, here, lots[lot_id]) for lot_id in sorted(lines)
    }
    locked = ledger.lock(account_ids=[one.id for one in received.values()])
    postings: dict[Account, int] = {}
    opened = []
    for lot_id, units in sorted(lines.items()):
        lot, there = lots[lot_id], locked[received[lot_id].id]
        within = min(units, there.balance)
        postings[there] = -within
        postings[account(AccountKind.ISSUED, to, lot)] = units
        if within < units:
            postings[account(AccountKind.DISPUTED, here, lot)] = within - units
            opened.append(
                open_difference(
                    book_id=made.book_id,
                    area=township,
                    depot=None,
                    kind=DifferenceKind.BELOW_ZERO,
                    lot=lot,
                    quantity=within - units,
                    document=f"hand_out:{made.id}",
                    said={"units": units - within},
                    item=stored,
                    now=now,
                ).id
            )
    ledger.post(
        book_id=made.book_id,
        kind=MovementKind.HAND_OUT,
        document=f"hand_out:{made.id}",
        postings=postings,
        actor=actor.user_id,
        now=made.handed_at,
    )
    return opened
