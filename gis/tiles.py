"""Vector tiles (矢量瓦片) of points, and cells that count points for the zooms below.

Knows tables only by the names it is given. Single points are fine from zoom 12; below, a tile of
a city's points would be megabytes, so a table of counted cells is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

POINTS_FROM = 12
CELL_ZOOMS = range(6, POINTS_FROM)  # zooms cells are kept for; below the first, its cells serve
CELLS_PER_TILE = 4  # as a power of two: 16 × 16 cells in a tile, each 16 pixels wide
DEEPEST = 22


class NoSuchTile(Exception):
    """The tile's address is outside the world or too deep."""

    def __init__(self, *, z: int, x: int, y: int) -> None:
        self.z, self.x, self.y = z, x, y
        super().__init__(
            f"expected zoom 0 to {DEEPEST} and x, y from 0 to 2^zoom - 1, received {z}/{x}/{y}"
        )


def check(*, z: int, x: int, y: int) -> None:
    """Raises NoSuchTile unless the address names a tile."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NoSuchTile(z=z, x=x, y=y)


def point_tile(
    z: int,
    x: int,
    y: int,
    *,
    table: str,
    columns: Sequence[str],
    where: str = "true",
    params: Mapping[str, Any] | None = None,
    layer: str = "points",
    point: str = "point",
) -> bytes:
    """One tile of single points with the given columns; `where` is code's own SQL, never input."""
    check(z=z, x=x, y=y)
    query = sql.SQL(
        """
        WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box)
        SELECT ST_AsMVT(found, %(layer)s, 4096, 'geom') FROM (
            SELECT ST_AsMVTGeom(ST_Transform(p.{point}, 3857), tile.box, 4096, 32, true) AS geom
                   {columns}
            FROM {table} p, tile
            WHERE p.{point} && ST_Transform(tile.box, 4326) AND ({where})
        ) found
        """
    ).format(
        point=sql.Identifier(point),
        table=sql.Identifier(table),
        columns=sql.SQL("").join(
            sql.SQL(", p.{}").format(sql.Identifier(column)) for column in columns
        ),
        where=sql.SQL(where),
    )
    return _bytes(query, {**(params or {}), "z": z, "x": x, "y": y, "layer": layer})


def cell_tile(
    z: int,
    x: int,
    y: int,
    *,
    table: str,
    sums: Sequence[str],
    where: str = "true",
    params: Mapping[str, Any] | None = None,
    layer: str = "cells",
) -> bytes:
    """One tile of counted cells, each at the weighted middle of its points."""
    check(z=z, x=x, y=y)
    query = sql.SQL(
        """
        WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box)
        SELECT ST_AsMVT(found, %(layer)s, 4096, 'geom') FROM (
            SELECT ST_AsMVTGeom(
                       ST_Transform(ST_SetSRID(ST_MakePoint(cell.lon, cell.lat), 4326), 3857),
                       tile.box, 4096, 32, true
                   ) AS geom, {names}
            FROM tile, (
                SELECT {totals},
                       sum(ST_X(c.point) * c.{weight}) / sum(c.{weight}) AS lon,
                       sum(ST_Y(c.point) * c.{weight}) / sum(c.{weight}) AS lat
                FROM {table} c, tile
                WHERE c.zoom = %(kept)s AND c.{weight} > 0
                      AND c.point && ST_Transform(tile.box, 4326) AND ({where})
                GROUP BY c.x, c.y
            ) cell
        ) found
        """
    ).format(
        names=sql.SQL(", ").join(sql.SQL("cell.{}").format(sql.Identifier(s)) for s in sums),
        totals=sql.SQL(", ").join(
            sql.SQL("sum(c.{0})::bigint AS {0}").format(sql.Identifier(s)) for s in sums
        ),
        weight=sql.Identifier(sums[0]),
        table=sql.Identifier(table),
        where=sql.SQL(where),
    )
    kept = min(max(z, CELL_ZOOMS[0]), CELL_ZOOMS[-1])
    return _bytes(query, {**(params or {}), "z": z, "x": x, "y": y, "layer": layer, "kept": kept})


def refresh_cells(
    *,
    source: str,
    cells: str,
    sums: Mapping[str, str | None],
    area_ids: Iterable[int] | None = None,
    zooms: Iterable[int] = CELL_ZOOMS,
) -> int:
    """Counts the source's points into cells afresh, for some areas or all; returns cells written.

    `sums` names each counted column and what it adds up; None counts rows. Both tables have
    `area_id` and `point`; the cell table also zoom, x, y. Runs in the caller's transaction.
    """
    levels = list(zooms)
    wanted = None if area_ids is None else sorted(set(area_ids))
    limit = sql.SQL("true") if wanted is None else sql.SQL("area_id = ANY(%(areas)s)")
    totals = [
        sql.SQL("count(*)") if adds is None else sql.SQL("sum(g.{})").format(sql.Identifier(adds))
        for adds in sums.values()
    ]
    fill = sql.SQL(
        """
        INSERT INTO {cells} (zoom, x, y, area_id, point, {names})
        SELECT g.zoom, g.x, g.y, g.area_id,
               ST_SetSRID(ST_MakePoint(avg(ST_X(g.point)), avg(ST_Y(g.point))), 4326), {totals}
        FROM (
            SELECT s.*, z.zoom,
                   floor((ST_X(s.point) + 180) / 360 * z.side)::int AS x,
                   floor((1 - asinh(tan(radians(ST_Y(s.point)))) / pi()) / 2 * z.side)::int AS y
            FROM {source} s,
                 (SELECT zoom, power(2, zoom + %(finer)s) AS side
                  FROM unnest(%(zooms)s::int[]) zoom) z
            WHERE {limit}
        ) g
        GROUP BY g.zoom, g.x, g.y, g.area_id
        """
    ).format(
        cells=sql.Identifier(cells),
        source=sql.Identifier(source),
        names=sql.SQL(", ").join(map(sql.Identifier, sums)),
        totals=sql.SQL(", ").join(totals),
        limit=limit,
    )
    params = {"areas": wanted, "zooms": levels, "finer": CELLS_PER_TILE}
    with connection.cursor() as cursor:
        cursor.execute(
            _text(
                sql.SQL("DELETE FROM {} WHERE zoom = ANY(%(zooms)s) AND {}").format(
                    sql.Identifier(cells), limit
                )
            ),
            params,
        )
        cursor.execute(_text(fill), params)
        return int(cursor.rowcount)


def _text(query: sql.Composed) -> str:
    connection.ensure_connection()
    return query.as_string(connection.connection)


def _bytes(query: sql.Composed, params: Mapping[str, Any]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(_text(query), params)
        (tile,) = cursor.fetchone()
        return bytes(tile)
