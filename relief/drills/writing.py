"""The scenario file of a drill as it stands: what was designed, ready to be drilled again."""

from typing import Any

from django.utils import timezone

from relief.drills.models import Drill, Inject, Trigger

_KEPT = (
    *("id", "story", "story_en", "basis", "basis_en", "cold", "minutes"),
    *("hazard", "outages", "opening_stock"),
)


def as_file(*, drill: Drill) -> dict[str, Any]:
    """What `scenario.read` takes. Objectives, seats and injects are those of the drill now."""
    kept = drill.scenario
    file = {key: kept[key] for key in _KEPT if key in kept}
    return file | {
        "area": drill.area.code,
        "kind": drill.kind,
        "title": drill.title,
        "title_en": drill.title_en,
        "seed": drill.seed,
        "time_of_day": f"{timezone.localtime(drill.begins_at):%H:%M}",
        "objectives": [
            {"key": one.key, "title": one.title, "title_en": one.title_en}
            for one in drill.objectives.order_by("id")
        ],
        "seats": [
            {
                "key": one.key,
                "role": one.role,
                "area": one.area.code,
                "title": one.title,
                "title_en": one.title_en,
            }
            for one in drill.seats.select_related("area").order_by("id")
        ],
        "injects": [
            inject(one, drill=drill)
            for one in drill.injects.filter(improvised=False)
            .select_related("seat", "objective")
            .order_by("number")
        ],
    }


def inject(one: Inject, *, drill: Drill) -> dict[str, Any]:
    """One inject as the file says it; what is empty is left out."""
    said: dict[str, Any] = {"number": one.number}
    if one.trigger == Trigger.TIME and one.due_at is not None:
        minutes = (one.due_at - drill.begins_at).total_seconds() / 60
        said["minutes"] = int(minutes) if minutes == int(minutes) else round(minutes, 2)
    elif one.trigger == Trigger.CONDITION:
        said["condition"] = one.condition
    else:
        said["manual"] = True
    said |= {"from": one.sender, "to": one.seat.key, "way": one.way}
    more = {
        "text": one.text,
        "text_en": one.text_en,
        "expected": one.expected,
        "expected_en": one.expected_en,
        "deadline_minutes": one.deadline_minutes,
        "objective": one.objective.key if one.objective else "",
        "done_when": one.done_when,
        "effect": one.effect,
        "attachment": one.attachment_name,
    }
    said |= {key: value for key, value in more.items() if value}
    return said if one.enabled else said | {"enabled": False}
