"""The rows that field reports write, written again by SQL and nothing else."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from bench import boards_place as place
from relief.incidents.models import Incident
from relief.journal.log import CHANNEL
from relief.journal.models import Book, Series


class Plain:
    """The rows of a book, to be written again by SQL alone into a new one."""

    def __init__(self, source: Book, incident: Incident) -> None:
        self.source, self.book = source, place.new_book()
        duties = list(incident.report_duties.all())
        self.incident = Incident.objects.get(pk=incident.pk)
        self.incident.pk, self.incident.book = None, self.book
        self.incident.save()
        for duty in duties:
            duty.pk, duty.book, duty.incident = None, self.book, self.incident
            duty.save()
        Series.objects.create(book=self.book, prefix="ZQ")
        fixed = {"book_id": self.book.pk, "incident_id": self.incident.pk}
        self.reports = self._rows("reports_report", fixed, order="id")
        self.items = {row["id"]: row for row in self._rows("field_item", fixed, order="id")}
        self.assessments = self._rows("response_levelassessment", fixed, order="id")
        self.entries: dict[int, list[dict[str, Any]]] = {}
        for row in self._rows("journal_entry", fixed, order="number", where="kind='report_filed'"):
            self.entries.setdefault(json.loads(row["facts"])["report"], []).append(row)

    def _groups(self) -> Iterator[list[dict[str, Any]]]:
        """The reports of each transaction, in their order: the journal names the last of each."""
        group: list[dict[str, Any]] = []
        for report in self.reports:
            group.append(report)
            if report["id"] in self.entries:
                yield group
                group = []

    def _rows(
        self, table: str, fixed: dict[str, Any], *, order: str, where: str = "true"
    ) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM {table} WHERE book_id = %s AND {where} ORDER BY {order}",
                [self.source.pk],
            )
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return [
            {**row, **{key: value for key, value in fixed.items() if key in row}} for row in rows
        ]

    def write(self) -> float:
        """Seconds for all reports, one transaction each: what the actions wrote, and no question.

        Rows that reports of one transaction share, as their assessment and their journal entries,
        are written with the last of them. Every row is prepared before the clock starts.
        """
        work = [
            self._statements(report, assessment if report is group[-1] else None)
            for group, assessment in zip(self._groups(), self.assessments, strict=True)
            for report in group
        ]
        begun = time.monotonic()
        with connection.cursor() as cursor:
            for statements in work:
                with transaction.atomic():
                    for sql, values in statements:
                        cursor.execute(sql, values)
        return time.monotonic() - begun

    def _statements(
        self, report: dict[str, Any], assessment: dict[str, Any] | None
    ) -> list[tuple[str, list[Any]]]:
        """What one report writes, in the order of the actions."""
        item, book = self.items[report["item_id"]], self.book.pk
        fresh = str(uuid.uuid4())
        written = {"item_id": fresh, "request_key": fresh, "counts": True, "base_id": None}
        filed = {**report, **written, "chain": fresh}
        del filed["id"]
        statements = [
            ("UPDATE journal_series SET last = last + 1 WHERE book_id = %s", [book]),
            _insert("field_item", {**item, "id": fresh, "code": fresh[-10:]}),
            (
                "UPDATE reports_report SET counts = false WHERE incident_id = %s AND counts "
                "AND village_id = %s",
                [self.incident.pk, report["village_id"]],
            ),
            _insert("reports_report", filed),
            (
                "UPDATE reports_reportduty SET last_report_at = now(), overdue_since = NULL "
                "WHERE incident_id = %s AND area_id = %s",
                [self.incident.pk, report["area_id"]],
            ),
        ]
        if assessment is None:
            return statements
        entries = self.entries[report["id"]]
        return [
            *statements,
            _insert("response_levelassessment", _without_id(assessment)),
            (
                "UPDATE journal_book SET last_number = last_number + %s WHERE id = %s",
                [len(entries), book],
            ),
            *(_insert("journal_entry", _without_id(entry)) for entry in entries),
            ("SELECT pg_notify(%s, %s)", [CHANNEL, str(book)]),
        ]


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "id"}


def _insert(table: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())
