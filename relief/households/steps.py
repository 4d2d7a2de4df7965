"""Inner steps: finding the households under a footprint, and keeping the damage ledger."""

import datetime as dt
import uuid

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from gis.models import Area, Level, contains
from relief.access.gate import NotFound
from relief.field.models import Item
from relief.households import rules
from relief.households.models import AffectedVillage, DamagedHouse, Household
from relief.incidents.models import Incident
from relief.incidents.rules import text
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


def village(*, area_id: int, incident: Incident) -> Area:
    """A village of the incident's county. Raises NotFound or DamageRefused."""
    area = Area.objects.filter(id=area_id).defer("boundary").first()
    if area is None:
        raise NotFound
    if area.level != Level.VILLAGE or not contains(incident.area.path, area.path):
        sentence = _("A village of %(county)s is expected; %(area)s is none.") % {
            "county": incident.area,
            "area": area,
        }
        raise rules.DamageRefused(problems=[rules.Problem("area", sentence)])
    return area


def recorded_before(*, request_key: uuid.UUID, item: Item | None) -> DamagedHouse | None:
    """The card that this form or item made before."""
    found = DamagedHouse.objects.select_related("area")
    if item is not None:
        return found.filter(item=item).first()
    return found.filter(request_key=request_key).first()


def corrected(
    *, incident: Incident, area: Area, chain: uuid.UUID | None, base: uuid.UUID | None
) -> DamagedHouse | None:
    """The card that a correction replaces, locked; None for a new one. Raises DamageRefused."""
    require_transaction("corrected")
    cards = DamagedHouse.objects.filter(incident=incident)
    if base is None:
        taken = chain is not None and cards.filter(chain=chain).exists()
        rules.check_corrects(known=True, fits=True, newest=True, taken=taken)
        return None
    found = (
        cards.filter(Q(request_key=base) | Q(item_id=base))
        .select_related("area")
        .select_for_update(of=("self",))
        .first()
    )
    rules.check_corrects(
        known=found is not None,
        fits=found is not None and found.area_id == area.id and chain in (None, found.chain),
        newest=found is not None and found.replaced_by_id is None,
        taken=False,
    )
    return found


def household(*, card: rules.Card, area: Area) -> Household | None:
    """The register's entry that the card names. Raises DamageRefused."""
    if not card.household:
        return None
    found = Household.objects.filter(number=card.household, area=area).first()
    if found is None:
        sentence = _("The register of %(village)s has no household %(number)s.") % {
            "village": area,
            "number": card.household,
        }
        raise rules.DamageRefused(problems=[rules.Problem("household", sentence)])
    return found


def check_once(
    *, card: rules.Card, incident: Incident, area: Area, replaced: DamagedHouse | None
) -> None:
    """The same household stands once in the ledger (同一户不重复登记). Raises DamageRefused.

    It is known by its number, or else by the name of its head within the village.
    """
    same = Q(household__number=card.household) if card.household else Q(pk__in=[])
    head = card.head.strip()
    if head:
        same |= (
            Q(head=head, area=area, household=None) if card.household else Q(head=head, area=area)
        )
    found = DamagedHouse.objects.filter(same, incident=incident, replaced_by=None)
    if replaced is not None:
        found = found.exclude(id=replaced.id)
    other = found.select_related("area").first()
    where = f"{other.area}, {other.head or other.get_grade_display()}" if other else ""
    rules.check_once(recorded=where)


def put_card(
    *,
    incident: Incident,
    area: Area,
    card: rules.Card,
    household: Household | None,
    chain: uuid.UUID,
    replaced: DamagedHouse | None,
    item: Item | None,
    request_key: uuid.UUID,
    recorded_by: int,
    now: dt.datetime,
) -> DamagedHouse:
    """Store a card, and lead from the one it replaces to it."""
    require_transaction("put_card")
    house = DamagedHouse(
        book_id=incident.book_id,
        incident=incident,
        area=area,
        household=household,
        item=item,
        chain=chain,
        head=text(card.head, limit=60, name=_("head of the household")),
        people=card.people,
        building=card.building,
        rooms_total=card.rooms_total,
        rooms_collapsed=card.rooms_collapsed,
        rooms_severe=card.rooms_severe,
        rooms_general=card.rooms_general,
        dwelling=card.dwelling,
        sole_dwelling=card.sole_dwelling,
        grade=rules.grade(card),
        point=card.point,
        accuracy_m=card.accuracy_m,
        note=text(card.note, limit=200, name=_("note")),
        recorded_at=item.received_at if item else now,
        recorded_by=recorded_by,
        request_key=request_key,
    )
    if replaced is not None:
        # A chain has one card that nothing replaces: the old one steps aside before the new comes.
        replaced.replaced_by = replaced
        replaced.save(update_fields=["replaced_by"])
    house.save()
    if replaced is not None:
        replaced.replaced_by = house
        replaced.save(update_fields=["replaced_by"])
    return house
