"""The roll-up of one incident, the reports behind each of its cells, and both on the map."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.access.models import User
from relief.reports.indicators import INDICATORS
from relief.web.desk import on_the_map as damage
from relief.web.desk import photos
from relief.web.desk import rollup as rolled
from relief.web.views.incidents import one


@require_GET
def rollup(request: HttpRequest, id: int) -> HttpResponse:
    """County = sum of townships, with the villages below; columns by section of the form."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = one(request, id)
    found = rolled.of_incident(actor=actor, incident=incident)
    sections = rolled.sections(rollup=found)
    asked = request.GET.get("section", rolled.MAIN)
    section = asked if asked in dict(sections) else rolled.MAIN
    columns = rolled.columns(rollup=found, section=section)
    keys = [column.key for column in columns]
    context = {
        "incident": incident,
        "rollup": found,
        # Who sees some townships only has no county to add up.
        "whole": actor.may(Act.READ_REPORTS, path=incident.area.path),
        "sections": sections,
        "section": section,
        "columns": columns,
        "totals": [rolled.Cell(key, found.total(key)) for key in keys],
        "townships": [
            {
                "line": line,
                "cells": [line.cell(key) for key in keys],
                "villages": [
                    (report, [rolled.Cell(key, rolled.total([report], key)) for key in keys])
                    for report in line.villages
                ],
            }
            for line in found.townships
        ],
        "silent": [line for line in found.townships if line.silent],
        "overdue": [line for line in found.townships if line.overdue],
        "detailed": any(
            line.cell(key).parts is not None for line in found.townships for key in keys
        ),
    }
    return render(request, "web/desk/rollup.html", context)


@require_GET
def behind(request: HttpRequest, id: int, code: str, figure: str) -> HttpResponse:
    """The reports whose figures add up to one cell, with their photos and places."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = one(request, id)
    if figure not in INDICATORS:
        raise NotFound
    whole = actor.may(Act.READ_REPORTS, path=incident.area.path)
    if code == incident.area.code and not whole:
        raise NotFound
    found = rolled.of_incident(actor=actor, incident=incident)
    try:
        area, reports, detail = rolled.behind(rollup=found, code=code, key=figure)
    except LookupError as nowhere:
        raise NotFound from nowhere
    shown = photos.of_reports([*reports, *detail], book_id=actor.book_id)
    people = User.objects.in_bulk({report.filed_by for report in [*reports, *detail]})

    def rows(some: list) -> list[dict]:
        return [
            {
                "report": report,
                "value": rolled.number(figure, report.figures[figure]),
                "person": people.get(report.filed_by),
                "photos": shown[report.id],
            }
            for report in some
        ]

    context = {
        "incident": incident,
        "area": area,
        "indicator": INDICATORS[figure],
        "total": rolled.total(reports, figure),
        "rows": rows(reports),
        "detail": rows(detail),
        "detail_total": rolled.total(detail, figure),
    }
    return render(request, "web/desk/behind.html", context)


@require_GET
def on_the_map(request: HttpRequest, id: int) -> HttpResponse:
    """Where reports and damaged houses lie, for the county map."""
    actor = request.actor  # type: ignore[attr-defined]
    return JsonResponse(damage.of_incident(actor=actor, incident=one(request, id)))
