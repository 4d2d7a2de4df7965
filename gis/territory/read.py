"""Reading a territory folder whole: every file is checked before one row is written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from gis.models import Level
from gis.schematic import Households
from gis.territory import areas as area_files
from gis.territory import places as place_files
from gis.territory import roads as road_files
from gis.territory.areas import AreaRow, Boundary
from gis.territory.faults import Faults, text_of
from gis.territory.places import PlaceRow
from gis.territory.roads import RoadRow, Roads

SYNTHETIC = "synthetic.json"


@dataclass(frozen=True)
class Territory:
    """One checked territory; `areas` by 12-digit code."""

    folder: Path
    areas: dict[str, AreaRow]
    boundaries: dict[str, Boundary]
    roads: Roads
    places: list[PlaceRow]
    notice: str
    seed: int | None = field(default=None)

    @property
    def counties(self) -> list[AreaRow]:
        return [area for area in self.areas.values() if area.level == Level.COUNTY]

    @property
    def links(self) -> list[RoadRow]:
        return self.roads.links

    @property
    def synthetic(self) -> bool:
        """Whether the households are made up (模拟), which every screen must then say."""
        return self.seed is not None

    def iter_households(self) -> Iterator[Households]:
        """Households in batches by village: from the register file, or made from the seed."""
        path = self.folder / place_files.HOUSEHOLDS
        if path.exists():
            yield from place_files.registered(path=path)
        elif self.seed is not None:
            yield from place_files.synthetic(areas=self.areas, seed=self.seed)


def read(folder: Path | str) -> Territory:
    """Reads and checks the folder. Raises TerritoryRefused with all faults; writes nothing."""
    folder, faults = Path(folder), Faults()
    text = text_of(path=folder / area_files.FILE, faults=faults)
    areas = {} if text is None else area_files.read_areas(text=text, faults=faults)
    if text is not None and not any(area.level == Level.COUNTY for area in areas.values()):
        faults.add(file=area_files.FILE, message=_("Expected at least one county, found none."))
    notice = text_of(path=folder / "NOTICE", faults=faults) or ""

    boundaries: dict[str, Boundary] = {}
    if text := _optional(folder, area_files.BOUNDARIES, faults):
        boundaries = area_files.read_boundaries(text=text, areas=areas, faults=faults)
    roads = road_files.read_roads(
        text=_optional(folder, road_files.FILE, faults)
        or '{"type": "FeatureCollection", "features": []}',
        faults=faults,
    )
    places: list[PlaceRow] = []
    if text := _optional(folder, place_files.FILE, faults):
        places = place_files.read_places(text=text, areas=areas, faults=faults)
    if (folder / place_files.HOUSEHOLDS).exists():
        place_files.read_households(
            path=folder / place_files.HOUSEHOLDS, areas=areas, faults=faults
        )
    seed = _seed(_optional(folder, SYNTHETIC, faults), faults)
    faults.raise_if_any()
    return Territory(folder, areas, boundaries, roads, places, notice, seed)


def _optional(folder: Path, name: str, faults: Faults) -> str | None:
    return text_of(path=folder / name, faults=faults) if (folder / name).exists() else None


def _seed(text: str | None, faults: Faults) -> int | None:
    """The seed of synthetic.json, if households are to be made up."""
    if text is None:
        return None
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        content = None
    seed = content.get("seed") if isinstance(content, dict) else None
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        faults.add(
            file=SYNTHETIC,
            column="seed",
            message=_("Expected a whole number of %(least)d or more, received “%(received)s”."),
            least=0,
            received=str(seed),
        )
        return None
    return seed if content.get("households") is True else None
