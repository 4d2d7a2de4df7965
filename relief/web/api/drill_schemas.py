"""The shapes of what people in a drill send, and of what their phones are told."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from relief.web.api.shapes import Loose, Moment, RowId, Strict


class ObservationBody(Loose):
    """What an evaluator saw of one inject or of one objective (评估记录).

    `seen_at` is the moment by the phone's own clock, `shown_at` the drill time it showed then.
    """

    inject: RowId | None = None
    objective: RowId | None = None
    seen: bool | None = None
    rating: Literal["", "P", "S", "M", "U"] = ""
    note: Annotated[str, Field(max_length=400)] = ""
    seen_at: Moment
    shown_at: Moment | None = None


class InjectBody(Strict):
    """What one's seat was told: received (收到), with an answer or without."""

    inject: RowId
    reply: Annotated[str, Field(max_length=400)] = ""


class Told(BaseModel):
    """One thing that a seat of the person was told (导调指令), in drill time."""

    id: int
    number: int
    sent_at: dt.datetime
    way: Literal["report", "phone", "message", "board", "paper"]
    sender: str
    seat: str
    seat_en: str
    text: str
    text_en: str
    file: str
    received_at: dt.datetime | None
    reply: str


class DrillNow(BaseModel):
    """How a drill stands; `ended_at` is real time. `told` is null for who sits in no seat.

    `held` are the person's duties in it, in the words of the reference.
    """

    book: int
    held: list[str]
    title: str
    title_en: str
    state: Literal["prepared", "running", "ended", "stopped"]
    ended_at: dt.datetime | None
    reason: str
    clock: list[dict[str, Any]]
    told: list[Told] | None
