"""What each kind of journal entry says, with its facts."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from relief.boards.words import HAPPENED
from relief.incidents.models import Bars
from relief.response.contacts import ReachedBy
from relief.web.templatetags.shown import ROMAN


def kinds() -> dict[str, str]:
    """Every kind the journal knows, in words."""
    return {kind: _(words) for kind, words in HAPPENED.items()}


def sentence(kind: str, facts: dict[str, Any]) -> str:
    """The sentence of that kind; an unknown kind is shown by its name, never left out."""
    known = HAPPENED.get(kind)
    words = _(known) if known else kind.replace("_", " ")
    more = [tell(facts[key]) for key, tell in FACTS.items() if facts.get(key) not in (None, "", [])]
    return f"{words}: {', '.join(more)}" if more else words


# Facts worth a word, in the order in which they are told.
FACTS: dict[str, Callable[[Any], str]] = {
    "name": str,
    "number": str,
    "seq": lambda seq: _("no. %(seq)s") % {"seq": seq},
    "level": lambda level: _("level %(level)s") % {"level": ROMAN.get(level, level)},
    "suggested_level": lambda level: (
        _("suggests level %(level)s") % {"level": ROMAN.get(level, level)}
    ),
    "rows": lambda n: _("%(n)s table rows") % {"n": f"{n:,}"},
    "households": lambda n: _("%(n)s households") % {"n": f"{n:,}"},
    "people": lambda n: _("%(n)s people") % {"n": f"{n:,}"},
    "reason": str,
    "slip": lambda number: _("slip %(number)s") % {"number": number},
    "paper": lambda number: _("paper %(number)s") % {"number": number},
    "bars": lambda bars: _("closed to %(whom)s") % {"whom": Bars(bars).label},
    "reached_by": lambda way: str(ReachedBy(way).label),
    "who": str,
    "note": str,
    "finding": str,
}
