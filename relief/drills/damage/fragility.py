"""How likely a building is damaged, and what happens to its people (易损性)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from relief.drills.damage.exposure import BUILDINGS, Floats, Ints

TABLE = Path(__file__).resolve().parents[3] / "fixtures" / "drills" / "fragility.json"
STATES = ("general", "severe", "collapsed")  # 一般损坏 严重损坏 倒塌, each includes the next


@dataclass(frozen=True, slots=True)
class Fragility:
    """Thresholds by hazard: middle[type, state] and one width for all three states of a type.

    P(state or worse | x) = 1 / (1 + exp(−(x − middle) / width)). With one width and rising middles
    the curves of a type never cross.
    """

    middle: Floats
    width: Floats
    death_rate: Floats
    injury_rate: float
    presence: tuple[float, ...]
    floor: float

    def chances(self, *, strength: Floats, building: Ints) -> Floats:
        """P of each state or worse, a row per building; 0 where nothing is felt."""
        way = (strength[:, None] - self.middle[building]) / self.width[building][:, None]
        found = 1.0 / (1.0 + np.exp(-np.clip(way, -60, 60)))
        found[strength < self.floor] = 0.0
        return np.asarray(found)


def load(kind: str, *, path: Path = TABLE) -> Fragility:
    """The table of a hazard: flood (m of water), earthquake (intensity) or snow (cm)."""
    table = json.loads(path.read_text("utf-8"))
    return of_rows(table["hazards"][kind], presence=table["presence"])


def of_rows(hazard: Mapping[str, Any], *, presence: list[float]) -> Fragility:
    """Raises ValueError where a row is missing or its curves would cross."""
    rows = {row["building"]: row for row in hazard["rows"]}
    missing = set(BUILDINGS) - rows.keys()
    if missing:
        raise ValueError(f"expected a row for each building type, missing: {sorted(missing)}")
    middle = np.array([[rows[one][state] for state in STATES] for one in BUILDINGS], float)
    if (np.diff(middle, axis=1) <= 0).any():
        raise ValueError("expected general < severe < collapsed in each row")
    if any(not row.get("source") for row in rows.values()):
        raise ValueError("expected a source in each row")
    if len(presence) != 24:
        raise ValueError(f"expected the share of people at home for 24 hours, got {len(presence)}")
    return Fragility(
        middle=middle,
        width=np.array([rows[one]["width"] for one in BUILDINGS], float),
        death_rate=np.array([rows[one]["deaths_per_collapsed"] for one in BUILDINGS], float),
        injury_rate=float(hazard["injured_per_death"]),
        presence=tuple(presence),
        floor=float(hazard["felt_from"]),
    )
