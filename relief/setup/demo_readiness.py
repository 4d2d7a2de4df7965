"""What stands ready in the demo county: a response plan, drills held, who is on alert."""

import datetime as dt

from django.utils.timezone import localdate

from gis.models import Area, Level
from relief.drills.models import DrillKind, Yearly
from relief.preparedness.models import Contact, PlanPart, ResponsePlan
from relief.preparedness.rules import drill_due_on

# Made-up numbers of a block that no network gives out.
ON_ALERT = (
    ("县应急指挥部", "值班室", "0433-7000001"),
    ("县应急管理局", "值班室", "0433-7000002"),
)
NEVER, LATE = 0, 1  # one village in ten has no drill on record, another is late


def ready(*, county: Area, now: dt.datetime) -> None:
    """The county's plan, drilled just over three years ago; villages' drills; posts on alert."""
    today = localdate(now)
    drilled = drill_due_on(last=today, years=-3) - dt.timedelta(days=60)
    plan = ResponsePlan.objects.create(
        area=county,
        title="安图县自然灾害救助应急预案(示例)",
        title_en="Antu County relief plan (example)",
        number="示例〔1〕号",
        version="1",
        approved_on=drilled - dt.timedelta(days=400),
        effective_from=drilled - dt.timedelta(days=370),
        next_review_on=today + dt.timedelta(days=200),
        last_drill_on=drilled,
        parts=[part for part in PlanPart if part != PlanPart.RECOVERY],
    )
    held: list[tuple[Area, ResponsePlan | None, dt.date, DrillKind]]
    held = [(county, plan, drilled, DrillKind.TABLETOP)]
    villages = Area.objects.within(county.path).filter(level=Level.VILLAGE).defer("boundary")
    for n, village in enumerate(villages.order_by("code")):
        if n % 10 != NEVER:
            days = 400 if n % 10 == LATE else 20 + n
            held.append((village, None, today - dt.timedelta(days=days), DrillKind.OPERATIONS))
    Yearly.objects.bulk_create(
        Yearly(
            area=area,
            plan=of,
            year=on.year,
            kind=kind,
            due_on=dt.date(on.year, 12, 31),
            held_on=on,
        )
        for area, of, on, kind in held
    )
    Contact.objects.bulk_create(
        Contact(area=county, post=post, name=name, phone=phone, alert=True)
        for post, name, phone in ON_ALERT
    )
