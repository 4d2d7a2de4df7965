"""What a measurement aims for: value, limit, their ratio, and whether it is met."""

from typing import Any

Aim = dict[str, Any]


def aim(value: float, limit: float) -> Aim:
    """At most `limit`: a ratio up to 1 is within."""
    return _aim(value, limit, met=value <= limit)


def at_least(value: float, limit: float) -> Aim:
    """At least `limit`: a ratio from 1 on is within."""
    return _aim(value, limit, met=value >= limit)


def exactly(value: float, limit: float) -> Aim:
    return _aim(value, limit, met=value == limit)


def _aim(value: float, limit: float, *, met: bool) -> Aim:
    ratio = round(value / limit, 3) if limit else None
    return {"value": round(value, 3), "limit": limit, "ratio": ratio, "met": bool(met)}
