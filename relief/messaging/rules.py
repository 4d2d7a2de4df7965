"""What a telephone number is, what a message may say, and when it is tried again. Pure."""

import datetime as dt
import re
import unicodedata

from django.utils.translation import gettext as _

from relief.access.gate import Refused

DRILL = "【演练】"
TEXT_MOST = 500  # characters: what the table holds
FIRST_PAUSE = dt.timedelta(seconds=5)
LONGEST_PAUSE = dt.timedelta(minutes=10)

_FILLING = re.compile(r"[\s().\-]+")
_PHONE = re.compile(r"\+?[0-9]{3,18}")
_CHINA = re.compile(r"(\+|00)86(?=[0-9]{5})")


class WrongPhone(Refused):
    """What was typed is no telephone number."""


def plain_phone(typed: str) -> str | None:
    """The number as it is dialled at home, digits alone, or None if it is no number.

    One number has one form, so that a list of allowed numbers can be compared with it.
    """
    bare = _FILLING.sub("", typed.strip()) if typed.isascii() else ""
    bare = _CHINA.sub("", bare, count=1) if _CHINA.match(bare) else bare
    return bare if _PHONE.fullmatch(bare) else None


def check_phone(typed: str) -> str:
    """The number as it is dialled. Raises WrongPhone."""
    phone = plain_phone(typed)
    if phone is None:
        raise WrongPhone(
            _("A telephone number of 3 to 18 digits is expected; “%(got)s” came.")
            % {"got": typed[:30]}
        )
    return phone


def text_of(said: str, *, drill: bool) -> str:
    """The text as it leaves: one line, without characters nobody sees; a drill's bears its mark.

    Words in 【】 are the system's own: what people typed cannot pass for them, so that no real
    message looks like a drill's.
    """
    line = " ".join("".join(_shown(letter) for letter in said).split())
    if not drill:
        line = line.replace("【", "〔").replace("】", "〕")
    elif not line.startswith(DRILL):
        line = DRILL + line
    return line if len(line) <= TEXT_MOST else f"{line[: TEXT_MOST - 1]}…"


def _shown(letter: str) -> str:
    """Control characters and line ends become spaces, what only steers the writing goes."""
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn") else letter


def pause(tries: int) -> dt.timedelta:
    """How long to wait after that many failed tries: twice as long each time, up to a limit."""
    doubled = FIRST_PAUSE * 2 ** min(max(tries - 1, 0), 20)
    return min(LONGEST_PAUSE, doubled)
