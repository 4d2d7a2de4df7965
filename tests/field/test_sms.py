"""The text message, by the examples that the phone's code reads too. No database."""

import json
import uuid
from pathlib import Path

import pytest

from relief.field import rules, sms

EXAMPLES = json.loads((Path(__file__).parent / "sms.json").read_text("utf-8"))


def says(line: str) -> dict:
    found = sms.parse(line)
    return {
        "drill": found.is_drill,
        "place": found.place,
        "kinds": list(found.kinds),
        "households": found.households,
        "people": found.people,
        "dead": found.dead,
        "missing": found.missing,
        "moved": found.moved,
        "point": list(found.point) if found.point else None,
        "code": found.code,
    }


def test_codes_are_the_last_bits_of_the_id():
    for example in EXAMPLES["codes"]:
        assert rules.code_of(uuid.UUID(example["id"])) == example["code"]


def test_messages_are_read_as_the_phone_wrote_them():
    for example in EXAMPLES["messages"]:
        assert len(example["line"]) <= sms.LARGEST_LENGTH
        assert says(example["line"]) == example["says"]


def test_other_case_wide_marks_and_spaces_change_nothing():
    for example in EXAMPLES["pasted"]:
        assert says(example["line"]) == EXAMPLES["messages"][example["same_as"]]["says"]


@pytest.mark.parametrize("line", EXAMPLES["refused"])
def test_what_is_no_whole_message_is_refused(line):
    with pytest.raises(sms.BadText):
        sms.parse(line)


def test_any_one_wrong_character_is_found():
    line = EXAMPLES["messages"][0]["line"]
    for at, right in enumerate(line):
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if wrong != right:
                with pytest.raises(sms.BadText):
                    sms.parse(line[:at] + wrong + line[at + 1 :])


def test_two_neighbours_that_changed_places_are_found():
    line = EXAMPLES["messages"][0]["line"]
    for at in range(len(line) - 1):
        if line[at] != line[at + 1]:
            with pytest.raises(sms.BadText):
                sms.parse(line[:at] + line[at + 1] + line[at] + line[at + 2 :])
