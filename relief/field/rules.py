"""What an item and a photo must be, without database or clock."""

import base64
import binascii
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from relief.access.gate import Refused

# Crockford's base 32: no letter looks like a digit or another letter.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
# What may differ when the same item is sent again.
NOT_DIGESTED = frozenset({"offset_seconds", "mono_ms", "channel"})


class SameIdOtherBody(Refused):
    """The item's UUID is known with another content."""

    def __init__(self, *, receipt: str) -> None:
        self.receipt = receipt
        super().__init__(
            _("An item with this id came before, with another content; its receipt is %(receipt)s.")
            % {"receipt": receipt}
        )


class BytesDamaged(Refused):
    """The bytes that arrived are not those that were sent."""


def canonical(item: Mapping[str, Any]) -> bytes:
    """The item as JSON with sorted keys and no spaces, in UTF-8, without `NOT_DIGESTED`."""
    kept = {key: value for key, value in item.items() if key not in NOT_DIGESTED}
    return json.dumps(
        _plain(kept), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(item: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form, in hex: two items with the same digest say the same."""
    return hashlib.sha256(canonical(item)).hexdigest()


def _plain(value: Any) -> Any:
    """128.0 and 128 are one number to whoever wrote the item."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def check_content_digest(*, header: str, body: bytes) -> None:
    """`Content-Digest: sha-256=:base64:` fits the bytes. Raises BytesDamaged."""
    named = [part.strip() for part in header.split(",") if part.strip().startswith("sha-256=:")]
    if not named:
        raise BytesDamaged(
            _("Content-Digest: sha-256=:…: is expected; “%(got)s” came.") % {"got": header[:60]}
        )
    try:
        expected = base64.b64decode(named[0][9:].rstrip(":"), validate=True)
    except (binascii.Error, ValueError):
        expected = b""
    if expected != hashlib.sha256(body).digest():
        raise BytesDamaged(_("What arrived is not what was sent; it is sent again by itself."))


def code_of(item_id: uuid.UUID) -> str:
    """Ten characters of an item's id (短码): its last 50 bits, which are random in every UUID."""
    rest = item_id.int & ((1 << 5 * CODE_LENGTH) - 1)
    return "".join(ALPHABET[rest >> 5 * n & 31] for n in reversed(range(CODE_LENGTH)))


def clock_is_off(
    *, offset_seconds: int, made_at: dt.datetime, received_at: dt.datetime, most_seconds: int
) -> bool:
    """The phone's clock was far off at its last contact, or is ahead of ours now."""
    ahead = (made_at - received_at).total_seconds()
    return abs(offset_seconds) > most_seconds or ahead > most_seconds
