"""Pinyin initials by which keepers find items."""

import json

import pytest

from relief.catalog.loading import SOURCE
from relief.catalog.pinyin import initials

ITEMS = {
    "TENT-12S": "12dzp",
    "TENT-12W": "12mzp",
    "TENT-36S": "36dzp",
    "TENT-36W": "36mzp",
    "TENT-WC": "cszp",
    "QUILT": "mb",
    "MATT": "mr",
    "BLNK": "mt",
    "TOWQ": "mjb",
    "COAT": "mdy",
    "SUIT": "myk",
    "SLPB": "dgnsd",
    "BEDF": "zdc",
    "AIRM": "fccqd",
    "TABL": "zdzd",
    "TARP": "fspb",
    "RICE": "dm",
    "NOOD": "fbm",
    "BISC": "ysgl",
    "OILC": "syy",
    "WATB": "yys",
    "WATT": "szyys",
    "JERR": "cst",
    "KITC": "cjtz",
    "HYGI": "grwsb",
    "FAMB": "jtyjb",
    "FAID": "jjb",
    "TRCH": "sdt",
    "LAMP": "cdzmd",
    "GENS": "qyfdj",
    "RAIN": "yy",
    "BOOT": "yx",
    "LIFE": "jsy",
    "BAGS": "bzd",
    "PURI": "jsj",
    "HEAT": "qnl",
}


def test_every_item_of_the_catalogue_has_the_initials_a_keeper_types():
    items = json.loads(SOURCE.read_text(encoding="utf-8"))
    assert {item["code"]: initials(item["name"]) for item in items} == ITEMS


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("重庆", "cq"),  # 重 as in chóng
        ("重量", "zl"),  # and as in zhòng
        ("长春", "cc"),
        ("银行", "yh"),
        ("LED照明灯", "ledzmd"),
        ("ＡＢ１行军床", "ab1xjc"),
        ("A-03（二层）", "a03ec"),
        ("", ""),
    ],
)
def test_a_character_takes_the_reading_of_its_word_and_signs_are_left_out(name, letters):
    assert initials(name) == letters
