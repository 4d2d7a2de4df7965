"""Bins (货位), what lies in them, and codes on packages."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.models import Item, ItemCode
from relief.field.steps import Sent, take
from relief.journal import log
from relief.journal.log import require_transaction
from relief.stock import rows as stock_rows
from relief.stock.models import Bin, Holding
from relief.warehouse import rows, steps


class BinRefused(gate.Refused):
    """A bin without a code, or one that is there already."""


class CodeRefused(gate.Refused):
    """A code that says nothing, or that belongs to another item."""


@transaction.atomic(durable=True)
def make_bin(*, actor: Actor, depot_id: int, code: str, note: str, now: dt.datetime) -> Bin:
    """Name a bin of a depot, such as A-03."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.KEEP_STORE)
    code = code.strip().upper()[:20]
    if not code:
        raise BinRefused(_("Give the bin a code, such as A-03; it was empty."))
    if Bin.objects.filter(depot=depot, code=code).exists():
        raise BinRefused(
            _("%(depot)s has a bin %(code)s already.") % {"depot": depot, "code": code}
        )
    made = Bin.objects.create(depot=depot, code=code, note=note.strip()[:80])
    log.record(
        book=actor.book_id,
        kind="bin_made",
        rows=[rows.of_depot(book_id=actor.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"name": code},
    )
    return made


@transaction.atomic(durable=True)
def put_in_bin(*, actor: Actor, holding_id: int, bin_id: int | None, now: dt.datetime) -> Holding:
    """Say in which bin a lot lies, or that nobody knows."""
    seen = Holding.objects.visible_to(actor).one(id=holding_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=Act.KEEP_STORE)
    holding = Holding.objects.select_related("lot").select_for_update(of=("self",)).get(id=seen.id)
    found = steps.bins(depot=depot, ids=[bin_id])
    holding.bin = found[bin_id] if bin_id is not None else None
    holding.save(update_fields=["bin"])
    log.record(
        book=actor.book_id,
        kind="lot_put_away",
        rows=stock_rows.of_accounts([holding.account_id]),
        actor=actor.user_id,
        now=now,
        facts={"name": holding.lot.batch, "bin": holding.bin.code if holding.bin else ""},
    )
    return holding


@transaction.atomic(durable=True)
def bind_code(
    *,
    actor: Actor,
    code: str,
    item_code: str,
    pack: int,
    now: dt.datetime,
    item: Sent | None = None,
) -> ItemCode:
    """Bind the code on a package to its item (物资条码绑定), for every store from now on.

    Codes are shared by all books and no board shows them, so the journal says nothing of them.
    `item` is what a phone sent: it is stored with the code; the same item again changes nothing.
    """
    where = [*actor.paths(Act.TAKE_IN), *(duty.path for duty in actor.duties)]
    if not where:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.TAKE_IN, area=where[0], book_id=actor.book_id)
    goods = steps.items(codes=[item_code])[item_code]
    known, same = bound(code=code, goods=goods, pack=pack, user_id=actor.user_id, now=now)
    if not same:
        raise CodeRefused(
            _("The code %(code)s is bound to %(item)s, packages of %(pack)d, already.")
            % {"code": code, "item": known.item, "pack": known.pack}
        )
    if item is not None:
        place = Area.objects.defer("boundary").get(path=where[0])
        take(sent=item, book_id=actor.book_id, area=place, author_id=actor.user_id, now=now)
    return known


def bound(
    *, code: str, goods: Item, pack: int, user_id: int, now: dt.datetime
) -> tuple[ItemCode, bool]:
    """The code with what it is bound to, and whether that is this item in packages of this size.

    A code nobody has met is bound to it now.
    """
    require_transaction("bound")
    code = code.strip()[:60]
    if not code or pack < 1:
        raise CodeRefused(_("A code and at least one unit in its package are needed."))
    known, _made = ItemCode.objects.select_for_update(of=("self",)).get_or_create(
        code=code,
        defaults={"item": goods, "pack": pack, "bound_by": user_id, "bound_at": now},
    )
    return known, (known.item_id, known.pack) == (goods.pk, pack)
