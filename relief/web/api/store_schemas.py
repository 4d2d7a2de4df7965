"""Shapes of what is said about goods: issued, arrived, brought back, counted, handed out."""

from typing import Annotated, Literal

from pydantic import Field

from relief.web.api.shapes import (
    AreaCode,
    Day,
    Loose,
    Moment,
    Note,
    RowId,
    Sha256,
    Small,
    Strict,
    Units,
)

# More than any vehicle, bin or delivery holds.
MOST_LINES = 200

Some = Annotated[int, Field(ge=1, le=2_000_000_000, strict=True)]
ItemCode = Annotated[str, Field(max_length=12)]
Batch = Annotated[str, Field(max_length=40)]


class PickLine(Strict):
    """Units of one lot on the vehicle for one load; `reason` why it is not the load's own lot."""

    load: RowId
    lot: RowId
    quantity: Some
    bin: RowId | None = None
    reason: Literal["", "blocked", "damaged", "named", "other"] = ""
    note: Annotated[str, Field(max_length=120)] = ""


class IssueBody(Strict):
    """A trip that was loaded and has left (出库发车); `slip` is of the phone's own numbers."""

    trip: RowId
    slip: Annotated[str, Field(max_length=30)] | None = None
    plate: Annotated[str, Field(max_length=20)] = ""
    driver: Annotated[str, Field(max_length=40)] = ""
    driver_phone: Annotated[str, Field(max_length=30)] = ""
    seal: Annotated[str, Field(max_length=40)] = ""
    checked_by: RowId | None = None
    picks: Annotated[list[PickLine], Field(min_length=1, max_length=MOST_LINES)]


class ArrivalLine(Loose):
    """One lot that came: a known `lot`, or the `item` and `batch` of a new one."""

    lot: RowId | None = None
    item: ItemCode
    batch: Batch = ""
    maker: Annotated[str, Field(max_length=80)] = ""
    made_on: Day | None = None
    expires_on: Day | None = None
    pack: Some = 1
    expected: Units
    good: Units
    damaged: Units = 0
    bin: RowId | None = None


class ArrivalBody(Loose):
    """Goods accepted into a store (到货验收)."""

    depot: RowId
    origin: Literal["purchase", "donation", "allocated"]
    source: Annotated[str, Field(max_length=120)] = ""
    purchase: RowId | None = None
    arrived_at: Moment
    counted_with: Annotated[str, Field(max_length=60)] = ""
    note: Note = ""
    lines: Annotated[list[ArrivalLine], Field(min_length=1, max_length=MOST_LINES)]


class ReturnLine(Strict):
    """Units of one lot that came back: sound (完好), to be repaired (待修), past use (报废)."""

    lot: RowId
    sound: Units = 0
    repair: Units = 0
    scrap: Units = 0


class ReturnBody(Loose):
    """Reusable goods brought back to a store (退库), from a township or of one of its slips."""

    depot: RowId
    stop: RowId | None = None
    area: AreaCode
    returned_at: Moment
    note: Note = ""
    lines: Annotated[list[ReturnLine], Field(min_length=1, max_length=MOST_LINES)]


class CountedLine(Strict):
    """Units of one lot found: a known `lot`, or the `item` and `batch` of an unknown one."""

    lot: RowId | None = None
    item: ItemCode
    batch: Batch = ""
    quantity: Units


class CountBody(Loose):
    """What one person counted in one bin (盘点); nothing at all is a count too."""

    count: RowId
    round: Annotated[int, Field(ge=1, le=2, strict=True)]
    bin: RowId | None = None
    counted_at: Moment
    lines: Annotated[list[CountedLine], Field(max_length=MOST_LINES)]


class CodeBody(Strict):
    """A code met on a package and bound to its item (条码绑定); `pack` units are in the package."""

    code: Annotated[str, Field(min_length=1, max_length=60)]
    item: ItemCode
    pack: Some = 1


class HandedLine(Strict):
    """Units of one lot handed out."""

    lot: RowId
    quantity: Some


class HandOutBody(Loose):
    """Goods handed to one household (物资发放), of the register or by the receiver's name."""

    incident: RowId
    area: AreaCode
    household: RowId | None = None
    receiver: Annotated[str, Field(max_length=60)] = ""
    people: Small = 0
    handed_at: Moment
    signature: Sha256 | Literal[""] = ""
    lines: Annotated[list[HandedLine], Field(min_length=1, max_length=MOST_LINES)]
