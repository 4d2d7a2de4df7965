"""The text message (短信上报): one line of at most 70 characters when nothing but SMS goes.

    ZQ1*place*kinds*households*people*dead*missing*moved*lat,lon*code*check

It begins with YL1 in a drill. The place is a village's code, or a township's. The phone
writes it (`static/field/codec.js`); both read the same examples in the tests.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.field.rules import ALPHABET, CODE_LENGTH

LARGEST_LENGTH = 70  # one message of Chinese SMS
HEAD, DRILL_HEAD, FIELDS = "ZQ1", "YL1", 11
# What is hit, by letter.
HIT = {
    "H": "houses",
    "T": "trapped",
    "R": "road",
    "P": "power",
    "F": "farmland",
    "D": "dike",
    "O": "other",
}
_CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*,.-"
_CHECKS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ="
_ITEMS = uuid.UUID("5d0f3b0e-52c6-4a7c-9a0f-2f6a2f0c7a51")


class BadText(Refused):
    """The line is no text message of a report, or was not copied whole."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a text message says. None is unknown, which is not 0."""

    is_drill: bool
    place: str  # code of the village, or of the township
    kinds: tuple[str, ...]
    households: int | None
    people: int | None
    dead: int | None
    missing: int | None
    moved: int | None
    point: tuple[float, float] | None  # longitude, latitude
    code: str


def check_character(text: str) -> str:
    """One check character over the line up to and with its last star.

    It finds any single wrong letter or digit, and any two neighbours that changed places.
    """
    total = 0
    for letter in text:
        total = (total * 5 + _CHECKED.index(letter)) % 37
    return _CHECKS[total]


def parse(line: str) -> Text:
    """Read a line as people paste it: other case, wide characters and spaces are set right.

    Raises BadText.
    """
    text = "".join(unicodedata.normalize("NFKC", line).upper().split())
    fields = text.split("*")
    if fields[0] not in (HEAD, DRILL_HEAD) or len(fields) != FIELDS:
        raise BadText(
            _("A text message starts with %(head)s and has %(n)d parts; %(got)d came: “%(text)s”.")
            % {"head": HEAD, "n": FIELDS, "got": len(fields), "text": line.strip()[:40]}
        )
    before, check = text[:-1], text[-1]
    if not re.fullmatch(r"[0-9A-Z*,.\-]+\*", before) or check_character(before) != check:
        raise BadText(
            _(
                "The check character of “%(text)s” does not fit: "
                "copy the message whole, or ask again."
            )
            % {"text": line.strip()[:80]}
        )
    place, kinds, households, people, dead, missing, moved, point, code = fields[1:10]
    if not re.fullmatch(r"\d{12}", place):
        raise BadText(_("A place has a code of 12 digits; “%(got)s” came.") % {"got": place})
    if not set(kinds) <= set(HIT):
        raise BadText(
            _("What is hit is named by the letters %(known)s; “%(got)s” came.")
            % {"known": "".join(HIT), "got": kinds}
        )
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        raise BadText(
            _("An item's code has %(n)d letters and digits; “%(got)s” came.")
            % {"n": CODE_LENGTH, "got": code}
        )
    return Text(
        is_drill=fields[0] == DRILL_HEAD,
        place=place,
        kinds=tuple(HIT[letter] for letter in dict.fromkeys(kinds)),
        households=_number(households),
        people=_number(people),
        dead=_number(dead),
        missing=_number(missing),
        moved=_number(moved),
        point=_point(point),
        code=code,
    )


def id_of(*, code: str, book_id: int) -> uuid.UUID:
    """The id a text message's item has until the phone's own item comes."""
    return uuid.uuid5(_ITEMS, f"{book_id}:{code}")


def _number(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,7}", text):
        raise BadText(
            _("A number of at most 7 digits is expected; “%(got)s” came.") % {"got": text}
        )
    return int(text)


def _point(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    found = re.fullmatch(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)", text)
    if found is None:
        raise BadText(
            _("A place is latitude,longitude in degrees; “%(got)s” came.") % {"got": text}
        )
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise BadText(
            _("A place is latitude,longitude in degrees; “%(got)s” came.") % {"got": text}
        )
    return longitude, latitude
