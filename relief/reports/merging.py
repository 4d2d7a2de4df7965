"""Inner step: making one version of several that stand beside each other (合并)."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from relief.incidents.rules import check_same_form, text
from relief.journal.log import require_transaction
from relief.reports import chains, duties, rules, states, steps
from relief.reports.indicators import label
from relief.reports.models import Report, ReportKind, ReportState
from relief.reports.rules import Figures, FiguresRefused, Problem


class NothingToMerge(states.WrongState):
    """Two or more versions of one place are expected."""


def merge(
    *,
    reports: Sequence[Report],
    figures: Mapping[str, object],
    change_reason: str,
    change_note: str,
    narrative: str,
    request_key: uuid.UUID,
    merged_by: int,
    now: dt.datetime,
) -> steps.Filed:
    """Make one adopted version of several of one place, with the figures chosen.

    It rests on the newest version they all rest on; they, and what stands between, are merged into
    it and count no more. `figures` must say what holds where they differ. The caller holds the
    incident's lock. Raises NothingToMerge, WrongState or FiguresRefused.
    """
    require_transaction("merge")
    earlier = Report.objects.select_related("area", "village").filter(request_key=request_key)
    done = earlier.first()
    if done is not None:
        parts = set(done.merged.values_list("id", flat=True))
        check_same_form(same={report.id for report in reports} <= parts)
        return steps.Filed(done, again=True)
    _check_place(reports)
    first = reports[0]
    versions = steps.of_area(incident=first.incident, area=first.area)
    known = {one.id: one for one in versions}
    chosen = [known[report.id] for report in reports]
    for one in chosen:
        states.check_open(state=one.state, seq=one.seq)
        after = chains.followers(one, versions=versions, known=known)
        states.check_newest(seq=one.seq, follower=max((x.seq for x in after), default=None))
    base = chains.common(chosen, known=known)
    note = text(change_note, limit=200, name=_("note on the change"))
    reason = rules.reason_of(reason=change_reason, note=note)
    kind = _kind(chosen, base=base)
    limits, _at_once = steps.limits_of(place=first.village or first.area, now=now)
    whole = decide([one.figures for one in chosen], figures=figures, explained=bool(reason))
    rules.check_figures(
        figures=whole,
        previous=base.figures if base else None,
        explained=bool(reason),
        limits=limits,
        complete=kind == ReportKind.VERIFIED,
    )
    absorbed = _absorbed(chosen, base=base, known=known)
    for one in absorbed:
        one.state, one.counts = ReportState.MERGED, False
        one.checked_by, one.checked_at = merged_by, now
        one.save(update_fields=["state", "counts", "checked_by", "checked_at"])
    placed = [one for one in reversed(chosen) if one.point]
    report = Report(
        book_id=first.book_id,
        incident=first.incident,
        area=first.area,
        village=first.village,
        chain=(base or min(chosen, key=lambda one: one.seq)).chain,
        base=base,
        seq=max(one.seq for one in versions) + 1,
        kind=kind,
        state=ReportState.ADOPTED,
        point=placed[0].point if placed else None,
        accuracy_m=placed[0].accuracy_m if placed else None,
        scene=_scene(chosen),
        figures=whole,
        as_of=max(one.as_of for one in chosen),
        filed_at=now,
        filed_by=merged_by,
        change_reason=reason,
        change_note=note,
        narrative=text(narrative, limit=200, name=_("narrative")),
        checked_by=merged_by,
        checked_at=now,
        request_key=request_key,
    )
    everything = [*versions, report]
    changed = {one.id: one for one in steps.recount(everything) if one is not report}
    report.save()
    for one in absorbed:
        one.merged_into = report
        one.save(update_fields=["merged_into"])
        changed[one.id] = one
    duty, ended = None, None
    if report.village_id is None or report.counts:
        duty, ended = duties.renew(report, versions=everything, now=now)
    return steps.Filed(report, duty, ended, list(changed.values()))


def decide(
    versions: Sequence[Figures], *, figures: Mapping[str, object], explained: bool
) -> Figures:
    """The figures of the merged version, one by one: as all say, or as was chosen.

    Raises FiguresRefused where versions differ and nothing was chosen, and where what was chosen is
    none of theirs and not `explained`.
    """
    chosen = rules.clean(figures)
    whole: Figures = {}
    problems: list[Problem] = []
    for key in dict.fromkeys([*(key for one in versions for key in one), *chosen]):
        said = list(dict.fromkeys(str(one[key]) for one in versions if key in one))
        if key not in chosen and len(said) == 1:
            whole[key] = next(one[key] for one in versions if key in one)
        elif key not in chosen:
            problems.append(_open(key, said=said))
        elif str(chosen[key]) not in said and not explained:
            problems.append(_foreign(key, said=said, got=chosen[key]))
        else:
            whole[key] = chosen[key]
    if problems:
        raise FiguresRefused(problems=problems)
    return whole


def _open(key: str, *, said: Sequence[str]) -> Problem:
    sentence = _("%(name)s: the reports say %(said)s; one figure is expected.")
    return Problem(key, sentence % {"name": label(key), "said": ", ".join(said)})


def _foreign(key: str, *, said: Sequence[str], got: object) -> Problem:
    if not said:
        sentence = _("%(name)s: no report gives it; %(got)s came. Say why in the note.")
        return Problem(key, sentence % {"name": label(key), "got": got})
    sentence = _("%(name)s: the reports say %(said)s; %(got)s came. Say why in the note.")
    return Problem(key, sentence % {"name": label(key), "said": ", ".join(said), "got": got})


def _check_place(reports: Sequence[Report]) -> None:
    places = {(one.incident_id, one.area_id, one.village_id) for one in reports}
    distinct = {one.id for one in reports}
    if len(places) != 1 or len(distinct) < 2:
        raise NothingToMerge(
            _("Two or more reports of one place are expected; %(n)d of %(places)d places came.")
            % {"n": len(distinct), "places": len(places)}
        )


def _kind(chosen: Sequence[Report], *, base: Report | None) -> str:
    kinds = {one.kind for one in chosen}
    if ReportKind.VERIFIED in kinds:
        return ReportKind.VERIFIED
    if base is None:
        return ReportKind.INITIAL
    return ReportKind.ZERO if kinds == {ReportKind.ZERO} else ReportKind.FOLLOW_UP


def _absorbed(
    chosen: Iterable[Report], *, base: Report | None, known: Mapping[int, Report]
) -> list[Report]:
    """The versions chosen and those they rest on after their common base, as far as they stand."""
    below = {one.id for one in chains.line(base, known=known)} | {base.id} if base else set()
    found = {
        one.id: one
        for version in chosen
        for one in (version, *chains.line(version, known=known))
        if one.id not in below and one.state in (*chains.LIVE, *chains.PENDING)
    }
    return [found[key] for key in sorted(found)]


def _scene(chosen: Sequence[Report]) -> dict[str, object]:
    """What any of them saw: all that is hit and wanted, the most people trapped."""
    whole: dict[str, object] = {}
    for key in ("what", "wanted"):
        said = dict.fromkeys(word for one in chosen for word in one.scene.get(key) or ())
        if said:
            whole[key] = list(said)
    trapped = [one.scene["trapped"] for one in chosen if one.scene.get("trapped") is not None]
    return {**whole, "trapped": max(trapped)} if trapped else whole
