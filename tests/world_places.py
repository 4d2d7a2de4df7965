"""Where the named world of the tests lies: its areas, households and roads."""

from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon

from gis.models import Area, Level, RoadClass, RoadLink, RoadNode
from relief.households.models import Building, Household

# code, Chinese name, English name, west edge, width in degrees, people, households
_PLACES = [
    ("22", "北川省", "Northriver Province", 128.0, 0.5, 500_000, 125_000),
    ("2224", "东海州", "Eastsea Prefecture", 128.0, 0.5, 200_000, 50_000),
    ("222426", "海湾县", "Harbour County", 128.0, 0.3, 30_000, 7_500),
    ("222426100", "北岸镇", "Northbank", 128.0, 0.1, 10_000, 2_500),
    ("222426100201", "柳树村", "Willow", 128.0, 0.05, 1_000, 250),
    ("222426100202", "芦苇村", "Reed", 128.05, 0.05, 1_000, 250),
    ("222426101", "南岸镇", "Southbank", 128.1, 0.1, 10_000, 2_500),
    ("222426101201", "渡口村", "Ferry", 128.1, 0.05, 1_000, 250),
    ("222426101202", "磨坊村", "Mill", 128.15, 0.05, 1_000, 250),
    ("222426200", "山顶乡", "Hilltop", 128.2, 0.1, 10_000, 2_500),
    ("222426200201", "松树村", "Pine", 128.2, 0.05, 1_000, 250),
    ("222426200202", "石堆村", "Cairn", 128.25, 0.05, 1_000, 250),
    ("222427", "红隼县", "Kestrel County", 128.4, 0.1, 20_000, 5_000),
    ("222427100", "海鸥镇", "Gull", 128.4, 0.1, 20_000, 5_000),
    ("222427100201", "燕鸥村", "Tern", 128.4, 0.1, 1_000, 250),
]

HOUSEHOLDS_PER_VILLAGE, PEOPLE_PER_HOUSEHOLD = 10, 3


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """A rectangle, as every boundary and footprint wants it."""
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


def areas() -> dict[str, Area]:
    """Province to village, by English name."""
    by_code: dict[str, Area] = {}
    for code, name, name_en, west, width, people, households in _PLACES:
        parent = by_code.get(code[: Level(len(code)).above or 0])
        by_code[code] = Area.objects.create(
            code=code.ljust(12, "0"),
            level=len(code),
            name=name,
            name_en=name_en,
            parent=parent,
            path=f"{parent.path}/{code}" if parent else code,
            boundary=box(west, 43.0, round(west + width, 4), 43.1),
            schematic=True,
            centre=Point(west + width / 2, 43.05, srid=4326),
            population=people,
            households=households,
        )
    return {area.name_en: area for area in by_code.values()}


def households(found: dict[str, Area]) -> None:
    """Ten households of three in each village, in a row from its west edge to its east edge."""
    rows = []
    for area in found.values():
        if area.level != Level.VILLAGE:
            continue
        west, _south, east, _north = area.boundary.extent
        for n in range(HOUSEHOLDS_PER_VILLAGE):
            share = (n + 0.5) / HOUSEHOLDS_PER_VILLAGE
            rows.append(
                Household(
                    area=area,
                    number=f"{area.code}{n:04d}",
                    point=Point(west + share * (east - west), 43.04, srid=4326),
                    people=PEOPLE_PER_HOUSEHOLD,
                    building=Building.BRICK_WOOD,
                )
            )
    Household.objects.bulk_create(rows)


def roads() -> None:
    """Link 0 joins Northbank and Southbank, link 1 Southbank and Hilltop, along 43.05 N."""
    nodes = [
        RoadNode.objects.create(number=n, point=Point(lon, 43.05, srid=4326))
        for n, lon in enumerate((128.05, 128.15, 128.25))
    ]
    RoadLink.objects.bulk_create(
        RoadLink(
            number=n,
            name=f"G{n}",
            start=start,
            end=end,
            road_class=RoadClass.COUNTY,
            metres=8_000,
            speed_kmh=40,
            line=LineString((start.point.x, start.point.y), (end.point.x, end.point.y), srid=4326),
        )
        for n, (start, end) in enumerate([(nodes[0], nodes[1]), (nodes[1], nodes[2])])
    )
