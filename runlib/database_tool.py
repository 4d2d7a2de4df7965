"""Runs inside .venv: look at, make, drop or mark the database that DATABASE_URL names."""

import json
import sys

import environ
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

OLDEST_SERVER, OLDEST_POSTGIS = 150000, (3, 3)
SEEDED = "relief: demo data complete"


def connect(*, database: str | None = None) -> psycopg.Connection:
    wanted = environ.Env().db("DATABASE_URL")
    options = {
        "host": wanted["HOST"],
        "port": wanted["PORT"],
        "user": wanted["USER"],
        "password": wanted["PASSWORD"],
        "dbname": database or wanted["NAME"],
        **wanted.get("OPTIONS", {}),  # what stood behind the question mark, such as sslmode
    }
    given = {name: str(value) for name, value in options.items() if value}
    return psycopg.connect(make_conninfo("connect_timeout=10", **given), autocommit=True)


def name() -> sql.Identifier:
    return sql.Identifier(environ.Env().db("DATABASE_URL")["NAME"])


def ensure() -> None:
    """Have the database there, on a server that is new enough, with PostGIS ready in it."""
    try:
        link = connect()
    except psycopg.OperationalError as error:
        if not create():
            raise SystemExit(f"The database server said: {error}") from error
        link = connect()
    with link:
        major = link.info.server_version // 10000
        if link.info.server_version < OLDEST_SERVER:
            raise SystemExit(f"PostgreSQL 15 or newer is needed; this server is {major}.")
        row = link.execute(
            "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
        ).fetchone()
        if row is None:
            raise SystemExit(
                f"This server has no PostGIS: install the package postgresql-{major}-postgis-3."
            )
        if tuple(int(part) for part in row[0].split(".")[:2]) < OLDEST_POSTGIS:
            raise SystemExit(f"PostGIS 3.3 or newer is needed; this server offers {row[0]}.")
        try:
            link.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        except errors.InsufficientPrivilege as error:
            raise SystemExit(
                f"{link.info.user} may not install PostGIS: let an administrator run "
                f"CREATE EXTENSION postgis in the database {link.info.dbname}."
            ) from error


def create() -> bool:
    """Make the database; false if the server cannot be reached or it was there already."""
    try:
        with connect(database="postgres") as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(name()))
    except psycopg.Error:
        return False
    return True


def drop() -> None:
    with connect(database="postgres") as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name()))


def state() -> None:
    with connect() as link:
        row = link.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    print(json.dumps({"seeded": row is not None and row[0] == SEEDED}))


def mark() -> None:
    """Note on the database itself that the demo data are complete: it goes when they go."""
    with connect() as link:
        link.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name(), sql.Literal(SEEDED)))


if __name__ == "__main__":
    {"ensure": ensure, "drop": drop, "state": state, "mark": mark}[sys.argv[1]]()
