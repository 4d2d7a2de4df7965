"""What is wrong with a request to the field API, beyond what the rooms refuse."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from relief.access.gate import Refused

Problem = tuple[str, str]  # field, sentence


class Unreadable(Refused):
    """The body is no JSON that can be stored."""


class Invalid(Refused):
    """Fields that are missing, or of another kind or size than the contract says."""

    def __init__(self, *, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(sentence for _field, sentence in problems))


class TooMuch(Refused):
    """The body is larger than any honest one."""


class OtherUser(Refused):
    """The item's author is not the person of the phone."""


class AppTooOld(Refused):
    """The item was written by a version of the app that is taken no more."""


class TooManyCodes(Refused):
    """Too many wrong enrolment codes came from that address."""


class NowhereHere(Refused):
    """No such address."""


class MethodWrong(Refused):
    """The address exists, but not for this method."""


def not_as_expected(field: str) -> Problem:
    """One field that is not what the contract says."""
    sentence = _("“%(field)s” is missing, or is not of the kind or size expected.")
    return field, sentence % {"field": field}


def sentence_of(refused: Exception) -> str | Promise:
    """What a refusal says beyond its code; empty when the code says it all."""
    return refused.sentence if isinstance(refused, Refused) else ""
