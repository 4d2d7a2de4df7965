"""Saving who plays and who evaluates, from one page's form."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from relief.access.gate import NotYourDuty, Refused
from relief.boards.page import number
from relief.drills import people, script
from relief.drills.models import Drill
from relief.web.drills import wizard
from relief.web.drills.control_page import person_of


def save(request: HttpRequest, *, drill: Drill) -> dict[str, str]:
    """Seat whom the form names; what was refused, by row, or by "" for the page as a whole."""
    errors = _seat(request, drill=drill)
    if not errors:
        try:
            _seats(request, drill=drill)
        except NotYourDuty:
            raise
        except Refused as refused:
            errors[""] = str(refused.sentence)
    return errors


def _seats(request: HttpRequest, *, drill: Drill) -> None:
    """One seat more, or one less."""
    actor, real, typed = request.actor, request.real_now, request.POST  # type: ignore[attr-defined]
    if (gone := number(typed.get("drop_seat", ""))) is not None:
        script.drop_seat(actor=actor, drill_id=drill.pk, seat_id=gone, now=real)
    if "add_seat" in typed:
        place = typed.get("seat-area", "")
        script.add_seat(
            actor=actor,
            drill_id=drill.pk,
            role=typed.get("seat-role", ""),
            area_id=number(place) or 0,
            now=real,
        )


def _seat(request: HttpRequest, *, drill: Drill) -> dict[str, str]:
    """Each row's person and telephone; what was refused, by row."""
    actor, real, typed = request.actor, request.real_now, request.POST  # type: ignore[attr-defined]
    known = list(people.invited(drill=drill, real=real))
    errors: dict[str, str] = {}
    for word, rows, of in (
        ("seat", drill.seats.select_related("user").order_by("id"), "user"),
        ("objective", drill.objectives.select_related("evaluator").order_by("id"), "evaluator"),
    ):
        for row in rows:
            key = f"{word}-{row.pk}"
            sits = getattr(row, of)
            who = typed.get(f"{key}-who", "").strip()
            phone = typed.get(f"{key}-phone", "").strip()
            # Somebody the list does not offer stays as long as nobody else is typed.
            person = sits if sits and who == wizard.choice(sits) else None
            person = person or person_of(people=known, typed=who)
            if who and person is None:
                errors[key] = _("One person of the list is expected; “%(got)s” came.") % {
                    "got": who[:80]
                }
                continue
            if (person, phone if person else "") == (sits, row.phone):
                continue
            user_id = person.pk if person else None
            try:
                if word == "seat":
                    people.take_seat(
                        actor=actor, seat_id=row.pk, user_id=user_id, now=real, phone=phone
                    )
                else:
                    people.set_evaluator(
                        actor=actor, objective_id=row.pk, user_id=user_id, now=real, phone=phone
                    )
            except NotYourDuty:
                raise
            except Refused as refused:
                errors[key] = str(refused.sentence)
    return errors
