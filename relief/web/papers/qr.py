"""Codes on paper: the address of a tag as a QR, and the tag itself to be typed."""

from dataclasses import dataclass

import segno

from relief.catalog import tags


@dataclass(frozen=True, slots=True)
class Code:
    """A tag, the address behind it, and the drawing of that address to stand in `src`."""

    tag: str
    link: str
    image: str


def code(*, origin: str, kind: str, id: int) -> Code:
    """The code of one row; `origin` is the address this system is reached at."""
    tag = tags.write(kind=kind, id=id)
    link = f"{origin}/q/{tag}"
    # A slip gets wet and creased: a quarter of the drawing may be lost.
    drawn = segno.make(link, error="q", micro=False, boost_error=False)
    return Code(tag, link, str(drawn.svg_data_uri(border=3)))
