"""The hub of the store (今日任务): what waits, how much of it, and by when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.stock.models import Depot
from relief.warehouse import queries
from relief.web.acts import rule_of
from relief.web.store.places import depots


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of work: how many wait, the first deadline, and where it is done."""

    title: str
    count: int
    url: str
    note: str = ""
    due_at: dt.datetime | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A page of the store that is not about something waiting."""

    title: str
    text: str
    url: str
    icon: str


def cards(*, actor: Actor, now: dt.datetime) -> list[Card]:
    """Today's work, what is late first, then what waits, then what is done."""
    mine = depots(actor=actor)
    found = [
        *_going_out(actor, mine),
        *_coming_in(actor, mine),
        *_asked(actor, mine, now),
        *_looked_after(actor, mine, now),
    ]
    return sorted(found, key=lambda card: (not card.grave, not _late(card, now), not card.count))


def _late(card: Card, now: dt.datetime) -> bool:
    return card.due_at is not None and card.due_at < now


def _evening(day: dt.date | None) -> dt.datetime | None:
    """The end of a day in the county's zone."""
    if day is None:
        return None
    return dt.datetime.combine(day, dt.time(23, 59), tzinfo=get_default_timezone())


def _going_out(actor: Actor, mine: Sequence[Depot]) -> list[Card]:
    trips = queries.leaving(depots=mine, book_id=actor.book_id)
    picking, loading = queries.to_pick(trips=trips)
    road = queries.on_the_road(depots=mine, book_id=actor.book_id).order_by("due_at")
    first = road.first()
    url = reverse("web:trips")
    return [
        Card(_("To pick"), len(picking), url, due_at=picking[0].leaves_at if picking else None),
        Card(
            _("To load and check"),
            len(loading),
            url,
            due_at=loading[0].leaves_at if loading else None,
        ),
        Card(_("Not signed for yet"), road.count(), url, due_at=first.due_at if first else None),
    ]


def _coming_in(actor: Actor, mine: Sequence[Depot]) -> list[Card]:
    bought = queries.open_purchases(depots=mine, book_id=actor.book_id)
    due = next((one.due_on for one in bought if one.due_on), None)
    waiting = queries.to_report(depots=mine, book_id=actor.book_id)
    first = waiting.first()
    out = len(queries.returnable(depots=mine, book_id=actor.book_id))
    return [
        Card(_("Purchases to come"), len(bought), reverse("web:arrivals"), due_at=_evening(due)),
        Card(
            _("Acceptances to report"),
            waiting.count(),
            reverse("web:arrivals"),
            due_at=_evening(first.report_due if first else None),
        ),
        Card(
            _("Reusable goods still out"),
            out,
            reverse("web:returns"),
            note=_("deliveries") if out else "",
        ),
    ]


def _asked(actor: Actor, mine: Sequence[Depot], now: dt.datetime) -> list[Card]:
    differences = list(queries.open_differences(actor=actor))
    handed = sum(one.handed_on_at is not None for one in differences)
    papers = queries.papers_due(actor=actor)
    first = papers.first()
    scraps = queries.open_scraps(depots=mine, book_id=actor.book_id)
    return [
        Card(
            _("Differences to answer"),
            len(differences),
            reverse("web:differences"),
            note=_("handed on: %(n)d") % {"n": handed} if handed else "",
            grave=bool(differences),
        ),
        Card(
            _("Papers of telephone orders"),
            papers.count(),
            reverse("web:orders"),
            due_at=first.paper_due if first else None,
        ),
        Card(_("Scrapping to decide"), scraps.count(), reverse("web:scraps")),
    ]


def _looked_after(actor: Actor, mine: Sequence[Depot], now: dt.datetime) -> list[Card]:
    counts = list(queries.open_counts(depots=mine, book_id=actor.book_id))
    days = queries.expiring(depots=mine, book_id=actor.book_id, on=localdate(now))
    stock = reverse("web:stock")
    return [
        Card(
            _("Stocktakes"),
            len(counts),
            reverse("web:counts"),
            note=", ".join(f"{one.depot}: {one.get_state_display()}" for one in counts[:2]),
        ),
        Card(_("Lots past their last day"), len(days["past"]), f"{stock}?due=out#lots"),
        Card(_("Lots expiring within 30 days"), len(days["30"]), f"{stock}?due=30#lots"),
        Card(_("Lots expiring in 31 to 90 days"), len(days["90"]), f"{stock}?due=90#lots"),
    ]


def ways(*, actor: Actor) -> list[tuple[str, list[Way]]]:
    """Every page of the store the person may open, by kind."""
    groups = [
        (
            _("Goods in and out"),
            [
                ("web:arrivals", _("Arrivals and purchases"), _("accept what comes"), "truck"),
                ("web:returns", _("Returns"), _("reusable goods come back"), "back"),
                ("web:repairs", _("Repair"), _("sound again or past repair"), "check"),
                ("web:blanks", _("Blank slips"), _("for the hour without power"), "report"),
            ],
        ),
        (
            _("Book and facts"),
            [
                ("web:stock", _("Stock"), _("by item and lot"), "box"),
                ("web:counts", _("Stocktakes"), _("count blind, approve"), "scale"),
                ("web:differences", _("Differences"), _("where the book is wrong"), "warning"),
                ("web:scraps", _("Scrapping"), _("ask and decide"), "leave"),
                ("web:store_search", _("Search"), _("name, initials or code"), "info"),
                ("web:trace", _("Trace"), _("from where, and where to"), "road"),
            ],
        ),
        (
            _("Keeping the store"),
            [
                ("web:bins", _("Bins and codes"), _("where each lot lies"), "board"),
                ("web:paper_labels", _("Labels"), _("for lots and bins"), "download"),
                ("web:tables", _("Excel tables"), _("import and export"), "report"),
            ],
        ),
        (
            _("Partners and provision"),
            [
                ("web:agreements", _("Agreements"), _("call on suppliers"), "book"),
                ("web:requisitions", _("Requisitions"), _("take, return, pay"), "village"),
                ("web:targets", _("Stock targets"), _("what is short"), "scale"),
                ("web:rotation", _("Rotation"), _("what to use up first"), "clock"),
                ("web:season", _("Season readiness"), _("flood season and winter"), "task"),
                ("web:yearly", _("Yearly report"), _("due by 10 January"), "journal"),
            ],
        ),
    ]
    shown = [
        (
            title,
            [
                Way(words, text, reverse(name), icon)
                for name, words, text, icon in entries
                if _may(actor, name)
            ],
        )
        for title, entries in groups
    ]
    return [(title, entries) for title, entries in shown if entries]


def _may(actor: Actor, name: str) -> bool:
    acts: tuple[Act, ...] = rule_of(name).read
    return not acts or any(actor.paths(act) for act in acts)
