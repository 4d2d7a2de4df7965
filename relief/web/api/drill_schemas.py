"""The shape of what evaluators of a drill send."""

from typing import Annotated, Literal

from pydantic import Field

from relief.web.api.shapes import Loose, Moment, RowId


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
