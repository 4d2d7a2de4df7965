"""Runs inside .venv: what `./run` does to the database that DATABASE_URL names."""

import json
import sys
import time
from functools import partial

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


def describe() -> None:
    """Name of the database and major version of its server."""
    with connect(database="postgres") as server:
        major = server.info.server_version // 10000
    print(json.dumps({"name": environ.Env().db("DATABASE_URL")["NAME"], "major": major}))


def libpq() -> None:
    """The address as the environment that PostgreSQL's own programs read."""
    wanted = environ.Env().db("DATABASE_URL")
    found = {f"PG{word}": str(wanted[word] or "") for word in ("HOST", "PORT", "USER", "PASSWORD")}
    found["PGDATABASE"] = wanted["NAME"]
    found.update({f"PG{key.upper()}": str(v) for key, v in wanted.get("OPTIONS", {}).items()})
    print(json.dumps({key: value for key, value in found.items() if value}))


def migrations() -> None:
    """The migrations this database has seen."""
    with connect() as link:
        rows = link.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    print(json.dumps(rows))


def renew() -> None:
    """A new epoch for every journal: open boards see that this is another log."""
    with connect() as link:
        link.execute("UPDATE journal_book SET epoch = gen_random_uuid()")


def swap() -> None:
    """`<name>_restoring` becomes the database; the one before becomes `<name>_before_restore`."""
    here = environ.Env().db("DATABASE_URL")["NAME"]
    kept, new = f"{here}_before_restore", f"{here}_restoring"
    with connect(database="postgres") as server:
        do = partial(_change, server)
        do("DROP DATABASE IF EXISTS {} WITH (FORCE)", kept)
        # Nobody may come back in between: who is thrown out returns to the new one.
        do("ALTER DATABASE {} ALLOW_CONNECTIONS false", here)
        try:
            throw_out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            server.execute(throw_out, [here])
            _when_empty(server, here)
            do("ALTER DATABASE {} RENAME TO {}", here, kept)
        except BaseException:
            do("ALTER DATABASE {} ALLOW_CONNECTIONS true", here)
            raise
        do("ALTER DATABASE {} RENAME TO {}", new, here)
        # A note on the database itself is in no dump.
        note = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = server.execute(note, [kept]).fetchone()
        server.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(here), sql.Literal(row[0] if row else None)
            )
        )
        do("ALTER DATABASE {} ALLOW_CONNECTIONS true", kept)


def _change(server: psycopg.Connection, command: str, *names: str) -> None:
    server.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


def _when_empty(server: psycopg.Connection, here: str) -> None:
    """Wait for those who were thrown out to be gone; five seconds at most."""
    for _ in range(100):
        row = server.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [here]
        ).fetchone()
        if row is not None and row[0] == 0:
            return
        time.sleep(0.05)
    raise SystemExit(f"Somebody still uses the database {here}: stop Relief and try again.")


ACTIONS = (ensure, drop, state, mark, describe, libpq, migrations, renew, swap)

if __name__ == "__main__":
    {action.__name__: action for action in ACTIONS}[sys.argv[1]]()
