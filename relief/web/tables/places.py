"""Where points may lie: in the county of the place they belong to."""

from django.contrib.gis.db.models.functions import Envelope

from gis.models import Area, Level
from relief.web.tables.table import wrong


class Counties:
    """The counties' extents. A county whose boundary is unknown takes any point."""

    def __init__(self) -> None:
        self._extents: dict[str, tuple[Area, tuple[float, float, float, float]]] = {}
        found = Area.objects.filter(level=Level.COUNTY).exclude(boundary=None)
        for area in found.defer("boundary").annotate(box=Envelope("boundary")):
            self._extents[area.path] = (area, area.box.extent)

    def check(self, *, area: Area, longitude: float, latitude: float) -> None:
        """Raises InColumn at the longitude."""
        for path, (county, (west, south, east, north)) in self._extents.items():
            if area.path != path and not area.path.startswith(f"{path}/"):
                continue
            if not (west <= longitude <= east and south <= latitude <= north):
                raise wrong("longitude", "place_outside", area=county)
