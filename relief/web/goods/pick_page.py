"""The pick list of a planned trip (拣货单): what to take from where, and what is taken already."""

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import localdate

from relief.access.models import User
from relief.deliveries import proposals
from relief.deliveries.models import Load, Pick, Stop
from relief.deliveries.proposals import Proposed
from relief.stock.models import Lot
from relief.web.forms.issuing import CheckForm, PickForm, lot_choices
from relief.web.goods.trip_page import Seen, loads_of


@dataclass(frozen=True, slots=True)
class PickLine:
    """One load to pick: the proposed lot, what was picked, and the form for what is left."""

    load: Load
    stop: Stop
    proposed: Proposed
    picks: list[Pick]
    form: PickForm | None

    @property
    def picked(self) -> int:
        return sum(pick.quantity for pick in self.picks)

    @property
    def left(self) -> int:
        return self.load.planned - self.picked


@dataclass(frozen=True, slots=True)
class PickList:
    """The lines by bin, how many of them are picked, and who picked and checked."""

    lines: list[PickLine]
    checker: User | None
    pickers: list[User]

    @property
    def done(self) -> int:
        return sum(not line.left for line in self.lines)

    @property
    def picked_anything(self) -> bool:
        return any(line.picks for line in self.lines)


def pick_list(
    *, seen: Seen, now: dt.datetime, may_pick: bool, refused: PickForm | None, refused_load: int
) -> PickList | None:
    """The list of a trip from a depot; None for one that loads at a supplier."""
    trip = seen.trip
    kind, _colon, number = trip.origin.partition(":")
    if kind != "depot":
        return None
    loads = loads_of(seen)
    stored = proposals.in_issue_order(
        book_id=trip.book_id,
        depot_id=int(number),
        item_ids={load.line.item_id for load in loads},
    )
    stops = {stop.id: stop for stop in seen.stops}
    on = localdate(now)
    lines = []
    for load in loads:
        proposed = proposals.for_load(load=load, holdings=stored, on=on)
        if proposed is None:
            continue
        picks = sorted(load.picks.all(), key=lambda pick: pick.id)
        left = load.planned - sum(pick.quantity for pick in picks)
        form = None
        if may_pick and left:
            usable = [one for one in stored[load.line.item_id] if proposals.may_leave(one, on=on)]
            first = [proposed.holding] if proposed.usable else []
            order = first + [one for one in usable if one.lot_id != proposed.holding.lot_id]
            form = (
                refused
                if refused is not None and refused_load == load.id
                else PickForm(load_id=load.id, lots=lot_choices(order), initial={"quantity": left})
            )
        lines.append(PickLine(load, stops[load.stop_id], proposed, picks, form))
    pickers = {pick.picked_by for line in lines for pick in line.picks}
    people = User.objects.in_bulk({*pickers, trip.checked_by or 0})
    return PickList(
        lines=sorted(lines, key=_way_through_the_store),
        checker=people.get(trip.checked_by or 0),
        pickers=[people[user] for user in sorted(pickers) if user in people],
    )


def _way_through_the_store(line: PickLine) -> tuple[bool, str, int]:
    """Bin by bin; what lies nobody knows where comes last."""
    return (not line.proposed.bin_code, line.proposed.bin_code, line.load.id)


def form_for(*, seen: Seen, load_id: int, data: object) -> PickForm:
    """The form of one load as it was sent: any lot of its item may be named."""
    load = next((one for one in loads_of(seen) if one.id == load_id), None)
    if load is None:
        return PickForm(data, load_id=load_id, lots=[])
    number = seen.trip.origin.partition(":")[2]
    stored = proposals.in_issue_order(
        book_id=load.book_id, depot_id=int(number or 0), item_ids=[load.line.item_id]
    )
    return PickForm(data, load_id=load_id, lots=lot_choices(stored.get(load.line.item_id, [])))


def check_form(*, found: PickList, data: object, may_override: bool) -> CheckForm:
    """One field for each lot that was picked."""
    lots: dict[int, Lot] = {pick.lot_id: pick.lot for line in found.lines for pick in line.picks}
    return CheckForm(data, lots=list(lots.values()), may_override=may_override)
