"""The chain from the incident to the end of the response, link by link (处置全过程). Pure."""

from relief.drills.measures.arithmetic import minutes
from relief.drills.measures.history import Act, History
from relief.drills.measures.shapes import Link, LinkKey
from relief.drills.measures.shapes_basis import Moment

VERIFIED, STANDING = "verified", ("returned", "merged")
# The act that makes each link.
OF_ACT = {
    "incident_opened": LinkKey.OPENED,
    "response_activated": LinkKey.RESPONSE,
    "plan_approved": LinkKey.APPROVED,
    "trip_dispatched": LinkKey.LEFT,
    "trip_received": LinkKey.RECEIVED,
    "goods_handed_out": LinkKey.HANDED,
    "response_ended": LinkKey.ENDED,
    "goods_returned": LinkKey.RETURNED,
}


def links(history: History, *, begins_at: Moment) -> tuple[Link, ...]:
    """Every link of the chain in its order; one that did not come about has no time."""
    acts: dict[LinkKey, list[Act]] = {}
    for act in history.acts:
        key = OF_ACT.get(act.kind)
        if key is not None:
            acts.setdefault(key, []).append(act)
    times = {key: [act.at for act in found] for key, found in acts.items()}
    times[LinkKey.VERIFIED] = [
        Moment.fromisoformat(one.values["filed_at"])
        for one in history.final("report")
        if one.values and one.values["kind"] == VERIFIED and one.values["state"] not in STANDING
    ]
    return tuple(_link(key, sorted(times.get(key, [])), begins_at) for key in LinkKey)


def _link(key: LinkKey, times: list[Moment], begins_at: Moment) -> Link:
    if not times:
        return Link(key, 0, None, None, None)
    return Link(key, len(times), times[0], times[-1], minutes(begins_at, times[0]))


def units_back(history: History) -> int:
    """Sound units that returns and repairs put back on the books of the stores."""
    on_hand: dict[int | str, int] = {}
    found = 0
    for change in history.of("holding"):
        now = int((change.values or {}).get("on_hand") or 0)
        if change.act.kind in ("goods_returned", "goods_repaired"):
            found += now - on_hand.get(change.id, 0)
        on_hand[change.id] = now
    return found
