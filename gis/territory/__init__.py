"""Territory files: the folder that brings one county's areas, roads and places.

`read` checks the whole folder before anything is written and raises `TerritoryRefused` with every
fault; `load` writes areas and roads in one transaction. The format is in docs/territory.md.
"""

from gis.territory.faults import Fault, TerritoryRefused
from gis.territory.load import Loaded, load
from gis.territory.read import Territory, read

__all__ = ["Fault", "Loaded", "Territory", "TerritoryRefused", "load", "read"]
