"""Photos beside items: which have come whole, which are still on their way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relief.field import photos
from relief.field.models import Item
from relief.reports import chains
from relief.reports.models import Report, ReportState


@dataclass(frozen=True, slots=True)
class Shown:
    """The photos of one item that can be shown, and how many are still missing (待补传)."""

    whole: list[str]
    missing: int

    @property
    def all(self) -> int:
        return len(self.whole) + self.missing


NONE = Shown([], 0)


def of_items(items: Iterable[Item | None], *, book_id: int) -> dict[object, Shown]:
    """By item id, in the order in which they were taken."""
    wanted = [item for item in items if item is not None and item.photos]
    shown = sorted({sha for item in wanted for sha in item.photos})
    missing = set(photos.missing(book_id=book_id, sha256s=shown))
    return {
        item.id: Shown(
            [sha for sha in item.photos if sha not in missing],
            len([sha for sha in item.photos if sha in missing]),
        )
        for item in wanted
    }


def of_reports(reports: Sequence[Report], *, book_id: int) -> dict[int, Shown]:
    """By report id: its own photos, then those of the earlier versions of its chain.

    A follow-up says anew what the figures are; what was photographed before still shows it.
    """
    versions: dict[object, list[Report]] = {}
    kept = (*chains.LIVE, ReportState.MERGED)
    for version in (
        Report.objects.filter(chain__in={one.chain for one in reports}, book_id=book_id)
        .filter(item__isnull=False, state__in=kept)
        .select_related("item")
        .order_by("-seq")
    ):
        versions.setdefault((version.incident_id, version.chain), []).append(version)
    line = {
        one.id: [
            version.item
            for version in versions.get((one.incident_id, one.chain), [])
            if version.seq <= one.seq and version.item is not None and version.item.photos
        ]
        for one in reports
    }
    shown = of_items([item for items in line.values() for item in items], book_id=book_id)
    return {
        report_id: Shown(
            list(dict.fromkeys(sha for item in items for sha in shown[item.id].whole)),
            sum(shown[item.id].missing for item in items),
        )
        for report_id, items in line.items()
    }
