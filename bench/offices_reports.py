"""Reports of ten emergencies, written by SQL: what a county has behind it after years."""

import datetime as dt
import json
import uuid

from django.db import connection, transaction

from relief.incidents.models import Incident, IncidentStatus
from relief.journal.models import Book
from relief.reports.models import Report

OVER = 9  # emergencies that have ended; the tenth runs

# One chain for each village, its versions an hour apart; in what has ended the last one counts.
_REPORTS = """
    WITH villages AS (
        SELECT v.id, v.parent_id AS township, gen_random_uuid() AS chain,
               row_number() OVER (PARTITION BY v.parent_id ORDER BY v.code) AS place,
               count(*) OVER (PARTITION BY v.parent_id) AS places
          FROM geography_area v JOIN geography_area t ON t.id = v.parent_id
         WHERE v.level = 12 AND t.path LIKE %(county)s || '/%%'
    ), versions AS (
        SELECT v.*, n, %(first)s + (n - 1) * v.places + v.place AS seq
          FROM villages v, generate_series(1, %(each)s) n
    )
    INSERT INTO reports_report
           (book_id, incident_id, area_id, village_id, seq, kind, state, chain, counts, scene,
            figures, as_of, filed_at, filed_by, change_reason, change_note, narrative, check_note,
            request_key)
    SELECT %(book)s, %(incident)s, township, id, seq,
           CASE WHEN n = 1 THEN 'initial' ELSE 'follow_up' END, 'adopted', chain,
           %(over)s AND n = %(each)s, '{}', %(figures)s::jsonb, %(begun)s + n * interval '1 hour',
           %(begun)s + n * interval '1 hour', 0, '', '', '', '', gen_random_uuid()
      FROM versions
"""

_ENTRIES = """
    WITH counted AS (
        UPDATE journal_book SET last_number = last_number + %(count)s WHERE id = %(book)s
        RETURNING last_number - %(count)s AS before
    )
    INSERT INTO journal_entry
           (book_id, number, area, wide, audience, kind, rows, facts, actor, happened_at)
    SELECT %(book)s, before + n, %(county)s, false, 3, 'report_filed', '[]',
           jsonb_build_object('incident', %(incident)s, 'seq', n), 0,
           %(begun)s + n * interval '1 second'
      FROM counted, generate_series(1, %(count)s) n
"""


@transaction.atomic
def add(*, book: Book, count: int) -> None:
    """So many reports and their journal lines, in equal parts for each emergency."""
    running = Incident.objects.select_related("area").get(book=book)
    figures = Report.objects.filter(incident=running).order_by("id")[0].figures
    ended = [_ended(running, years=n + 1) for n in range(OVER)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM geography_area WHERE level = 12 AND path LIKE %s || '/%%'",
            [running.area.path],
        )
        villages = cursor.fetchone()[0]
        for incident in (*ended, running):
            facts = {
                "book": book.pk,
                "county": running.area.path,
                "incident": incident.pk,
                "over": incident is not running,
                "first": max(incident.reports.values_list("seq", flat=True), default=0),
                "each": -(-count // (villages * (OVER + 1))),
                "count": count // (OVER + 1),
                "figures": json.dumps(figures),
                "begun": incident.started_at,
            }
            cursor.execute(_REPORTS, facts)
            cursor.execute(_ENTRIES, facts)
        cursor.execute("ANALYZE reports_report")
        cursor.execute("ANALYZE journal_entry")


def _ended(running: Incident, *, years: int) -> Incident:
    """An emergency like the one that runs, some years ago and over."""
    return Incident.objects.create(
        book=running.book,
        area=running.area,
        code=str(uuid.uuid4()),
        name=running.name,
        name_en=running.name_en,
        hazard=running.hazard,
        status=IncidentStatus.CLOSED,
        started_at=running.started_at - dt.timedelta(days=365 * years),
    )
