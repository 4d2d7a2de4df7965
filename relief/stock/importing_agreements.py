"""Supply agreements with their items from a table."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import transaction

from gis.models import Area
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.imports import (
    ChangedMeanwhile,
    Imported,
    check_real,
    one_at_a_time,
    shared_path,
    told,
)
from relief.journal import log
from relief.ledger import bulk
from relief.ledger.models import AccountKind
from relief.stock import rows as shown
from relief.stock.models import AgreedItem, Commitment, SupplyAgreement

TERMS = (
    *("name", "name_en", "area_id", "lead_minutes"),
    *("valid_from", "valid_to", "contact", "phone"),
)
PLACES = 6  # of a coordinate in degrees: about ten centimetres


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One item of a supply agreement, with the agreement's own terms (协议条款).

    Rows of one `number` say the same terms. The point, in WGS-84 degrees, is where goods are
    loaded; `lead_minutes` pass from the call until they are.
    """

    number: str
    name: str
    name_en: str
    area_id: int
    longitude: float
    latitude: float
    lead_minutes: int
    valid_from: dt.date
    valid_to: dt.date
    contact: str
    phone: str
    item_id: int
    committed: int
    price_fen: int
    price_rule: str

    @property
    def terms(self) -> tuple:
        at = round(self.longitude, PLACES), round(self.latitude, PLACES)
        return (*(getattr(self, name) for name in TERMS), *at)


@transaction.atomic(durable=True)
def import_agreements(
    *, actor: Actor, rows: Sequence[AgreementRow], digest: str, now: dt.datetime
) -> Imported:
    """Add agreements with their items, or change terms and prices of those of the same number.

    A committed quantity is in the ledger and stays as it was signed. Raises OnlyInReal or
    ChangedMeanwhile.
    """
    check_real(book_id=actor.book_id)
    one_at_a_time(table="agreements")
    there = {
        one.number: one
        for one in SupplyAgreement.objects.filter(number__in={row.number for row in rows})
        .order_by("id")
        .select_for_update()
    }
    areas = _permitted(
        actor, {row.area_id for row in rows} | {one.area_id for one in there.values()}
    )
    agreed = {
        (one.agreement_id, one.item_id): one
        for one in AgreedItem.objects.filter(agreement__in=there.values())
        .order_by("id")
        .select_for_update()
    }
    touched = {row.number for row in rows if _put(there, row)}
    new, repriced, changed = [], [], 0
    for row in rows:
        one = agreed.get((there[row.number].id, row.item_id))
        if one is None:
            new.append(
                AgreedItem(
                    agreement=there[row.number],
                    item_id=row.item_id,
                    committed=row.committed,
                    price_fen=row.price_fen,
                    price_rule=row.price_rule,
                )
            )
            continue
        if one.committed != row.committed:
            raise ChangedMeanwhile(row.number)
        differs = (one.price_fen, one.price_rule) != (row.price_fen, row.price_rule)
        if differs:
            one.price_fen, one.price_rule = row.price_fen, row.price_rule
            repriced.append(one)
        changed += differs or row.number in touched
    done = Imported(len(new), changed, len(rows) - len(new) - changed)
    if not done.written:
        return done
    AgreedItem.objects.bulk_update(repriced, ["price_fen", "price_rule"])
    _commit(actor, new, now=now)
    paths = {areas[one.area_id].path for one in there.values()}
    log.record(
        book=actor.book_id,
        kind="agreements_imported",
        rows=[
            *shown.of_accounts(_accounts(actor, there)),
            told(path=shared_path(paths), digest=digest),
        ],
        actor=actor.user_id,
        now=now,
        facts={"rows": done.written, "digest": digest},
    )
    return done


def _permitted(actor: Actor, area_ids: set[int]) -> dict[int, Area]:
    areas = Area.objects.defer("boundary").in_bulk(area_ids)
    if len(areas) < len(area_ids):
        raise gate.NotFound
    for area in areas.values():
        for act in (Act.IMPORT_TABLES, Act.READ_AGREEMENTS):
            gate.require(actor=actor, act=act, area=area, book_id=actor.book_id)
    return areas


def _put(there: dict[str, SupplyAgreement], row: AgreementRow) -> bool:
    """Write the terms of a row's agreement; whether they changed what was there before."""
    one = there.get(row.number)
    if one is not None and terms_of(one) == row.terms:
        return False
    known = one is not None
    one = one or SupplyAgreement(number=row.number)
    for name in TERMS:
        setattr(one, name, getattr(row, name))
    one.point = Point(row.longitude, row.latitude, srid=4326)
    one.save()
    there[row.number] = one
    return known


def terms_of(one: SupplyAgreement) -> tuple:
    """The agreement's terms, with its point as a row gives it."""
    at = round(one.point.x, PLACES), round(one.point.y, PLACES)
    return (*(getattr(one, name) for name in TERMS), *at)


def _commit(actor: Actor, new: list[AgreedItem], *, now: dt.datetime) -> None:
    """Make the new items callable in the person's book."""
    made = AgreedItem.objects.bulk_create(new, batch_size=bulk.BATCH)
    by_agreement: dict[str, list[AgreedItem]] = {}
    for one in made:
        by_agreement.setdefault(one.agreement.number, []).append(one)
    for number, items in by_agreement.items():
        accounts = bulk.open_many(
            book_id=actor.book_id,
            openings=[
                bulk.Opening(
                    kind=AccountKind.COMMITTED,
                    holder=f"agreement:{one.agreement_id}",
                    commodity=one.commodity,
                    quantity=one.committed,
                )
                for one in items
            ],
            document=number,
            actor=actor.user_id,
            now=now,
        )
        Commitment.objects.bulk_create(
            Commitment(
                book_id=actor.book_id, area_id=one.agreement.area_id, agreed=one, account=account
            )
            for one, account in zip(items, accounts, strict=True)
        )


def _accounts(actor: Actor, there: dict[str, SupplyAgreement]) -> list[int]:
    found = Commitment.objects.filter(book_id=actor.book_id, agreed__agreement__in=there.values())
    return list(found.values_list("account_id", flat=True))
