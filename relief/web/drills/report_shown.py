"""Problems that the numbers of an evaluation show by themselves, in sentences (数据显示的问题)."""

from django.utils.translation import gettext as _

from relief.drills.measures import Evaluation
from relief.drills.measures.shapes import Outcome, Standard
from relief.web.drills import report_words
from relief.web.drills.report_names import Names
from relief.web.templatetags.goods import percent


def problems(numbers: Evaluation, names: Names) -> dict[str, str]:
    """By a key that stays the same: what was missed, what went wrong, who was left behind."""
    found = {f"standard-{one.key}": _missed(one) for one in numbers.standards if one.met is False}
    fill = numbers.fill
    if fill.worst is not None and fill.worst_area is not None and fill.worst.at_end < 1:
        found["worst-off"] = _(
            "Worst off at the end: %(area)s with %(share)s of its need met; the whole area %(all)s."
        ) % {
            "area": names.place(fill.worst_area),
            "share": percent(fill.worst.at_end),
            "all": percent(fill.overall.at_end if fill.overall else None),
        }
    unheard = [one.area for one in numbers.silent if not (one.noticed_at or one.heard_at)]
    if unheard:
        found["silent"] = _("Townships without telephone that nobody noticed: %(areas)s.") % {
            "areas": _(", ").join(names.place(one) for one in unheard)
        }
    never = [one.number for one in numbers.injects.every if one.outcome == Outcome.NEVER]
    if never:
        found["injects"] = _("Injects never dealt with: no. %(numbers)s.") % {
            "numbers": _(", ").join(map(str, never))
        }
    if numbers.decisions.stale:
        found["stale"] = _("Decisions on stale data: %(stale)s of %(all)s.") % {
            "stale": numbers.decisions.stale,
            "all": len(numbers.decisions.every),
        }
    issues = numbers.issues
    unexplained = len(issues.every) - issues.in_order - issues.explained
    if unexplained:
        found["issues"] = _(
            "Issues of a lot although one that expires earlier was free, without a reason: %(n)s."
        ) % {"n": unexplained}
    if numbers.wrong:
        found["wrong"] = _("Wrong or duplicate issues and receipts: %(n)s.") % {
            "n": len(numbers.wrong)
        }
    return found


def _missed(one: Standard) -> str:
    """A standard that was not met: what was reached, its limit, and how many were in time."""
    name = report_words.STANDARDS[one.key]
    if one.goal is None:
        words = _("%(standard)s: in time %(in_time)s of %(of)s.")
    elif one.reached is None:
        words = _("%(standard)s: never; the limit is %(limit)s.")
    else:
        words = _(
            "%(standard)s: %(reached)s, the limit is %(limit)s; in time %(in_time)s of %(of)s."
        )
    return words % {
        "standard": name,
        "reached": report_words.in_unit(one.reached, one.goal),
        "limit": report_words.limit(one.goal),
        "in_time": one.in_time,
        "of": one.of,
    }
