"""Inner steps: finding the households under a footprint."""

from django.db.models import Count, Sum

from gis.models import Area
from relief.households.models import AffectedVillage, Household
from relief.incidents.models import Incident
from relief.journal.log import require_transaction


def find_affected(*, incident: Incident) -> list[AffectedVillage]:
    """Count the households inside the footprint by village (疑似受灾户), as rows to be confirmed.

    Calling it again brings the presumed counts up to date and leaves what was confirmed alone.
    Without a footprint no village is presumed.
    """
    require_transaction("find_affected")
    if incident.footprint is None:
        return []
    counted = (
        Household.objects.filter(
            point__within=incident.footprint,
            area__in=Area.objects.within(incident.area.path),
        )
        .values("area")
        .annotate(households=Count("id"), everyone=Sum("people"))
        .order_by("area")
    )
    AffectedVillage.objects.bulk_create(
        (
            AffectedVillage(
                book_id=incident.book_id,
                incident=incident,
                area_id=row["area"],
                presumed_households=row["households"],
                presumed_people=row["everyone"],
            )
            for row in counted
        ),
        update_conflicts=True,
        unique_fields=["incident", "area"],
        update_fields=["presumed_households", "presumed_people"],
    )
    return list(incident.affected_villages.select_related("area__parent").order_by("area__code"))
