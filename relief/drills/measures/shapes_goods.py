"""The numbers about goods: journeys, fill rates, issues, receipts, vehicles."""

import datetime as dt
from dataclasses import dataclass

from relief.drills.measures.shapes_basis import Moment, Spread


@dataclass(frozen=True, slots=True)
class Journey:
    """One stop of one trip: ordered → picked → checked → left → received → handed out.

    `ordered_at` is the approval of its plan or the commander's word by telephone; `handed_at` the
    first hand-out in that township after the receipt. The minutes lie between neighbours that both
    happened: `to_leave` from the order, `to_arrive` from the departure, `to_hand` from the receipt,
    `in_all` from the order to the receipt. `in_time`: received by `due_at`; None while not due.
    """

    stop: int
    trip: int
    number: str
    area: str
    by_phone: bool
    cancelled: bool
    ordered_at: Moment
    picked_at: Moment | None
    checked_at: Moment | None
    left_at: Moment | None
    received_at: Moment | None
    handed_at: Moment | None
    due_at: Moment
    to_leave: float | None
    to_arrive: float | None
    to_hand: float | None
    in_all: float | None
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class Legs:
    """The journeys to one township, or to all of them (`area` empty); cancelled ones left out.

    `first_batch` is minutes from the first order for it to its first receipt.
    """

    area: str
    trips: int
    first_ordered_at: Moment | None
    first_received_at: Moment | None
    first_batch: float | None
    to_leave: Spread
    to_arrive: Spread
    to_hand: Spread
    in_all: Spread


@dataclass(frozen=True, slots=True)
class FillPoint:
    """From this moment on, until the next point, this share of the need was met."""

    at: Moment
    minutes: float
    share: float


@dataclass(frozen=True, slots=True)
class FillLine:
    """Fill rate over time (满足率) of a township; only where it changed.

    The share of each need met by what was received (a substitute counts for what it stands for),
    weighted by the people who need it. `mean` is the average over the time from the first need to
    the end.
    """

    area: str
    points: tuple[FillPoint, ...]
    at_end: float
    mean: float | None


@dataclass(frozen=True, slots=True)
class Fill:
    """Fill rates: of each township, of the whole area, and of the worst-off township over time.

    `worst_area` is the township worst off at the end; `spread_at_end` the best minus the worst
    there (公平性): 0 = all alike.
    """

    by_township: tuple[FillLine, ...]
    overall: FillLine | None
    worst: FillLine | None
    worst_area: str | None
    spread_at_end: float | None


@dataclass(frozen=True, slots=True)
class Issue:
    """Units of one lot that left a depot on a trip, against first expired, first out (先到期先出).

    `earlier` is a lot of the same item in the same depot that expires earlier, was usable and had
    `earlier_free` units that nobody held just before; None when there was none. `in_order` says
    so; with a `reason` (改批原因) the deviation was explained.
    """

    number: int
    trip: str
    left_at: Moment
    depot: int
    item: int
    lot: int
    batch: str
    expires_on: dt.date | None
    units: int
    earlier: int | None
    earlier_batch: str
    earlier_free: int
    in_order: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Issues:
    """First expired, first out over the drill: shares are of issues, `units_share` of units."""

    every: tuple[Issue, ...]
    in_order: int
    explained: int
    share: float | None
    units_share: float | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A difference between book and facts (账实差异): a wrong or a duplicate issue or receipt.

    `kind` is one of `deliveries.DifferenceKind`; `duplicate` marks what was said twice.
    """

    difference: int
    kind: str
    duplicate: bool
    document: str
    item: int | None
    units: int
    opened_at: Moment
    answered_at: Moment | None


@dataclass(frozen=True, slots=True)
class Receipts:
    """Units received: loaded, good, damaged, short; stops signed for, and those that differed.

    `differing` stops have damaged or missing units; `surplus` is what came beyond the load.
    """

    stops: int
    differing: int
    loaded: int
    good: int
    damaged: int
    short: int
    surplus: int


@dataclass(frozen=True, slots=True)
class FleetUse:
    """Vehicles of one fleet from the first order to the end (运力闲置).

    A vehicle is busy from its departure until it is back, as planned from its last receipt. Hours
    are vehicle hours; `idle_share` = idle ÷ all. `idle_short_hours` are idle hours while some
    township's needs were not yet met.
    """

    fleet: int
    vehicles: int
    used: int
    trips: int
    hours: float
    busy_hours: float
    idle_hours: float
    idle_share: float | None
    idle_short_hours: float
