"""Telephone numbers, texts and pauses, on paper."""

import datetime as dt

import pytest

from relief.messaging import rules


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("13800000000", "13800000000"),
        (" +86 138-0000-0000 ", "13800000000"),
        ("0086 13800000000", "13800000000"),
        ("(0433) 710.0001", "04337100001"),
        ("119", "119"),
        ("+850 21234567", "+85021234567"),
        ("", None),
        ("12", None),
        ("1380000000a", None),
        ("13800000000,13900000000", None),
        ("１３８００００００００", None),
        ("13800000000\x00", None),
        ("tel:13800000000", None),
        ("1" * 19, None),
    ],
)
def test_a_number_has_one_form_or_is_none(typed, dialled):
    assert rules.plain_phone(typed) == dialled


def test_a_wrong_number_is_refused_with_what_came():
    with pytest.raises(rules.WrongPhone, match="3 to 18 digits is expected; “abc” came"):
        rules.check_phone("abc")


@pytest.mark.parametrize(
    ("said", "drill", "text"),
    [
        ("River rises", False, "River rises"),
        ("River rises", True, "【演练】River rises"),
        ("【演练】River rises", True, "【演练】River rises"),
        # Nobody makes a real message look like a drill's, nor a drill's like a real one.
        ("【演练】River rises", False, "〔演练〕River rises"),
        ("\u202e【演练】x", True, "【演练】x"),
        ("one\r\ntwo\x00three\u2028four", False, "one two three four"),
        ("a\u200bb", False, "ab"),
    ],
)
def test_a_text_is_one_line_and_bears_the_mark_of_its_book(said, drill, text):
    assert rules.text_of(said, drill=drill) == text


def test_a_long_text_ends_where_the_table_ends():
    text = rules.text_of("x" * 900, drill=True)
    assert (len(text), text[:5], text[-2:]) == (500, "【演练】x", "x…")


def test_each_pause_is_twice_the_last_up_to_ten_minutes():
    seconds = [int(rules.pause(tries) / dt.timedelta(seconds=1)) for tries in (1, 2, 3, 8, 40)]
    assert seconds == [5, 10, 20, 600, 600]
