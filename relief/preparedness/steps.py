"""Inner steps: a new version of a response plan."""

import datetime as dt

from django.utils.translation import gettext as _

from gis.models import Area
from relief.journal.log import require_transaction
from relief.preparedness import rules
from relief.preparedness.models import PlanPart, ResponsePlan
from relief.preparedness.plan_files import Kept


def write_version(
    *, area: Area, given: rules.Version, replaces: ResponsePlan | None, file: Kept | None
) -> ResponsePlan:
    """Write a version of a plan; the one it replaces, locked by the caller, ends that day.

    It takes over when the plan was drilled last, unless that is given. Raises PlanRefused.
    """
    require_transaction("write_version")
    rules.check_version(given, before=replaces.effective_from if replaces else None)
    number, version = given.number.strip(), given.version.strip()
    if ResponsePlan.objects.filter(area=area, number=number, version=version).exists():
        raise rules.PlanRefused(
            _("%(area)s has version %(version)s of %(number)s already; another is expected.")
            % {"area": area, "version": version, "number": number}
        )
    if replaces is not None:
        replaces.effective_to = given.effective_from
        replaces.save(update_fields=["effective_to"])
    return ResponsePlan.objects.create(
        area=area,
        title=given.title.strip(),
        title_en=given.title_en.strip() or given.title.strip(),
        number=number,
        version=version,
        approved_on=given.approved_on,
        effective_from=given.effective_from,
        next_review_on=given.next_review_on,
        last_drill_on=given.last_drill_on or (replaces.last_drill_on if replaces else None),
        parts=[part for part in PlanPart if part in given.parts],
        change_note=given.change_note.strip()[:400],
        replaces=replaces,
        file=file.sha256 if file else "",
        file_name=file.name if file else "",
    )


def drilled(*, plan: ResponsePlan, on: dt.date) -> ResponsePlan:
    """Note that a plan was drilled that day; an earlier day than the last one changes nothing."""
    require_transaction("drilled")
    locked = ResponsePlan.objects.select_for_update(of=("self",)).get(id=plan.id)
    if locked.last_drill_on is None or locked.last_drill_on < on:
        locked.last_drill_on = on
        locked.save(update_fields=["last_drill_on"])
    return locked
