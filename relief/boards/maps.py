"""The map on the county's board: same map as the map page, fed by the board's own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.boards import links

if TYPE_CHECKING:
    from gis import maps


def of_board(*, actor: Actor, area: Area, nonce: str, routes: bool = True) -> maps.Parts:
    """The map's pieces. Its base is fetched apart, so that the page comes without it.

    Without `routes` trips are drawn as straight lines: nothing is asked about them.
    """
    # folium brings pandas: a second and a half of start that only a map needs.
    from gis import maps

    drawn = maps.LocalMap(lon=area.centre.x, lat=area.centre.y)
    tiles = None
    if actor.paths(Act.READ_HOUSEHOLDS):
        address = reverse("web:household_tiles", kwargs={"z": 1, "x": 2, "y": 3})
        tiles = address.replace("1/2/3", "{z}/{x}/{y}")
    drawn.add_child(
        maps.LiveLayer(
            base_url=f"{reverse('web:map_base')}?{urlencode({'county': area.code})}",
            tiles=tiles,
            route_url=links.pages()["line"] if routes else None,
        )
    )
    return maps.parts(drawn=drawn, nonce=nonce)
