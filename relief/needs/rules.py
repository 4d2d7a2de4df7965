"""How many units a township needs."""

from collections.abc import Mapping


def people_to_supply(figures: Mapping[str, int]) -> int:
    """People who need goods now: relocated (转移安置) and needing emergency aid (需紧急生活救助).

    The two never count the same person: the statistics system leaves the
    relocated out of the second figure.
    """
    return int(figures.get("relocated_now") or 0) + int(figures.get("emergency_aid_now") or 0)
