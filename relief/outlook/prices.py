"""What a unit of each item is known to cost, from lots paid for and agreements in force."""

import datetime as dt

from gis.models import inside
from relief.stock.models import AgreedItem, Lot


def known(*, book_id: int, path: str, on: dt.date) -> dict[str, float]:
    """Yuan per unit by item code; of several prices the dearest, so that the money surely does.

    An item that was never paid for and is under no agreement has no price and is left out.
    """
    paid = (
        Lot.objects.filter(inside(path, "holdings__area__path"), book_id=book_id)
        .filter(unit_cost_fen__gt=0)
        .values_list("item__code", "unit_cost_fen")
    )
    agreed = (
        AgreedItem.objects.filter(inside(path, "agreement__area__path"), price_fen__gt=0)
        .filter(agreement__valid_from__lte=on, agreement__valid_to__gte=on)
        .values_list("item__code", "price_fen")
    )
    fen: dict[str, int] = {}
    for code, price in [*paid, *agreed]:
        fen[code] = max(price, fen.get(code, 0))
    return {code: price / 100 for code, price in sorted(fen.items())}
