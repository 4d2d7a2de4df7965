"""What an address needs: the form in which `web.acts` writes its table."""

from dataclasses import dataclass

from django.db.models import Model

from relief.access.acts import Act


@dataclass(frozen=True, slots=True)
class Rule:
    """What an address needs.

    `read` and `write` are the acts for looking and for sending; one of several is enough. `about`
    is the model whose row the keyword `id` names, `place` the keyword with the code of an area:
    the act must be allowed there, or where one of the row's `parts` (a model and its lookup) is.
    With neither, it must be allowed somewhere. A wall screen is let into `screens` only. With
    `real` the person acts in the real book, whatever book is on screen.
    """

    read: tuple[Act, ...] = ()
    write: tuple[Act, ...] = ()
    about: type[Model] | None = None
    place: str | None = None
    parts: tuple[type[Model], str] | None = None
    public: bool = False
    screens: bool = False
    real: bool = False


PUBLIC = Rule(public=True)
SIGNED_IN = Rule()
BY_ALL = Rule(screens=True)


def reads(*acts: Act, about: type[Model] | None = None, place: str | None = None) -> Rule:
    return Rule(read=acts, about=about, place=place)


def writes(act: Act, *, about: type[Model] | None = None, place: str | None = None) -> Rule:
    """A form and what it sends: both need the same act."""
    return Rule(read=(act,), write=(act,), about=about, place=place)
