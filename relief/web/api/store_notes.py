"""What receipts say about goods: the number of the paper, what is to be settled, a warning."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from relief.aid.models import HandOut, HandOutLine
from relief.deliveries.models import Difference, DifferenceKind, Trip
from relief.field.models import Item, ItemKind
from relief.warehouse.models import Arrival, ReturnNote

PAPERS = (ItemKind.ISSUE, ItemKind.ARRIVAL, ItemKind.RETURN)
OF_GOODS = (*PAPERS, ItemKind.RECEIPT, ItemKind.COUNT, ItemKind.HAND_OUT)


def notes(*, items: Sequence[Item]) -> dict[uuid.UUID, str]:
    """A sentence or two for each of these items that something is to be said about."""
    ids = {item.id for item in items if item.kind in OF_GOODS}
    if not ids:
        return {}
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    kinds = {item.kind for item in items}
    if kinds & set(PAPERS):
        for item_id, number in _numbers(ids):
            found[item_id].append(_("Paper no. %(number)s.") % {"number": number})
    if ItemKind.HAND_OUT in kinds:
        for item_id, names in _had_before(ids).items():
            found[item_id].append(
                _("This household had before: %(items)s.") % {"items": _(", ").join(names)}
            )
    for item_id, differences in _differences(ids).items():
        found[item_id].append(
            _("Recorded as it was; a person settles: %(differences)s.")
            % {"differences": "; ".join(differences)}
        )
    return {item_id: " ".join(sentences) for item_id, sentences in found.items()}


def _numbers(ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Numbers of issue slips, acceptances and returns by their items."""
    return [
        *Trip.objects.filter(item__in=ids).values_list("item_id", "slip_number"),
        *Arrival.objects.filter(item__in=ids).values_list("item_id", "number"),
        *ReturnNote.objects.filter(item__in=ids).values_list("item_id", "number"),
    ]


def _differences(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """What opened because of these items: `more left than the book had (quilt Q-2019: 20)`."""
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    opened = Difference.objects.filter(item__in=ids, answered_at=None)
    for one in opened.select_related("lot__item").order_by("id"):
        said = str(DifferenceKind(one.kind).label)
        if one.lot is not None:
            units = f": {abs(one.quantity)}" if one.quantity else ""
            said += f" ({one.lot.item} {one.lot.batch}{units})"
        if one.item_id is not None:
            found[one.item_id].append(said)
    return found


def _had_before(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Items that the households had in the same incident from an earlier hand-out already."""
    made = list(HandOut.objects.filter(item__in=ids, household__isnull=False))
    lines = (
        HandOutLine.objects.filter(
            hand_out__household__in={one.household_id for one in made},
            hand_out__incident__in={one.incident_id for one in made},
        )
        .select_related("hand_out", "lot__item")
        .order_by("hand_out_id", "id")
    )
    had: dict[tuple[int, int | None], dict[str, int]] = defaultdict(dict)
    own: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        # The first hand-out in which the household got the item; later ones are warned of.
        first = had[line.hand_out.incident_id, line.hand_out.household_id]
        name = str(line.lot.item)
        if first.setdefault(name, line.hand_out_id) != line.hand_out_id:
            own[line.hand_out_id].append(name)
    return {
        one.item_id: list(dict.fromkeys(own[one.pk]))
        for one in made
        if own[one.pk] and one.item_id is not None
    }
