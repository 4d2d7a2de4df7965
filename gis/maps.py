"""Maps from local files only: a live one for screens, a self-contained one for a disk.

folium builds the page; its links to other hosts and its inline styles are left out. What is drawn
and how a row changes it lives in static/js/map.js, the same code for both maps.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from folium.elements import JSCSSMixin
from folium.template import Template

LEAFLET, VECTOR_GRID = (
    "vendor/leaflet/leaflet",
    "vendor/leaflet.vectorgrid/Leaflet.VectorGrid.bundled.min.js",
)
SCRIPTS = [f"js/map{part}.js" for part in ("-symbols", "-routes", "-cards", "-controls", "")]
STYLES = ["css/map.css"]
OPENING_ZOOM = 9


def words() -> dict[str, str]:
    """Every text the browser side of a map shows, in the language of the request."""
    return {
        "schematic": _("Schematic for drills, not an administrative boundary"),
        "legend": _("Legend"),
        "gap": _("Not yet allocated"),
        "received": _("Not yet received"),
        "unmet": _("unmet"),
        "no_need": _("no need reported"),
        "cut_off": _("no road"),
        "township": _("township"),
        "village": _("village"),
        "population": _("Population"),
        "households": _("Households"),
        "people": _("People"),
        "capacity": _("Capacity"),
        "presumed": _("Presumably affected households"),
        "confirmed": _("Confirmed households"),
        "depot": _("Warehouse"),
        "point": _("Storage point"),
        "supplier": _("Supplier"),
        "yard": _("Vehicle yard"),
        "shelter": _("Shelter"),
        "footprint": _("Flooded or hit area"),
        "closed": _("Road closed"),
        "closed_heavy": _("Closed to heavy trucks"),
        "closed_since": _("Closed since"),
        "trip": _("Trip"),
        "planned": _("planned"),
        "on_the_road": _("on the road"),
        "finished": _("finished"),
        "late": _("late"),
        "leaves": _("Leaves"),
        "arrives": _("Arrives"),
        "due": _("Due"),
        "plate": _("Plate"),
        "affected": _("Affected village"),
        "home": _("Households (synthetic)"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "whole": _("Whole county"),
    }


def as_script_json(value: Any) -> str:
    """JSON that may stand inside a script element whatever names it carries."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


class LocalMap(folium.Map):
    """folium's map with local Leaflet, no background tiles and no inline style."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="relief-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {
                center: {{ this.location|tojson }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, *, lon: float, lat: float, zoom: int = OPENING_ZOOM) -> None:
        self.default_js = [("leaflet", static(f"{LEAFLET}.js"))]
        self.default_css = [("leaflet_css", static(f"{LEAFLET}.css"))] + [
            (name, static(name)) for name in STYLES
        ]
        super().__init__(
            location=[lat, lon],
            zoom_start=zoom,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            # folium keeps min_zoom and max_zoom for a background of tiles; these are the map's own.
            minZoom=6,
            maxZoom=17,
            zoom_snap=0.25,
        )


class LiveLayer(JSCSSMixin):
    """Everything that changes on a map, fed by rows in the browser.

    `base` is `gis.layers.base(…)`, with the caller's `places` (kind, key, name, name_en, lon, lat)
    and `footprint` (GeoJSON) added; `base_url` fetches the same JSON instead. `tiles` is the
    address of the households' tiles with {z}, {x}, {y}; `route_url` gives a stop's line for {id} as
    {"line": [[lon, lat], …]}. `synthetic` says in the legend that the households are made up.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            reliefMap.attach({{ this._parent.get_name() }}, {{ this.config }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        *,
        base: Mapping[str, Any] | None = None,
        base_url: str | None = None,
        rows: Iterable[Mapping[str, Any]] = (),
        tiles: str | None = None,
        route_url: str | None = None,
        synthetic: bool = True,
    ) -> None:
        super().__init__()
        self._name = "LiveLayer"
        names = ([VECTOR_GRID] if tiles else []) + SCRIPTS
        self.default_js = [(name, static(name)) for name in names]
        self.config = as_script_json(
            {
                "base": base,
                "baseUrl": base_url,
                "rows": list(rows),
                "tiles": tiles,
                "routeUrl": route_url,
                "chinese": (get_language() or "").startswith("zh"),
                "words": words() | ({} if synthetic else {"home": _("Households")}),
            }
        )


class LocalFigure(Figure):
    """A whole page of a map; inline scripts carry the response's CSP nonce."""

    _template = Template(
        """<!DOCTYPE html>
        <html lang="{{ this.language }}">
        <head>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{ this.title|e }}</title>
        {{ this.header.render(**kwargs) }}
        </head>
        <body class="map-page">
        {{ this.html.render(**kwargs) }}
        <script nonce="{{ this.nonce }}">{{ this.script.render(**kwargs) }}</script>
        </body>
        </html>"""
    )

    def __init__(self, *, nonce: str = "", title: str = "") -> None:
        super().__init__(title=title or _("Map"))
        self.nonce, self.language = nonce, get_language() or "en"


@dataclass(frozen=True)
class Parts:
    """A map in pieces for a page's template: links for the head, the element, the script."""

    head: SafeString
    body: SafeString
    script: SafeString


def parts(*, drawn: LocalMap, nonce: str) -> Parts:
    """The map's pieces; the script element carries the nonce."""
    figure = LocalFigure(nonce=nonce)
    figure.add_child(drawn)
    figure.render()
    # folium names its charset tag in the header; a page has its own.
    head = re.sub(r"<meta[^>]*>", "", figure.header.render())
    script = figure.script.render()
    return Parts(
        head=mark_safe(head),  # noqa: S308 - local links only
        body=mark_safe(figure.html.render()),  # noqa: S308
        script=mark_safe(f'<script nonce="{nonce}">{script}</script>'),  # noqa: S308
    )


def page(*, drawn: LocalMap, nonce: str, title: str) -> str:
    """A whole page with nothing but the map."""
    figure = LocalFigure(nonce=nonce, title=title)
    figure.add_child(drawn)
    return figure.render()


# ---------------------------------------------------------------- situation map


def _source(name: str) -> str:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"expected the static file {name}, found none")
    return Path(found).read_text(encoding="utf-8")


def _with_pictures(css: str, *, folder: str) -> str:
    """Styles with their pictures inside, as data."""

    def inlined(match: re.Match[str]) -> str:
        found = finders.find(f"{folder}/{match[1]}")
        picture = base64.b64encode(Path(found).read_bytes()).decode() if found else ""
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\((images/[^)]+)\)", inlined, css)


def _script(name: str) -> str:
    text = re.sub(r"^//# sourceMappingURL=.*$", "", _source(name), flags=re.M)
    # Leaflet's link to its own site is the one address in it; the map shows its name only.
    text = text.replace('href="https://leafletjs.com"', 'href="#"')
    return text.replace("</script", "<\\/script")


def situation_map(
    *,
    base: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    title: str,
    as_of: str,
    notes: Iterable[str] = (),
) -> str:
    """Situation map (灾情态势图) in one HTML file that opens from a disk without any network."""
    lon, lat = base["county"]["properties"]["centre"]
    drawn = LocalMap(lon=lon, lat=lat)
    drawn.add_child(LiveLayer(base=base, rows=rows))
    figure = LocalFigure()
    figure.add_child(drawn)
    figure.render()
    styles = [
        _with_pictures(_source(f"{LEAFLET}.css"), folder="vendor/leaflet"),
        _source("css/tokens.css"),
        *(_source(name) for name in STYLES),
    ]
    scripts = [_script(name) for name in [f"{LEAFLET}.js", *SCRIPTS]]
    return render_to_string(
        "gis/situation.html",
        {
            "title": title,
            "as_of": as_of,
            "notes": list(notes),
            "language": get_language() or "en",
            "styles": mark_safe("\n".join(styles)),  # noqa: S308 - our own files
            "scripts": mark_safe("\n;\n".join(scripts)),  # noqa: S308
            "element": mark_safe(figure.html.render()),  # noqa: S308
            "drawing": mark_safe(figure.script.render()),  # noqa: S308
        },
    )
