"""The base of every map: areas, villages and roads of one county as plain JSON values."""

from typing import Any

import shapely

from gis.models import Area, Level, RoadLink, contains

DIGITS = 5  # of a degree: about a metre
TOLERANCE = 0.0002  # degrees; what a screen at zoom 13 cannot show


def _shape(geometry: Any, *, simplify: float = 0.0) -> dict[str, Any]:
    shape = shapely.from_wkb(bytes(geometry.wkb))
    if simplify:
        # Neighbours are simplified alike only along whole lines, so the tolerance stays small.
        shape = shapely.simplify(shape, simplify)
    return _plain(shapely.geometry.mapping(shape))


def _plain(mapping: dict[str, Any]) -> dict[str, Any]:
    def short(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, DIGITS)
        return [short(part) for part in value]

    return {"type": mapping["type"], "coordinates": short(mapping["coordinates"])}


def _feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def base(*, county: Area) -> dict[str, Any]:
    """County outline, township cells, village points and roads under one county.

    Every feature carries its area's path, which is how live rows find their place.
    """
    areas = list(Area.objects.within(county.path).order_by("code"))
    townships = [area for area in areas if area.level == Level.TOWNSHIP]
    villages = [area for area in areas if area.level == Level.VILLAGE]
    own = next(area for area in areas if area.pk == county.pk)
    return {
        "county": _area(own),
        "townships": _collection([_area(area) for area in townships]),
        "villages": _collection(
            [
                _feature(
                    {"type": "Point", "coordinates": _lonlat(area)},
                    path=area.path,
                    name=area.name,
                    name_en=area.name_en,
                    households=area.households,
                )
                for area in villages
            ]
        ),
        "roads": _roads(own),
        "schematic": any(area.schematic for area in areas),
    }


def _lonlat(area: Area) -> list[float]:
    return [round(area.centre.x, DIGITS), round(area.centre.y, DIGITS)]


def _area(area: Area) -> dict[str, Any]:
    return _feature(
        None if area.boundary is None else _shape(area.boundary),
        path=area.path,
        name=area.name,
        name_en=area.name_en,
        centre=_lonlat(area),
        population=area.population,
        households=area.households,
        # 001–099 of the township part are streets (GB/T 10114); close together, named late.
        street=area.level == Level.TOWNSHIP and int(area.code[6:9]) < 100,
    )


def _roads(county: Area) -> dict[str, Any]:
    links = RoadLink.objects.order_by("number")
    if county.boundary is not None:
        links = links.filter(line__bboverlaps=county.boundary.envelope)
    return _collection(
        [
            _feature(
                _shape(link.line, simplify=TOLERANCE),
                number=link.number,
                name=link.name,
                road_class=link.road_class,
            )
            for link in links
        ]
    )


def below(*, base_layers: dict[str, Any], path: str) -> dict[str, Any]:
    """The same base with only the villages of one area, for a township's or village's board."""
    features = [
        feature
        for feature in base_layers["villages"]["features"]
        if contains(path, feature["properties"]["path"])
    ]
    return {**base_layers, "villages": _collection(features)}
