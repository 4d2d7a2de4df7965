"""Pinyin initials (拼音首字母): how a keeper finds 棉大衣 by typing `mdy`."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """The first letter of every character's reading, in lower case; `LED照明灯` is `ledzmd`.

    Latin letters and digits stand as they are, full width or not; everything else is left out, so
    that `12㎡单帐篷` is `12dzp`. A character of several readings takes that of its word: 重庆 is
    `cq`, 重量 is `zl`.
    """
    # A dictionary of a quarter of a second, which the first page need not wait for.
    from pypinyin import Style, lazy_pinyin

    plain = "".join(
        unicodedata.normalize("NFKC", one) for one in name if unicodedata.category(one)[0] in "LN"
    )
    letters = lazy_pinyin(plain, style=Style.FIRST_LETTER)
    return "".join(one for one in "".join(letters).lower() if one.isascii() and one.isalnum())
