"""What each number of the norms is called, and how it is written."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from relief.incidents.models import Hazard
from relief.norms.models import Norm
from relief.web.spans import minutes_in_words

NAMES = {
    "deadline.initial.township": gettext_lazy("Township's initial report, after the disaster"),
    "deadline.initial.county": gettext_lazy("County's initial report, after the disaster"),
    "deadline.forward": gettext_lazy("Passing a report on to the level above"),
    "deadline.direct.dead_missing": gettext_lazy(
        "Dead and missing from which province and ministry get copies at once"
    ),
    "deadline.daily.township": gettext_lazy("Township's daily report, by"),
    "deadline.daily.county": gettext_lazy("County's daily report, by"),
    "deadline.daily.prefecture": gettext_lazy("Prefecture's daily report, by"),
    "deadline.daily.province": gettext_lazy("Province's daily report, by"),
    "proposal.office": gettext_lazy("Office's proposal of a response level, after the report"),
    "first_batch.county": gettext_lazy("First batch of county goods arrives, after the order"),
    "first_batch.prefecture": gettext_lazy(
        "First batch of prefecture goods arrives, after the order"
    ),
    "first_batch.province": gettext_lazy(
        "First batch of provincial goods arrives, after the order"
    ),
    "plan.horizon": gettext_lazy("How far a plan looks ahead"),
    "decision.data_age": gettext_lazy("Figures older than this are stale for a decision"),
    "deadline.verified.township": gettext_lazy(
        "Township's verified report, after the disaster is stable"
    ),
    "deadline.verified.county": gettext_lazy(
        "County's verified report, after the disaster is stable"
    ),
    "report.growth_note_factor": gettext_lazy("A total that grows by more needs a reason"),
    "report.adopt_at_once": gettext_lazy("A good report of a township counts at once"),
    "report.plausible_share": gettext_lazy("Affected people a township may report at most"),
    "report.alike_metres": gettext_lazy("Reports nearer than this may be one"),
    "report.alike_minutes": gettext_lazy("Reports within this time of each other may be one"),
    "report.alike_share": gettext_lazy("Figures that differ by no more are similar"),
    "arrival.report_days": gettext_lazy("Report on goods accepted into a store, after they came"),
    "stock.target.people": gettext_lazy("People the county's store is meant for"),
    "stock.expiry_warning": gettext_lazy("Warning before a lot expires"),
    "stock.rotate_soon": gettext_lazy("A lot with so little time left is issued first"),
    "stock.rotate_later": gettext_lazy("A lot with so little time left is exchanged"),
    "stock.count_days": gettext_lazy("Every store is counted at least every"),
    "stock.storage_cost": gettext_lazy("Cost of storing the stock for a year"),
    "call.answer": gettext_lazy("A partner answers a call within"),
    "agreement.test_days": gettext_lazy("A partner is test-called at least every"),
    "agreement.remind_first": gettext_lazy("First reminder before an agreement ends"),
    "agreement.remind_last": gettext_lazy("Last reminder before an agreement ends"),
    "transport.refused_hours": gettext_lazy("A refused vehicle is left out of plans for"),
    "season.remind": gettext_lazy("Reminder before a season starts"),
    "season.flood_starts": gettext_lazy("Flood season starts on"),
    "season.flood_ends": gettext_lazy("Flood season ends on"),
    "season.winter_starts": gettext_lazy("Winter starts on"),
    "season.winter_ends": gettext_lazy("Winter ends on"),
    "report.yearly_due": gettext_lazy("Yearly report of the stores, by"),
    "shelf_life.noodles": gettext_lazy("Shelf life of instant noodles"),
    "shelf_life.water": gettext_lazy("Shelf life of bottled water"),
    "shelf_life.rice": gettext_lazy("Shelf life of rice"),
    "shelf_life.bedding": gettext_lazy("Shelf life of bedding"),
    "shelf_life.tents": gettext_lazy("Shelf life of tents"),
}


def name(key: str) -> str:
    """The number's name; a key a county added itself is shown as it is."""
    return str(NAMES.get(key, key))


def value(norm: Norm) -> str:
    """`6 h`, `08:00`, `2,000 people`, `110 % of the people`."""
    exact = norm.numerator / norm.denominator
    whole = int(exact) if exact == int(exact) else exact
    if norm.unit == "min of day":
        return f"{int(exact) // 60:02d}:{int(exact) % 60:02d}"
    if norm.unit == "min":
        return minutes_in_words(int(exact))
    if norm.unit == "h":
        return minutes_in_words(int(exact * 60))
    if norm.unit == "months":
        return _("%(months)s months") % {"months": f"{whole:,}"}
    if norm.unit == "days":
        return _("%(days)s days") % {"days": f"{whole:,}"}
    if norm.unit == "years":
        return _("%(years)s years") % {"years": f"{whole:,}"}
    if norm.unit == "working days":
        return _("%(days)s working days") % {"days": f"{whole:,}"}
    if norm.unit == "times":
        return _("%(times)s times") % {"times": f"{whole:g}"}
    if norm.unit == "yes or no":
        return _("yes") if norm.numerator else _("no")
    if norm.unit == "people":
        return _("%(people)s people") % {"people": f"{whole:,}"}
    if norm.unit == "month and day":
        month, day = divmod(int(exact), 100)
        return f"{month:02d}-{day:02d}"
    if norm.unit == "of the value a year":
        return _("%(share)s %% of the value per year") % {"share": f"{exact * 100:g}"}
    if norm.unit == "of people":
        return _("%(share)s %% of the resident population") % {"share": f"{exact * 100:g}"}
    if norm.unit == "of the figure":
        return _("%(share)s %% of the larger figure") % {"share": f"{exact * 100:g}"}
    return f"{whole:,} {norm.unit}"


def hazards(text: str) -> str:
    """The hazards a goods norm names, in words."""
    if not text:
        return pgettext("hazards", "every hazard")
    return ", ".join(str(Hazard(code).label) for code in text.split(","))
