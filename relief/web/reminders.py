"""What comes due by itself (到期提醒): on the start page in the quiet days between disasters.

Nothing here is urgent in a disaster's night: while an incident runs the start page leaves it out,
and the pages of the store and of the agreements still tell it. In a drill there is none of it:
agreements, lots and seasons are the real operation's.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.calls import queries as calls
from relief.calls.models import SeasonCheck
from relief.calls.rules import Reminder as Ends
from relief.calls.rules import Season
from relief.deliveries.models import TransportAgreement
from relief.norms import queries as norms
from relief.stock import yearly
from relief.stock.models import SupplyAgreement
from relief.warehouse import queries as store
from relief.web.calls import season_page
from relief.web.store.places import depots


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that comes due: its title, what it is about, and the page it is looked after on."""

    icon: str
    title: str
    text: str
    url: str
    late: bool = False


@norms.remembered()
def reminders(*, actor: Actor, now: dt.datetime) -> list[Reminder]:
    """Everything that comes due for this person's duties, what is late first."""
    found = [*_lots(actor, now), *_papers(actor, now), *_agreements(actor, now)]
    found += [*_seasons(actor, now)]
    return sorted(found, key=lambda one: not one.late)


def _lots(actor: Actor, now: dt.datetime) -> Iterator[Reminder]:
    """Lots past or near their last good day (临期), for who keeps them."""
    kept = depots(actor=actor, act=Act.KEEP_STORE) if actor.paths(Act.KEEP_STORE) else []
    if not kept:
        return
    found = store.expiring(depots=kept, book_id=actor.book_id, on=localdate(now))
    stock = reverse("web:stock")
    for key, due, title in (
        ("past", "out", _("Lots past their last day: %(n)d")),
        ("30", "30", _("Lots expiring within 30 days: %(n)d")),
    ):
        lots = [holding.lot for holding in found[key]]
        if lots:
            items = ", ".join(dict.fromkeys(str(lot.item) for lot in lots))
            url = f"{stock}?due={due}#lots"
            yield Reminder("box", title % {"n": len(lots)}, items, url, late=key == "past")


def _papers(actor: Actor, now: dt.datetime) -> Iterator[Reminder]:
    """Acceptances to report on, and what was bought and has not come."""
    kept = depots(actor=actor, act=Act.TAKE_IN) if actor.paths(Act.TAKE_IN) else []
    if not kept:
        return
    today, url = localdate(now), reverse("web:arrivals")
    waiting = list(store.to_report(depots=kept, book_id=actor.book_id))
    if waiting:
        first = waiting[0].report_due
        title = _("Acceptances to report on: %(n)d") % {"n": len(waiting)}
        yield Reminder("report", title, _("First by %(day)s") % {"day": first}, url, first < today)
    bought = store.open_purchases(depots=kept, book_id=actor.book_id).filter(due_on__lt=today)
    suppliers = [one.supplier for one in bought]
    if suppliers:
        title = _("Purchases that should have come: %(n)d") % {"n": len(suppliers)}
        yield Reminder("truck", title, ", ".join(dict.fromkeys(suppliers)), url, late=True)


def _agreements(actor: Actor, now: dt.datetime) -> Iterator[Reminder]:
    """Agreements that end soon, and partners that nobody has test-called for long."""
    if not actor.paths(Act.CALL_AGREEMENT):
        return
    given: list[SupplyAgreement | TransportAgreement] = [
        one
        for kind in (SupplyAgreement, TransportAgreement)
        for one in kind.objects.visible_to(actor)
        .select_related("area")
        .defer("area__boundary")
        .order_by("number")
    ]
    stand = calls.partners(actor=actor, agreements=given, now=now)
    partners = [
        (one, stand["supply" if isinstance(one, SupplyAgreement) else "transport", one.id])
        for one in given
    ]
    url = reverse("web:agreements")
    ending = [(one, how) for one, how in partners if how.reminder in (Ends.FIRST, Ends.LAST)]
    if ending:
        names = ", ".join(f"{one} {one.valid_to}" for one, _how in ending)
        last = any(how.reminder == Ends.LAST for _one, how in ending)
        yield Reminder(
            "book", _("Agreements that end soon: %(n)d") % {"n": len(ending)}, names, url, last
        )
    silent = [str(one) for one, how in partners if how.test_overdue]
    if silent:
        title = _("Partners to be test-called: %(n)d") % {"n": len(silent)}
        yield Reminder("phone", title, ", ".join(silent), url)


def _seasons(actor: Actor, now: dt.datetime) -> Iterator[Reminder]:
    """The check before a season that nobody has signed, and the yearly report in January."""
    today = localdate(now)
    counties = Area.objects.filter(
        level=Level.COUNTY,
        path__in=[duty.path for duty in actor.duties if duty.allows(Act.APPROVE_STOCK)],
    ).defer("boundary")
    titles = {
        Season.FLOOD: _("Flood season: the readiness check is not signed"),
        Season.WINTER: _("Winter: the readiness check is not signed"),
    }
    for county in counties:
        keys = ["season.remind", "report.yearly_due"]
        try:
            found = norms.numbers(area=county, keys=keys, on=today)
            spans = {s: season_page.span_of(area=county, season=s, on=today) for s in titles}
        except norms.NoNorm:
            continue  # The pages of the seasons and of the report say which norm is missing.
        signed = set(
            SeasonCheck.objects.filter(area=county, book_id=actor.book_id).values_list(
                "season", "year"
            )
        )
        for season, span in spans.items():
            ahead = dt.timedelta(days=int(found["season.remind"]))
            if span.first - ahead <= today and (season, span.year) not in signed:
                url = f"{reverse('web:season')}?season={season}&area={county.code}"
                text = f"{county} · {span.first} – {span.last}"
                yield Reminder("task", titles[season], text, url, late=span.first <= today)
        last = today.year - 1
        due = yearly.due_on(year=last, month_day=int(found["report.yearly_due"]))
        if today <= due:
            title = _("The yearly report of %(year)d is due by %(day)s") % {
                "year": last,
                "day": due,
            }
            url = f"{reverse('web:yearly')}?year={last}&area={county.code}"
            yield Reminder("journal", title, str(county), url)
