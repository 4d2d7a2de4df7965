"""A paper-size territory: one county, two townships, three villages, four roads."""

import json
from pathlib import Path
from typing import Any

AREAS = """code12,level,name,name_en,population,households,lat,lon
330000000000,province,海省,Sea Province,,,43.0,128.0
330100000000,prefecture,港市,Haven,,,43.0,128.0
330101000000,county,湾县,Harbour County,900,300,43.0,128.1
330101100000,township,东镇,Quay Town,600,200,43.0,128.0
330101200000,township,西乡,Mill Township,300,100,43.0,128.2
330101100200,village,一村,First Village,400,130,43.01,128.0
330101100201,village,二村,Second Village,200,70,43.0,128.05
330101200200,village,三村,Third Village,300,100,43.0,128.2
"""
PLACES = """kind,code,name,name_en,area,lat,lon,class,area_m2,capacity_people,capacity_m3
depot,D1,县库,County Store,330101100000,43.0,128.0,county,400,900,1200
shelter,H1,学校,School,330101200000,43.0,128.2,fixed,600,200,
"""
# west, south, east, north
BOXES = {
    "330101000000": (127.9, 42.9, 128.3, 43.1),
    "330101100000": (127.9, 42.9, 128.1, 43.1),
    "330101200000": (128.1, 42.9, 128.3, 43.1),
}
ROADS: list[tuple[str, str, int, list[list[float]]]] = [
    ("A", "national", 60, [[128.0, 43.0], [128.05, 43.0]]),
    ("B", "national", 60, [[128.05, 43.0], [128.2, 43.0]]),
    ("C", "village", 25, [[128.0, 43.0], [128.0, 43.01]]),
    ("D", "county", 40, [[128.0, 43.01], [128.2, 43.0]]),
]


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def boundaries() -> list[dict[str, Any]]:
    return [feature(box(*edges), code=code) for code, edges in BOXES.items()]


def roads() -> list[dict[str, Any]]:
    return [
        feature(
            {"type": "LineString", "coordinates": line},
            **{"name": name, "class": road_class, "speed_kmh": speed},
        )
        for name, road_class, speed, line in ROADS
    ]


def collection(features: list[dict[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def files() -> dict[str, str]:
    return {
        "areas.csv": AREAS,
        "boundaries.geojson": collection(boundaries()),
        "roads.geojson": collection(roads()),
        "places.csv": PLACES,
        "NOTICE": "made up",
    }


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """The folder, with files replaced (`areas_csv=…`) or left out (None)."""
    content: dict[str, Any] = files()
    for name, text in changes.items():
        content[
            name.replace("_csv", ".csv").replace("_geojson", ".geojson").replace("_json", ".json")
        ] = text
    for name, text in content.items():
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
