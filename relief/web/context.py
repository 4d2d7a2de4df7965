"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from gis.models import Area
from relief.access.acts import Role
from relief.access.gate import Actor
from relief.web import navigation
from relief.web.drills import drill_books, inbox

THEMES = ("light", "dark")


def everywhere(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "actor": actor,
        "book": getattr(request, "book", None),
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
    }
    if actor is not None:
        context["duties_in_words"] = SimpleLazyObject(lambda: duties_in_words(actor))
        books = request.books  # type: ignore[attr-defined]
        context |= drill_books.choice(books=books, shown=actor.book_id)
        if context["book"].is_drill:
            context["drill_clock"] = drill_books.clock_of(
                actor.book_id,
                real=request.real_now,  # type: ignore[attr-defined]
            )
            context["unread_injects"] = inbox.unread(actor=actor)
        places = navigation.entries(actor=actor, path=request.path)
        context["navigation"] = [one for one in places if not one.rare]
        context["more"] = [one for one in places if one.rare]
    return context


def duties_in_words(actor: Actor) -> str:
    """`commander · Antu County`, for each duty in force."""
    paths = {duty.path for duty in actor.duties}
    areas = {area.path: area for area in Area.objects.filter(path__in=paths).defer("boundary")}
    words = [f"{Role(duty.role).label} · {areas[duty.path]}" for duty in actor.duties]
    return ", ".join(words)
