"""Whether a village's confirmed count, and a damaged house's card, can be true. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.households.models import Building, Grade


class CountRefused(Refused):
    """A confirmed count that contradicts the register or itself."""


class Problem(NamedTuple):
    """What is wrong with one field of a card, as a sentence."""

    field: str
    sentence: str


class DamageRefused(Refused):
    """A card of a damaged house that contradicts itself or the ledger."""

    def __init__(self, *, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.sentence for problem in problems))


@dataclass(frozen=True, slots=True)
class Card:
    """What somebody says of one household's damaged house (因灾倒塌损坏住房户).

    Rooms are natural rooms (自然间). `household` is the number of the register's entry, if known.
    """

    rooms_total: int
    rooms_collapsed: int
    rooms_severe: int
    rooms_general: int
    dwelling: bool
    sole_dwelling: bool = False
    head: str = ""
    people: int = 0
    building: str = ""
    point: Point | None = None
    accuracy_m: int | None = None
    note: str = ""
    household: str = ""


ROOMS_MOST, PEOPLE_MOST = 500, 100


def grade(card: Card) -> str:
    """Grade of the whole building (损坏等级): the worst that any of its rooms shows."""
    if card.rooms_collapsed:
        return Grade.COLLAPSED.value
    return Grade.SEVERE.value if card.rooms_severe else Grade.GENERAL.value


def check_card(card: Card) -> None:
    """Rooms are counted, some are damaged, and no more than there are. Raises DamageRefused."""
    counts = {
        "rooms_total": (_("Rooms in all"), card.rooms_total, ROOMS_MOST),
        "rooms_collapsed": (_("Rooms collapsed"), card.rooms_collapsed, ROOMS_MOST),
        "rooms_severe": (_("Rooms severely damaged"), card.rooms_severe, ROOMS_MOST),
        "rooms_general": (_("Rooms damaged"), card.rooms_general, ROOMS_MOST),
        "people": (_("People"), card.people, PEOPLE_MOST),
    }
    problems = [
        Problem(
            field,
            _("%(name)s: a whole number from 0 to %(most)d is expected; “%(got)s” came.")
            % {"name": name, "most": most, "got": got},
        )
        for field, (name, got, most) in counts.items()
        if isinstance(got, bool) or not isinstance(got, int) or not 0 <= got <= most
    ]
    if not problems:
        problems += _rooms(card)
    if card.sole_dwelling and not card.dwelling:
        sentence = _("The only home is a dwelling; a house that is no dwelling came.")
        problems.append(Problem("sole_dwelling", sentence))
    if card.building and card.building not in Building.values:
        sentence = _("“%(got)s” is no type of building.") % {"got": card.building}
        problems.append(Problem("building", sentence))
    if problems:
        raise DamageRefused(problems=problems)


def _rooms(card: Card) -> list[Problem]:
    damaged = card.rooms_collapsed + card.rooms_severe + card.rooms_general
    if not damaged:
        sentence = _("At least one room that is collapsed or damaged is expected; none came.")
        return [Problem("rooms_collapsed", sentence)]
    if damaged > card.rooms_total:
        sentence = _(
            "Rooms collapsed and damaged: at most %(total)d are expected, which is all there are; "
            "%(damaged)d came."
        ) % {"total": card.rooms_total, "damaged": damaged}
        return [Problem("rooms_total", sentence)]
    return []


def check_corrects(*, known: bool, fits: bool, newest: bool, taken: bool) -> None:
    """A correction replaces the newest card of its own chain and place. Raises DamageRefused.

    `taken`: without a card to correct, the chain is not to have one yet.
    """
    sentence = None
    if taken:
        sentence = _("This house has a card already; the card that is corrected is expected.")
    elif not known:
        sentence = _("The card that this one corrects has not come to the county.")
    elif not fits:
        sentence = _("The card that this one corrects is of another house.")
    elif not newest:
        sentence = _("That card was corrected before; the newest card is expected.")
    if sentence:
        raise DamageRefused(problems=[Problem("base", sentence)])


def check_once(*, recorded: str) -> None:
    """A household has one card in an incident; `recorded` says where. Raises DamageRefused."""
    if recorded:
        sentence = _("This household is in the ledger already: %(recorded)s. Correct that card.")
        raise DamageRefused(problems=[Problem("head", sentence % {"recorded": recorded})])


def check_confirmation(
    *,
    households: int,
    people: int,
    registered_households: int,
    registered_people: int,
    plausible_share: Fraction,
    village: str,
) -> None:
    """Counts are whole and not negative, people at least as many as households, and both at most
    the register's with the allowance for guests and newcomers. Raises CountRefused.
    """
    for name, got in ((_("Households"), households), (_("People"), people)):
        if isinstance(got, bool) or not isinstance(got, int) or got < 0:
            raise CountRefused(
                _("%(name)s: a whole number from 0 is expected; “%(got)s” came.")
                % {"name": name, "got": got}
            )
    if people < households or (people and not households):
        raise CountRefused(
            _("%(households)d households have at least as many people; %(people)d came.")
            % {"households": households, "people": people}
            if people < households
            else _("%(people)d people live in at least 1 household; 0 came.") % {"people": people}
        )
    for name, got, registered in (
        (_("Households"), households, registered_households),
        (_("People"), people, registered_people),
    ):
        most = int(registered * plausible_share)
        if registered and got > most:
            raise CountRefused(
                _("%(name)s: %(village)s has %(registered)d, so at most %(most)d; %(got)d came.")
                % {
                    "name": name,
                    "village": village,
                    "registered": registered,
                    "most": most,
                    "got": got,
                }
            )
