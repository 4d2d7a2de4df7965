"""Where a board's rows lead: addresses of pages with the row's id left open, as `{id}`."""

from django.urls import reverse

from relief.boards.scopes import Scope

_NUMBER, _OTHER = 918273645, 546372819

# Name in the browser: the page whose keyword `id` is the row's.
_PAGES = {
    "incident": "web:incident",
    "report": "web:report",
    "affected": "web:affected",
    "villages": "web:villages",
    "shelter": "web:shelter",
    "trip": "web:trip",
    "plan": "web:plan",
    "check": "web:check_settle",
    "order": "web:order",
    "line": "web:stop_line",
    "alert_seen": "web:alert_seen",
    "call": "web:call",
    "rapid": "web:rapid",
}


def pages() -> dict[str, str]:
    """Addresses by name, with `{id}` and other words in braces still open."""
    found = {
        name: reverse(view, kwargs={"id": _NUMBER}).replace(str(_NUMBER), "{id}")
        for name, view in _PAGES.items()
    }
    found["report_new"] = _filled("web:report_new", id="{id}", code="{place}")
    found["need"] = _filled("web:need", id="{id}", code="{place}", item="{item}")
    found["receive"] = _filled("web:stop_receive", trip="{id}", id="{stop}")
    found["checks"] = reverse("web:checks")
    found["differences"] = reverse("web:differences")
    found["calls"] = reverse("web:calls")
    found["desk"] = reverse("web:desk")
    found["journal"] = reverse("web:journal")
    return found


def feed(*, scope: Scope, code: str) -> dict[str, str]:
    """Addresses of this board's snapshot, past, socket and polling fallback."""
    kwargs = {"view": str(scope.view), "code": code}
    events = reverse("live:events", kwargs=kwargs)
    return {
        "snapshot": reverse("boards:snapshot", kwargs=kwargs),
        "past": reverse("boards:past", kwargs=kwargs),
        "film": reverse("boards:film", kwargs=kwargs),
        "events": events,
        "socket": events.removesuffix("events"),
    }


def _filled(view: str, **words: str) -> str:
    """The address of `view` with each word in braces in its keyword's place."""
    stand_ins = {"{id}": _NUMBER, "{stop}": _OTHER, "{place}": "9" * 12, "{item}": "ITEM-0"}
    address = reverse(view, kwargs={name: stand_ins[word] for name, word in words.items()})
    for word in words.values():
        address = address.replace(str(stand_ins[word]), word)
    return address
