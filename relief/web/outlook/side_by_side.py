"""Two plans side by side in words and figures: the verdict, and a row per figure."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area
from relief.outlook.figures import Figures
from relief.outlook.what_if import Side
from relief.web.goods.explained import language

MUCH_LATER = 50  # person-hours; fewer are not worth a sentence of the verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both plans. `turn` is better, worse, or empty where it stays."""

    name: str
    before: str
    after: str
    change: str
    turn: str


def shares(before: float, after: float) -> tuple[str, str]:
    """Two shares as percentages, rounded down; with a tenth where whole numbers would hide it."""
    if int(before * 100 + 1e-9) != int(after * 100 + 1e-9) or before == after:
        return f"{int(before * 100 + 1e-9)}\u00a0%", f"{int(after * 100 + 1e-9)}\u00a0%"
    tenths = [math.floor(share * 1000 + 1e-9) / 10 for share in (before, after)]
    return f"{tenths[0]}\u00a0%", f"{tenths[1]}\u00a0%"


def today(now: Figures, towns: dict[str, Area]) -> str:
    if now.worst is None:
        return _("As things stand everybody gets all they need. Suppose a change below.")
    share, _same = shares(now.worst.cover, now.worst.cover)
    return _(
        "As things stand %(town)s is worst off: it gets %(share)s of its class %(cls)d goods. "
        "Suppose a change below."
    ) % {"town": towns[now.worst.code], "share": share, "cls": now.worst.cls}


def verdict(standing: Side, then: Side, towns: dict[str, Area]) -> tuple[str, str]:
    """The answer in a few sentences, and whether it is better or worse."""
    before, after = standing.figures, then.figures
    said, turn = [], ""
    for cls, share in before.cover.items():
        if abs(after.cover.get(cls, share) - share) > 0.0005:
            turn = "better" if after.cover[cls] > share else "worse"
            was, is_ = shares(share, after.cover[cls])
            words = (
                _("Better: people get %(after)s of class %(cls)d goods instead of %(before)s.")
                if turn == "better"
                else _("Worse: people get %(after)s of class %(cls)d goods instead of %(before)s.")
            )
            said.append(words % {"after": is_, "cls": cls, "before": was})
            break
    if not said:
        late = after.late_person_hours - before.late_person_hours
        hours = after.last_hour - before.last_hour
        if abs(late) < 0.5 and abs(hours) < 1 / 60:
            return _("It would change nothing that counts: nobody gets more, or sooner."), ""
        turn = "better" if (late, hours) < (0, 0) else "worse"
        said.append(
            _("In all people get as much as before. Last arrival %(after)s instead of %(before)s.")
            % {
                "after": _clock(then, after.last_hour),
                "before": _clock(standing, before.last_hour),
            }
        )
    elif turn == "better" and _much_later(before, after):
        said.append(
            _("But goods come later: %(after)s person-hours late, not %(before)s.")
            % {
                "after": f"{after.late_person_hours:,.0f}",
                "before": f"{before.late_person_hours:,.0f}",
            }
        )
    lost = [code for code in after.cut_off if code not in before.cut_off]
    if lost:
        said.append(_("Cut off by it: %(towns)s.") % {"towns": _named(lost, towns)})
    if after.worst is None:
        said.append(_("Then nothing is missing anywhere."))
    else:
        least, _same = shares(after.worst.cover, after.worst.cover)
        said.append(
            _("Worst off then: %(town)s with %(share)s of class %(cls)d.")
            % {"town": towns[after.worst.code], "share": least, "cls": after.worst.cls}
        )
    return ("" if language() == "zh" else " ").join(said), turn


def _much_later(before: Figures, after: Figures) -> bool:
    return after.late_person_hours > 1.1 * before.late_person_hours + MUCH_LATER


def rows(standing: Side, then: Side | None, towns: dict[str, Area]) -> list[Row]:
    before = standing.figures
    after = then.figures if then else before
    found = []
    for cls, share in before.cover.items():
        now, then_ = shares(share, after.cover.get(cls, share))
        points = (after.cover.get(cls, share) - share) * 100
        found.append(
            Row(
                name=_("Class %(cls)d goods people get") % {"cls": cls},
                before=now,
                after=then_,
                change=f"{points:+.1f}".replace("-", "−") if abs(points) >= 0.05 else "",
                turn=_turn(points, more_is_better=True, least=0.05),
            )
        )
    found.append(_worst_row(before, after, towns))
    found.append(_count(_("Units short"), before.short_units, after.short_units))
    found.append(_count(_("Townships short"), before.short_places, after.short_places))
    found.append(
        Row(
            name=_("Cut off by road"),
            before=_named(before.cut_off, towns),
            after=_named(after.cut_off, towns),
            change="",
            turn=_turn(len(after.cut_off) - len(before.cut_off)),
        )
    )
    late = _("Person-hours late")
    found.append(_count(late, round(before.late_person_hours), round(after.late_person_hours)))
    found.append(
        Row(
            name=_("Last arrival"),
            before=_clock(standing, before.last_hour),
            after=_clock(then or standing, after.last_hour),
            change=_minutes(after.last_hour - before.last_hour),
            turn=_turn(after.last_hour - before.last_hour, least=1 / 60),
        )
    )
    found.append(_count(_("Trips"), before.trips, after.trips, judged=False))
    found.append(
        _count(_("Cost"), round(before.yuan), round(after.yuan), judged=False, shown=_money)
    )
    return found


def _worst_row(before: Figures, after: Figures, towns: dict[str, Area]) -> Row:
    def words(found: Figures, share: str) -> str:
        if found.worst is None:
            return _("nobody lacks anything")
        return _("%(town)s: %(share)s of class %(cls)d") % {
            "town": towns[found.worst.code],
            "share": share,
            "cls": found.worst.cls,
        }

    def rank(found: Figures) -> tuple[int, float]:
        return (found.worst.cls, round(found.worst.cover, 6)) if found.worst else (9, 1.0)

    turn = "better" if rank(after) > rank(before) else "worse" if rank(after) < rank(before) else ""
    had, has = (found.worst.cover if found.worst else 1.0 for found in (before, after))
    was, is_ = shares(had, has)
    return Row(_("Worst-off township"), words(before, was), words(after, is_), "", turn)


def _count(
    name: str,
    before: int,
    after: int,
    *,
    judged: bool = True,
    shown: Callable[[int], str] | None = None,
) -> Row:
    text = shown or (lambda number: f"{number:,}")
    gap = after - before
    change = "" if not gap else f"{'+' if gap > 0 else '−'}{text(abs(gap))}"
    return Row(name, text(before), text(after), change, _turn(gap) if judged else "")


def _money(yuan: int) -> str:
    return f"¥{yuan:,}"


def _turn(gap: float, *, more_is_better: bool = False, least: float = 0.0) -> str:
    if abs(gap) <= least:
        return ""
    return "better" if (gap > 0) == more_is_better else "worse"


def _minutes(hours: float) -> str:
    minutes = round(hours * 60)
    if not minutes:
        return ""
    sign = "+" if minutes > 0 else "−"
    return _("%(sign)s%(minutes)d min") % {"sign": sign, "minutes": abs(minutes)}


def _clock(side: Side, hours: float) -> str:
    if not side.proposal.lines:
        return "–"
    return f"{timezone.localtime(side.now + dt.timedelta(hours=hours)):%m-%d %H:%M}"


def _named(codes: Sequence[str], towns: dict[str, Area]) -> str:
    return ", ".join(str(towns[code]) for code in codes if code in towns) or "–"
