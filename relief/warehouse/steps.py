"""Inner steps of a store's actions; each needs the action's open transaction."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.models import Item
from relief.field.steps import Sent
from relief.journal.log import require_transaction
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, Movement, MovementKind
from relief.stock.models import Bin, Depot, FundSource, Lot


class UnknownItem(gate.Refused):
    """A code that no item of the catalogue has."""


class UnknownBin(gate.Refused):
    """A bin that is not of this depot."""


class OtherBatch(gate.Refused):
    """A batch that is known with other dates or packages than were given."""


class DatesWrong(gate.Refused):
    """A lot cannot expire before it was made, nor be made in the future."""


def depot(*, actor: Actor, depot_id: int, act: Act) -> Depot:
    """The depot, locked, once the gate let the actor do that there.

    Locked first in every action of a store, so that what they write there comes one after another.
    """
    require_transaction("depot")
    found = (
        Depot.objects.visible_to(actor)
        .select_related("area")
        .select_for_update(of=("self",), no_key=True)
        .one(id=depot_id)
    )
    gate.require(actor=actor, act=act, area=found.area, book_id=actor.book_id)
    return found


def moment(*, said: dt.datetime, item: Sent | None, now: dt.datetime) -> dt.datetime:
    """When it happened by the county's clock, never later than now.

    A phone's clock is put right by what it was off at its last contact.
    """
    ahead = dt.timedelta(seconds=item.offset_seconds) if item is not None else dt.timedelta()
    return min(now, said + ahead)


def items(*, codes: Iterable[str]) -> dict[str, Item]:
    """Items by code. Raises UnknownItem."""
    wanted = set(codes)
    found = {item.code: item for item in Item.objects.filter(code__in=wanted)}
    if missing := sorted(wanted - found.keys()):
        raise UnknownItem(
            _("No item of the catalogue has the code “%(code)s”.") % {"code": missing[0]}
        )
    return found


def bins(*, depot: Depot, ids: Iterable[int | None]) -> dict[int, Bin]:
    """Bins of the depot by id. Raises UnknownBin."""
    wanted = {bin_id for bin_id in ids if bin_id is not None}
    found = Bin.objects.filter(depot=depot).in_bulk(wanted)
    if len(found) < len(wanted):
        raise UnknownBin(_("That bin is not of %(depot)s.") % {"depot": depot})
    return found


def lot(
    *,
    book_id: int,
    item: Item,
    batch: str,
    stored_on: dt.date,
    maker: str = "",
    made_on: dt.date | None = None,
    expires_on: dt.date | None = None,
    pack: int = 1,
    fund_source: str = FundSource.COUNTY,
    unit_cost_fen: int = 0,
) -> Lot:
    """The lot of that item and batch, made if it is new. Raises DatesWrong, OtherBatch."""
    require_transaction("lot")
    if made_on is not None and made_on > stored_on:
        raise DatesWrong(
            _("%(item)s, batch %(batch)s: made on %(made)s is after the day it came, %(came)s.")
            % {"item": item, "batch": batch, "made": made_on, "came": stored_on}
        )
    if made_on is not None and expires_on is not None and expires_on <= made_on:
        raise DatesWrong(
            _(
                "%(item)s, batch %(batch)s: the expiry date %(expires)s must be after the day it "
                "was made, %(made)s."
            )
            % {"item": item, "batch": batch, "made": made_on, "expires": expires_on}
        )
    found, made = Lot.objects.select_for_update(of=("self",)).get_or_create(
        book_id=book_id,
        item=item,
        batch=batch,
        defaults={
            "maker": maker[:80],
            "made_on": made_on,
            "expires_on": expires_on,
            "stored_on": stored_on,
            "pack": pack,
            "fund_source": fund_source,
            "unit_cost_fen": unit_cost_fen,
        },
    )
    if not made:
        _same(found, item=item, made_on=made_on, expires_on=expires_on, pack=pack)
        found.made_on, found.expires_on = found.made_on or made_on, found.expires_on or expires_on
        found.save(update_fields=["made_on", "expires_on"])
    found.item = item
    return found


def _same(
    lot: Lot, *, item: Item, made_on: dt.date | None, expires_on: dt.date | None, pack: int
) -> None:
    """A known batch may gain a date it had not; it never changes one."""
    about = {"item": item, "batch": lot.batch}
    for known, given, words in (
        (lot.made_on, made_on, _("made on")),
        (lot.expires_on, expires_on, _("good until")),
    ):
        if known is not None and given is not None and known != given:
            raise OtherBatch(
                _(
                    "%(item)s, batch %(batch)s is known as %(what)s %(known)s, and %(given)s came. "
                    "Look at the package again, or give another batch number."
                )
                % {**about, "what": words, "known": known, "given": given}
            )
    if pack > 1 and lot.pack != pack:
        raise OtherBatch(
            _(
                "%(item)s, batch %(batch)s is known in packages of %(known)d, and %(given)d came. "
                "Look at the package again, or give another batch number."
            )
            % {**about, "known": lot.pack, "given": pack}
        )


class Moves:
    """Units per account, gathered into one movement."""

    def __init__(self, *, book_id: int) -> None:
        self.book_id = book_id
        self.postings: dict[Account, int] = {}

    def add(self, *, kind: AccountKind, holder: str, lot: Lot, quantity: int) -> None:
        if quantity:
            self.add_to(
                ledger.account(
                    book_id=self.book_id, kind=kind, holder=holder, commodity=lot.commodity
                ),
                quantity,
            )

    def add_to(self, account: Account, quantity: int) -> None:
        self.postings[account] = self.postings.get(account, 0) + quantity

    def post(
        self, *, kind: MovementKind, document: str, actor: int, now: dt.datetime, note: str = ""
    ) -> Movement | None:
        """Write the movement; None where nothing moves."""
        if not any(self.postings.values()):
            return None
        return ledger.post(
            book_id=self.book_id,
            kind=kind,
            document=document,
            postings=self.postings,
            actor=actor,
            now=now,
            note=note[:200],
        )

    @property
    def account_ids(self) -> list[int]:
        return [account.id for account in self.postings]
