"""A second keeper, and short ways of saying what came, came back and was counted."""

import datetime as dt
import uuid

from relief.access import gate
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.ledger.models import Account, AccountKind
from relief.stock.models import Lot
from relief.warehouse import arrivals, counts
from relief.warehouse.arrivals import Came, GivenArrival
from relief.warehouse.counting import Counted, GivenCount
from relief.warehouse.models import Arrival, Count
from tests import world as named

LATER = dt.timedelta(minutes=10)


def lena(world: named.World) -> gate.Actor:
    """Another keeper of Harbour, for counting again."""
    user, _made = User.objects.get_or_create(
        username="lena", defaults={"shown_name": "Lena", "password": "!unusable"}
    )
    Duty.objects.get_or_create(
        user=user,
        role=Role.KEEPER,
        area=world.county,
        book=world.real,
        defaults={"valid_from": named.NOW - dt.timedelta(days=365)},
    )
    return gate.actor_for(user=user, book_id=world.real.id, now=named.NOW)


def came(item: str, batch: str, good: int, **more) -> Came:
    return Came(item=item, batch=batch, good=good, expected=more.pop("expected", good), **more)


def accept(world: named.World, *lines: Came, **more) -> Arrival:
    """Bela accepts goods at Quay, bought unless said otherwise."""
    given = {
        "origin": "purchase",
        "source": "Mill Works",
        "arrived_at": more.get("now", named.NOW),
        "lines": lines,
    }
    names = ("origin", "source", "arrived_at", "purchase_id", "note", "fund_source")
    given |= {name: more.pop(name) for name in names if name in more}
    return arrivals.accept(
        actor=more.pop("actor", None) or world.actor("bela"),
        depot_id=world.quay.id,
        given=GivenArrival(**given),
        request_key=more.pop("request_key", None) or uuid.uuid4(),
        now=more.pop("now", named.NOW),
        **more,
    )


def open_count(world: named.World, *, frozen: bool = False, now: dt.datetime = named.NOW) -> Count:
    return counts.open_count(
        actor=world.actor("bela"),
        depot_id=world.quay.id,
        frozen=frozen,
        note="",
        request_key=uuid.uuid4(),
        now=now,
    )


def write_down(
    world: named.World,
    count: Count,
    units: dict[Lot, int],
    *,
    by: gate.Actor | None = None,
    bin_id: int | None = None,
    round: int = 1,
    now: dt.datetime = named.NOW,
    item=None,
) -> Count:
    return counts.count_bin(
        actor=by or world.actor("bela"),
        count_id=count.id,
        given=GivenCount(
            round=round,
            counted_at=now,
            bin_id=bin_id,
            lines=[Counted(quantity=n, lot_id=lot.id) for lot, n in units.items()],
        ),
        now=now,
        item=item,
    )


def units(lot: Lot, kind: AccountKind, holder: str) -> int:
    """What stands on one account of a lot; 0 where there is none."""
    found = Account.objects.filter(
        book_id=lot.book_id, kind=kind, holder=holder, commodity=lot.commodity
    ).first()
    return found.balance if found else 0


def at_quay(world: named.World, lot: Lot, kind: AccountKind = AccountKind.STORE) -> int:
    return units(lot, kind, f"depot:{world.quay.id}")
