"""Versions of one place, and which of them count. Pure.

A place is a whole township or one of its villages. A version rests on its base, and so on the whole
line before it; what is not in that line and was neither returned nor merged stands beside it.
Adopted versions of a place form one line, so the newest of them says how it is. Whoever reports the
same place without knowing of the other is kept beside it until the desk merges the two (合并).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol, TypeVar

from relief.reports.models import ReportKind, ReportState

LIVE = (ReportState.ADOPTED, ReportState.VERIFIED)
PENDING = (ReportState.WAITING, ReportState.TO_MERGE)


class Version(Protocol):
    """What the rules read of a report."""

    id: int
    seq: int
    kind: str
    state: str
    village_id: int | None
    base_id: int | None


V = TypeVar("V", bound=Version)


def counting(versions: Iterable[V]) -> set[int]:
    """Ids of the versions that a township's totals are the sum of.

    The newest adopted version of the whole township alone, once one of that chain is more than a
    zero report; villages then only detail it. Otherwise the newest of every village. Versions of
    one place are never added.
    """
    newest: dict[int | None, V] = {}
    whole_said = False
    for version in versions:
        if version.state not in LIVE:
            continue
        place = version.village_id
        if place not in newest or newest[place].seq < version.seq:
            newest[place] = version
        whole_said |= place is None and version.kind != ReportKind.ZERO
    if whole_said:
        return {newest[None].id}
    return {version.id for place, version in newest.items() if place is not None}


def tip(versions: Iterable[V]) -> V | None:
    """The version of one place that a form goes on from: the newest that nothing disputes."""
    open_ones = (one for one in versions if one.state in (*LIVE, ReportState.WAITING))
    return max(open_ones, key=lambda one: one.seq, default=None)


def line(version: V, *, known: Mapping[int, V]) -> list[V]:
    """The versions that this one rests on, the newest first; itself left out."""
    found: list[V] = []
    base = version.base_id
    while base is not None and base in known:
        found.append(known[base])
        base = known[base].base_id
    return found


def standing(versions: Collection[V]) -> dict[int, ReportState]:
    """For every version not decided upon whether it waits or has to be merged.

    It has to be merged when it does not rest on what was adopted, or when another that came before
    it waits beside it.
    """
    known = {version.id: version for version in versions}
    found: dict[int, ReportState] = {}
    for version in versions:
        if version.state in PENDING:
            others = beside(version, versions=versions, known=known)
            merge = any(other.state in LIVE or other.seq < version.seq for other in others)
            found[version.id] = ReportState.TO_MERGE if merge else ReportState.WAITING
    return found


def beside(version: V, *, versions: Iterable[V], known: Mapping[int, V]) -> list[V]:
    """Versions of the same place that are in no line with this one and still stand."""
    below = {one.id for one in line(version, known=known)}
    return [
        other
        for other in versions
        if other.id != version.id
        and other.village_id == version.village_id
        and other.state in (*LIVE, *PENDING)
        and other.id not in below
        and version.id not in {one.id for one in line(other, known=known)}
    ]


def followers(version: V, *, versions: Iterable[V], known: Mapping[int, V]) -> list[V]:
    """Versions that rest on this one and still stand."""
    return [
        other
        for other in versions
        if other.state in (*LIVE, *PENDING)
        and version.id in {one.id for one in line(other, known=known)}
    ]


def common(versions: Collection[V], *, known: Mapping[int, V]) -> V | None:
    """The newest version that all of these rest on, or None."""
    first, *others = versions
    lines = [{one.id for one in line(version, known=known)} for version in others]
    for one in line(first, known=known):
        if all(one.id in below for below in lines):
            return one
    return None
