"""The what-if page: two plans side by side, the same figures in the same places."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gis.models import Area, RoadLink
from relief.access.gate import Actor
from relief.catalog import queries as catalog
from relief.catalog.models import Item
from relief.incidents.models import Incident
from relief.outlook import changes, compare, names, what_if
from relief.outlook.changes import Change, Known
from relief.outlook.what_if import Side
from relief.web.forms.outlook import SupposeForm, all_of
from relief.web.goods.explained import language
from relief.web.outlook.side_by_side import Row, rows, today, verdict

MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class Chip:
    """A change in words, the address without it, and where to make it real."""

    words: str
    without: str
    real: str
    real_words: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One need that gets more or less, in words and numbers."""

    town: Area
    item: Item
    cls: int
    quantity: int
    before: int
    after: int
    people: int
    was: str
    remains: str


@dataclass(frozen=True, slots=True)
class Rerouted:
    town: Area
    item: Item
    before: list[tuple[str, int]]
    after: list[tuple[str, int]]


@dataclass(slots=True)
class WhatIfPage:
    """Everything the page shows. `after` is None while nothing is supposed."""

    incident: Incident
    forms: list[SupposeForm]
    chips: list[Chip]
    faults: list[str]
    kept: list[str]
    reckoned_at: dt.datetime
    verdict: str
    turn: str
    rows: list[Row]
    supposed: bool
    better: list[Changed] = field(default_factory=list)
    worse: list[Changed] = field(default_factory=list)
    left_out: int = 0
    rerouted: list[Rerouted] = field(default_factory=list)


def address(*, incident: Incident, texts: Sequence[str]) -> str:
    """The page with these changes; any such address can be sent to a colleague."""
    base = reverse("web:what_if", args=[incident.id])
    query = urlencode([("change", text) for text in texts])
    return f"{base}?{query}" if query else base


def read(
    *, actor: Actor, incident: Incident, query: QueryDict, now: dt.datetime
) -> tuple[WhatIfPage | None, str]:
    """The page, or the address to go to because the query added a change."""
    standing = what_if.before(incident=incident, now=now)
    there = what_if.there(
        actor=actor, incident=incident, question=standing.question, now=standing.now
    )
    found, faults = changes.parse(query.getlist("change"), known=there.known)
    asked = query.get("add", "")
    forms = all_of(known=there.known, roads=_choices(there.roads), asked=asked, data=query)
    sent = next((form for form in forms if form.is_bound), None)
    if sent is not None and sent.is_valid():
        texts = [change.text for change in (*found, sent.change())]
        return None, address(incident=incident, texts=list(dict.fromkeys(texts)))
    then = (
        what_if.after(incident=incident, standing=standing, changes=found, there=there)
        if found
        else None
    )
    towns = {need.area.code: need.area for need in standing.question.needs.values()}
    page = WhatIfPage(
        incident=incident,
        forms=forms,
        chips=[_chip(incident, found, n, there.known) for n in range(len(found))],
        faults=faults,
        kept=[change.text for change in found],
        reckoned_at=standing.now,
        verdict="",
        turn="",
        rows=rows(standing, then, towns),
        supposed=then is not None,
    )
    if then is None:
        page.verdict = today(standing.figures, towns)
    else:
        page.verdict, page.turn = verdict(standing, then, towns)
        _differences(page, standing, then, there.known, towns, supposed=len(found))
    return page, ""


def _chip(incident: Incident, found: list[Change], n: int, known: Known) -> Chip:
    others = [change.text for change in (*found[:n], *found[n + 1 :])]
    real, words = _make_real(incident, found[n])
    return Chip(
        words=changes.describe(found[n], known=known),
        without=address(incident=incident, texts=others),
        real=real,
        real_words=words,
    )


def _make_real(incident: Incident, change: Change) -> tuple[str, str]:
    closing = reverse("web:closure_new", args=[incident.id])
    match change:
        case changes.Closed(links):
            query = urlencode([("links", number) for number in links])
            return f"{closing}?{query}", _("Close it really")
        case changes.Reopened():
            return closing, _("Reopen it really")
        case changes.MoreStock(place) if place.startswith("depot:"):
            depot = place.partition(":")[2]
            return f"{reverse('web:stock')}?depot={depot}", _("Stock of this store")
        case changes.MoreStock(place) if place.startswith("area:"):
            return reverse("web:stock"), _("Stock")
    return reverse("web:agreements"), _("Agreements and vehicles")


def _differences(
    page: WhatIfPage,
    standing: Side,
    then: Side,
    known: Known,
    towns: dict[str, Area],
    *,
    supposed: int,
) -> None:
    items = catalog.by_code()
    called = names.of(then.question, lang=language(), places=known.places, supposed=supposed)
    found = compare.differences(standing, then, lang=language(), names=called)
    page.left_out = max(0, len(found) - MOST_LISTED)
    # The largest gains and the largest losses are listed; small ones in between are counted.
    listed = found if not page.left_out else found[: MOST_LISTED // 2] + found[-MOST_LISTED // 2 :]
    for one in listed:
        changed = Changed(
            town=towns[one.code],
            item=items[one.item],
            cls=one.cls,
            quantity=one.quantity,
            before=one.met_before,
            after=one.met_after,
            people=round(abs(one.people)),
            was=one.why_before,
            remains=one.why_after,
        )
        if one.people > 0:
            page.better.append(changed)
        else:
            page.worse.insert(0, changed)
    page.rerouted = [
        Rerouted(
            town=towns[one.code],
            item=items[one.item],
            before=[(called[key], units) for key, units in sorted(one.before.items())],
            after=[(called[key], units) for key, units in sorted(one.after.items())],
        )
        for one in compare.moved(standing, then)[:MOST_LISTED]
    ]


def _choices(roads: list[tuple[str, list[RoadLink]]]) -> list[tuple[str, Any]]:
    """Stretches of road in groups for one select."""
    return [
        (
            town,
            [
                (
                    link.number,
                    _("%(road)s · %(km)s km · no. %(number)d")
                    % {
                        "road": link.name or link.get_road_class_display(),
                        "km": f"{link.metres / 1000:.1f}",
                        "number": link.number,
                    },
                )
                for link in stretches
            ],
        )
        for town, stretches in roads
    ]
