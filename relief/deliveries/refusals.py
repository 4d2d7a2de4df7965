"""What is refused about trips, and the sentences that say so."""

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.catalog.models import Item
from relief.deliveries.models import Fleet, Trip, TripState
from relief.stock.models import Depot, Lot, LotState


class TripMovedOn(Refused):
    """The trip is no longer in the state the page showed."""

    def __init__(self, *, trip: Trip) -> None:
        self.trip = trip
        super().__init__(
            _("Trip %(number)s is %(state)s by now; nothing was changed. Open it afresh.")
            % {"number": trip.number, "state": TripState(trip.state).label}
        )


class LoadRefused(Refused):
    """What was to be loaded or counted does not fit the trip."""


class NoVehicle(Refused):
    """Every vehicle of the fleet is on the road."""

    def __init__(self, *, fleet: Fleet) -> None:
        self.fleet = fleet
        super().__init__(
            _("All %(count)d vehicles of %(fleet)s are on the road; draft the plan again.")
            % {"count": fleet.count, "fleet": fleet}
        )


class LotNotUsable(Refused):
    """A lot has expired or was taken out of use."""

    def __init__(self, *, lot: Lot) -> None:
        self.lot = lot
        super().__init__(
            _(
                "Lot %(batch)s of %(item)s cannot leave: it is %(state)s, good until %(until)s. "
                "Take another lot, or draft the plan again."
            )
            % {
                "batch": lot.batch,
                "item": lot.item,
                "state": LotState(lot.state).label,
                "until": lot.good_until or "—",
            }
        )


class PickRefused(Refused):
    """What was picked does not fit the load."""


class ReasonNeeded(PickRefused):
    """Another lot than the proposed one was picked, and nobody said why."""

    def __init__(self, *, proposed: Lot, bin_code: str) -> None:
        self.proposed, self.bin_code = proposed, bin_code
        super().__init__(
            _("Issue lot %(batch)s first (good until %(until)s, bin %(bin)s), or give a reason.")
            % {
                "batch": proposed.batch,
                "until": proposed.good_until or "—",
                "bin": bin_code or "—",
            }
        )


class CheckRefused(Refused):
    """A load is not checked: by the wrong person, or the count differs from the picks."""


class NoOrder(Refused):
    """Nothing leaves without an order: nobody who may order has given this one."""


class NotEnough(Refused):
    """A store has fewer units free than an order wants."""

    def __init__(self, *, depot: Depot, item: Item, free: int, wanted: int) -> None:
        self.depot, self.item, self.free, self.wanted = depot, item, free, wanted
        super().__init__(
            _("%(depot)s has %(free)d of %(item)s free, %(wanted)d were ordered.")
            % {"depot": depot, "free": free, "item": item, "wanted": wanted}
        )


class PaperRefused(Refused):
    """The paper of an order is not taken: none is due, it came already, or it has no number."""
