"""The smallest shapes of the field API: identifiers, quantities, moments; how strict they are."""

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
AreaCode = Annotated[str, Field(pattern=r"^[0-9]{12}$", max_length=12)]
RowId = Annotated[int, Field(ge=1, le=2**53, strict=True)]
BookId = Annotated[int, Field(ge=1, le=2**53)]  # in an address all is text
Small = Annotated[int, Field(ge=0, le=32_767, strict=True)]
Units = Annotated[int, Field(ge=0, le=2_000_000_000, strict=True)]
Note = Annotated[str, Field(max_length=200)]
FURTHEST = dt.timedelta(hours=14)
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


def _written(moment: Any) -> Any:
    """RFC 3339 text, not seconds since some day; `datetime` comes from an address."""
    if not isinstance(moment, str | dt.datetime):
        raise ValueError("a moment as text")
    return moment


def _thinkable(moment: dt.datetime) -> dt.datetime:
    """A clock may be wrong by decades, but not by centuries: dates must fit every calendar.

    No place on earth is further from UTC, and the database takes no offset of 16 hours.
    """
    if not 1970 <= moment.year <= 2200:
        raise ValueError("a year from 1970 to 2200")
    if abs(moment.utcoffset() or dt.timedelta(0)) > FURTHEST:
        raise ValueError("an offset of at most 14 hours")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_thinkable)]


def _day_written(day: Any) -> Any:
    """A day as text, `2027-06-01`; no moment, and no number of seconds."""
    if not isinstance(day, str) or len(day) != 10:
        raise ValueError("a day as text")
    return day


def _day_thinkable(day: dt.date) -> dt.date:
    if not 1970 <= day.year <= 2200:
        raise ValueError("a year from 1970 to 2200")
    return day


Day = Annotated[dt.date, BeforeValidator(_day_written), AfterValidator(_day_thinkable)]


class Strict(BaseModel):
    """No fields beside the contract's, and no number written as text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Loose(Strict):
    """As JSON comes: identifiers and moments are text."""

    model_config = ConfigDict(extra="forbid", strict=False)
