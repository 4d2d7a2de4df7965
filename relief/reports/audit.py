"""Checks on report series for `manage.py audit`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Q

from gis.models import Level
from relief.reports import chains, rules
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report, ReportDuty, ReportKind


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """Series without holes, chains that count once, sums that add up, one duty per open series."""
    only = Q() if book_id is None else Q(book_id=book_id)
    places: dict[tuple[int, int], list[Report]] = defaultdict(list)
    levels: dict[int, int] = {}
    for report in Report.objects.filter(only).select_related("area").defer("area__boundary"):
        places[(report.incident_id, report.area_id)].append(report)
        levels[report.area_id] = report.area.level
    for (incident, area), found in sorted(places.items()):
        versions = sorted(found, key=lambda one: one.seq)
        where = f"of area {area} in incident {incident}"
        if versions[-1].seq != len(versions):
            yield (f"reports {where}: {len(versions)} rows, the last has number {versions[-1].seq}")
        township = levels[area] == Level.TOWNSHIP
        yield from (_chains(versions, where=where) if township else _passed_on(versions))
    yield from _duties(places, only=only)
    for report in Report.objects.filter(only).order_by("id"):
        unknown = sorted(set(report.figures) - set(INDICATORS))
        if unknown:
            yield f"report {report.id}: unknown figures {', '.join(unknown)}"


def _chains(versions: Sequence[Report], *, where: str) -> Iterator[str]:
    """The flags are what the rules say, and adopted versions of a place rest on each other."""
    counting, standing = chains.counting(versions), chains.standing(versions)
    counted = {one.id for one in versions if one.counts}
    if counted != counting:
        yield f"reports {where}: {sorted(counted)} count, by the rule {sorted(counting)}"
    known = {one.id: one for one in versions}
    for one in versions:
        if standing.get(one.id, one.state) != one.state:
            yield f"report {one.id} is {one.state}, by the rule {standing[one.id].value}"
        if one.state in chains.LIVE:
            for other in chains.beside(one, versions=versions, known=known):
                if other.state in chains.LIVE and other.seq > one.seq:
                    yield f"reports {one.id} and {other.id} are both adopted beside each other"
        if one.base_id is not None and (
            one.base_id not in known
            or known[one.base_id].seq >= one.seq
            or known[one.base_id].village_id != one.village_id
        ):
            yield f"report {one.id} rests on {one.base_id}, no earlier version of its place"


def _passed_on(versions: Sequence[Report]) -> Iterator[str]:
    """What the county passed on is the sum of the reports it names; it never counts itself."""
    for one in versions:
        if one.counts:
            yield f"report {one.id} of the county counts beside its townships"
        named = one.scene.get("reports", [])
        parts = Report.objects.filter(id__in=named, incident=one.incident_id).order_by("id")
        if rules.total(part.figures for part in parts) != one.figures:
            yield f"report {one.id} of the county is not the sum of the reports it names"


def _duties(places: dict[tuple[int, int], list[Report]], *, only: Q) -> Iterator[str]:
    closed, reported = set(), set()
    for place, versions in places.items():
        standing = [one for one in versions if one.state in (*chains.LIVE, *chains.PENDING)]
        whole = [one for one in standing if one.village_id is None and one.state in chains.LIVE]
        if any(one.kind == ReportKind.VERIFIED for one in whole):
            closed.add(place)
        if any(one.village_id is None or one.counts for one in standing):
            reported.add(place)
    duties = set(ReportDuty.objects.filter(only).values_list("incident_id", "area_id"))
    for incident, area in sorted(closed & duties):
        yield f"area {area} owes a report of incident {incident} after its verified one"
    for incident, area in sorted(reported - closed - duties):
        yield f"area {area} owes no next report of incident {incident}"
