"""What boards say: the texts the browser fills in, in the language of the request.

Placeholders stand in braces: `{n}`. The browser puts numbers and times in their places.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relief.allocation.models import PlanState
from relief.deliveries.models import TripState
from relief.incidents.models import Hazard
from relief.reports.models import ReportKind, ReportState
from relief.stock.models import LotState

# One sentence for each kind of journal entry.
HAPPENED: Mapping[str, str] = {
    "incident_opened": gettext_noop("Incident opened"),
    "report_filed": gettext_noop("Report filed"),
    "report_returned": gettext_noop("Report returned"),
    "report_verified": gettext_noop("Report verified"),
    "reports_overdue": gettext_noop("A report is overdue"),
    "report_adopted": gettext_noop("Report adopted"),
    "reports_merged": gettext_noop("Reports merged"),
    "items_gathered": gettext_noop("Reports from phones gathered"),
    "report_passed_on": gettext_noop("County's figures passed on"),
    "alert_seen": gettext_noop("Alert taken note of"),
    "damage_recorded": gettext_noop("Damaged house recorded"),
    "damage_corrected": gettext_noop("Damaged house corrected"),
    "village_confirmed": gettext_noop("Affected village confirmed"),
    "shelter_counted": gettext_noop("People in a shelter counted"),
    "response_activated": gettext_noop("Response activated"),
    "response_ended": gettext_noop("Response ended"),
    "task_finished": gettext_noop("Task finished"),
    "plan_drafted": gettext_noop("Plan drafted"),
    "plan_run_asked": gettext_noop("Plan asked of the worker"),
    "plan_run_started": gettext_noop("The worker began a plan"),
    "plan_run_cancelled": gettext_noop("Plan run cancelled"),
    "plan_run_ended": gettext_noop("Plan run ended without a plan"),
    "plan_proposed": gettext_noop("Plan proposed"),
    "plan_approved": gettext_noop("Plan approved, orders issued"),
    "plan_refused": gettext_noop("Plan refused"),
    "trip_dispatched": gettext_noop("Trip dispatched"),
    "trip_received": gettext_noop("Trip received"),
    "check_settled": gettext_noop("Check settled"),
    "road_closed": gettext_noop("Road closed"),
    "road_reopened": gettext_noop("Road reopened"),
    "lot_state_changed": gettext_noop("Lot taken out of use or put back"),
    "phone_allowed": gettext_noop("Code for a phone made"),
    "phone_revoked": gettext_noop("Phone revoked"),
    "item_received": gettext_noop("Report received, waits to be gathered"),
    "screen_allowed": gettext_noop("Screen allowed"),
    "screen_link_renewed": gettext_noop("New link for a screen"),
    "screen_opened": gettext_noop("Screen switched on"),
    "screen_revoked": gettext_noop("Screen revoked"),
}


def _labels(choices: type[models.TextChoices]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def in_browser() -> dict[str, Any]:
    """Every text a board's scripts show."""
    return {
        "live": _("Live"),
        "catching_up": _("Catching up"),
        "stale": _("Data as of {time} ({n} s ago). Reconnecting."),
        "do_not_decide": _("Do not decide on these figures."),
        "polling": _("Live, asked every two seconds"),
        "replayed": _("Back online, {n} updates replayed."),
        "past": _("As it was"),
        "past_strip": _("As it was at {time} (entry {n}). Read-only."),
        "past_news": _("Now ({n} new)"),
        "past_before": _("Before the first event"),
        "past_nothing": _("There is no event yet to go back to."),
        "past_failed": _("That moment could not be fetched. Check the connection and try again."),
        "not_allowed": _("Your duty no longer includes this board."),
        "no_incident": _("No open incident"),
        "no_incident_hint": _("When one is opened it appears here by itself."),
        "no_response": _("No response activated"),
        "level": _("level {n}"),
        "response_since": _("Level {n} response since {time}"),
        "started": _("Started {time}"),
        "suggested": _("Figures suggest level {n}"),
        "as_of": _("as of {time}"),
        "as_of_span": _("as of {first}–{last}"),
        "no_report_yet": _("no report yet"),
        "never_reported": _("has not reported at all"),
        "last_report": _("last report {time}"),
        "late": _("late {span}"),
        "left": _("{span} left"),
        "minutes": _("{n} min"),
        "hours": _("{h} h {m} min"),
        "days": _("{d} d {h} h"),
        "cell": _(
            "{place}, {item}: need {need}, allocated {allocated}, on the road {road}, "
            "received {received}, gap {gap}"
        ),
        "goods_note": _("allocated {n} %"),
        "trips_note": _("{planned} to leave, {late} late"),
        "dead_note": _("{deaths} dead, {missing} missing"),
        "rooms_note": _("{collapsed} collapsed, {severe} severe"),
        "reports_note": _("{n} of {all} townships reported"),
        "relocated_note": _("{n} in shelters"),
        "shelter_fill": _("{people} of {capacity}"),
        "not_counted": _("not counted yet"),
        "dispatch": _("Dispatch"),
        "receive": _("Receive"),
        "confirm": _("Confirm"),
        "report": _("Report figures"),
        "alert": _("Urgent: {place}"),
        "alert_said": _("{deaths} dead, {missing} missing, {trapped} trapped"),
        "alert_seen": _("Seen"),
        "report_up": _("Report to the prefecture"),
        "report_up_open": _("Rapid report"),
        "copies_due": _("Copies to province and ministry"),
        "desk": _("County desk"),
        "finish": _("Done"),
        "presumed": _("{households} households, {people} people presumed"),
        "confirmed": _("{households} households, {people} people confirmed"),
        "to_confirm": _("to confirm"),
        "closed_since": _("closed since {time}"),
        "closed_heavy": _("closed to heavy trucks"),
        "cut_off": _("no road reaches it"),
        "cuts_off": _("cuts off {places}"),
        "check_short": _("{n} short"),
        "check_damaged": _("{n} damaged"),
        "check_surplus": _("{n} too many"),
        "of": _("{n} of {all}"),
        "package": _("{n} {unit} to a package"),
        "expires": _("expires {date}"),
        "expired": _("expired"),
        "done_at": _("done {time}"),
        "first_due": _("first due {time}"),
        "after_due": _("arrives after it is due"),
        "stop_no": _("and {n} more"),
        "unknown_place": _("another place"),
        "confirmed_short": _("confirmed"),
        "presumed_short": _("presumed, to confirm"),
        "places_note": _("in {n} places"),
        "expiring_note": _("items with lots expiring within {n} days"),
        "columns": {
            "township": _("Township"),
            "all": _("All"),
            "item": _("Item"),
            "need": _("Need"),
            "allocated": _("Allocated"),
            "road": _("On the road"),
            "received": _("Units received"),
            "gap": _("Gap"),
            "leaves": _("Leaves"),
            "arrives": _("Arrives"),
            "due": _("Due"),
            "report": _("Report"),
            "as_of": _("As of"),
            "affected": _("Affected people"),
            "relocated": _("Relocated people"),
            "dead": _("Dead and missing"),
            "rooms": _("Rooms collapsed or severely damaged"),
            "on_hand": _("On hand"),
            "held": _("Held"),
            "free": _("Free"),
            "expiring": _("Expiring"),
            "blocked": _("Out of use"),
            "left": _("Left to call"),
            "valid_to": _("Valid to"),
        },
        "hazards": _labels(Hazard),
        "trip_states": _labels(TripState),
        "report_kinds": _labels(ReportKind),
        "report_states": _labels(ReportState),
        "plan_states": _labels(PlanState),
        # The one reason the system itself gives; people type the others.
        "plan_reasons": {"response activated": _("response activated")},
        "lot_states": _labels(LotState),
        "happened": {kind: _(sentence) for kind, sentence in HAPPENED.items()},
    }
