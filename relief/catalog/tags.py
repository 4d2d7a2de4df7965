"""Tags (编码): what a QR code on paper, a lot or a bin says, short enough to type.

A tag names one row: a letter for its kind, seven characters for its number, and a check character,
as `L000-00C7-K`. The check finds every single wrong character and every two neighbours swapped: it
is a weighted sum over the field of 32 elements. The code on paper is the address of `/q/<tag>`, so
that any phone's scanner leads to the page and ours understands it without a network.
"""

from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter looks like another
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
DIGITS = 7
KINDS = {
    "B": "bin",  # 货位
    "K": "lot",  # 批次
    "D": "order",  # 调拨单
    "T": "trip",  # 出库单、运单
    "S": "stop",  # 签收
    "E": "blank",  # 应急空白单
    "C": "count",  # 盘点单
    "Y": "call",  # 协议调用单
    "A": "arrival",  # 验收单
    "R": "return",  # 退库单
}
LETTERS = {kind: letter for letter, kind in KINDS.items()}


class Tag(NamedTuple):
    """What a tag names: the kind of row and its number."""

    kind: str
    id: int


def write(*, kind: str, id: int) -> str:
    """The tag of a row, such as `K000-00C7-4`."""
    digits = "".join(ALPHABET[id >> 5 * n & 31] for n in reversed(range(DIGITS)))
    body = LETTERS[kind] + digits
    return f"{body[:4]}-{body[4:]}-{_check(body)}"


def read(text: str) -> Tag | None:
    """What a typed or scanned text names, or None. The address before a tag may be there or not."""
    last = text.strip().rstrip("/").rpartition("/")[2].upper()
    plain = "".join(one for one in last if one.isalnum()).translate(ALIKE)
    if len(plain) != DIGITS + 2 or any(one not in ALPHABET for one in plain):
        return None
    body, check = plain[:-1], plain[-1]
    if body[0] not in KINDS or _check(body) != check:
        return None
    number = 0
    for one in body[1:]:
        number = number << 5 | ALPHABET.index(one)
    return Tag(KINDS[body[0]], number)


def _check(body: str) -> str:
    """Σ αⁿ·digit over GF(2⁵), α a root of x⁵ + x² + 1."""
    total = 0
    for one in body:
        total = _times_alpha(total ^ ALPHABET.index(one))
    return ALPHABET[total]


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 32 else value
