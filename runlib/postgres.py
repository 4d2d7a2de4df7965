"""A PostgreSQL cluster of our own: unix socket only, behind a folder nobody else can enter."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from runlib.shell import ROOT, VAR, Failure, logged, output, quiet, say, shown, step

OLDEST_MAJOR = 15
ROLE = "relief"
PORT = 5432  # only part of the socket's name: nothing listens on the network
LONGEST_SOCKET = 107  # bytes of sun_path on Linux, less the closing zero
SETTINGS = """
# Written by ./run when it made this cluster.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
random_page_cost = 1.1
# Compiling short queries costs more than running them.
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class Server:
    """The programs of one installed PostgreSQL."""

    major: int
    programs: Path


@dataclass(frozen=True)
class Cluster:
    """Our data folder with its owner and the programs that fit it."""

    home: Path
    server: Server

    @property
    def data(self) -> Path:
        return self.home / "data"

    def command(self, program: str, *args: str | Path) -> list[str | Path]:
        return [*as_owner(self.home.stat().st_uid), self.server.programs / program, *args]

    def running(self) -> bool:
        return quiet(self.command("pg_ctl", "-D", self.data, "status"))


def servers(*, with_postgis: bool) -> list[Server]:
    """Installed servers that are new enough, newest first."""
    folders = [
        (Path(f"/usr/lib/postgresql/{share.name}/bin"), share)
        for share in Path("/usr/share/postgresql").glob("[0-9]*")
    ]
    if shutil.which("pg_config"):  # not Debian's layout
        here = (output(["pg_config", "--bindir"]), output(["pg_config", "--sharedir"]))
        folders.append((Path(here[0]), Path(here[1])))
    found: dict[int, Server] = {}
    for programs, share in folders:
        if not (programs / "initdb").exists():
            continue
        if with_postgis and not (share / "extension" / "postgis.control").exists():
            continue
        version = re.search(r"\d+", output([programs / "postgres", "--version"]))
        if version and int(version[0]) >= OLDEST_MAJOR:
            found.setdefault(int(version[0]), Server(int(version[0]), programs))
    return sorted(found.values(), key=lambda server: -server.major)


def as_owner(uid: int) -> list[str]:
    """PostgreSQL refuses to run as root: as root, put these words before its commands."""
    if os.geteuid() == uid:
        return []
    if os.geteuid() != 0:
        raise Failure(
            f"The database under {shown(VAR)} belongs to {pwd.getpwuid(uid).pw_name}: "
            "run ./run with sudo as before, or remove that folder to start with an empty one."
        )
    group = pwd.getpwuid(uid).pw_gid
    return ["setpriv", f"--reuid={uid}", f"--regid={group}", "--init-groups", "--inh-caps=-all"]


def _homes() -> tuple[Path, Path]:
    """Inside the clone; or, where the postgres user cannot get there, beside the system's data."""
    name = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:10]
    return VAR / "postgres", Path(f"/var/lib/relief-{name}")


def existing_home() -> Path | None:
    """Where an earlier ./run put the cluster."""
    for home in _homes():
        try:
            if (home / "data").exists():
                return home
        except PermissionError:  # made by root; as_owner says what to do
            return home
    return None


def start() -> Cluster:
    """Find or make the cluster and have it running."""
    cluster = _existing() or _create()
    if not cluster.running():
        # Quoted twice: for the shell that pg_ctl starts, and for PostgreSQL's list of folders.
        quoted = shlex.quote(f'"{_socket_folder(cluster.home)}"')
        with step(f"Starting PostgreSQL {cluster.server.major}"):
            logged(
                cluster.command(
                    "pg_ctl", "-D", cluster.data, "-l", cluster.home / "log", "-w", "-t", "60",
                    "-o", f"-k {quoted} -p {PORT}", "start",
                ),
                cwd=Path("/"),
            )  # fmt: skip
    return cluster


def stop() -> bool:
    """Stop our cluster; true if it was running."""
    home = existing_home()
    cluster = _existing() if home else None
    if cluster is None or not cluster.running():
        return False
    with step("Stopping PostgreSQL"):
        ending = cluster.command("pg_ctl", "-D", cluster.data, "-m", "fast", "-w", "stop")
        logged(ending, cwd=Path("/"))
    return True


def url(cluster: Cluster, *, database: str) -> str:
    """The address in the form django-environ reads: the socket's folder stands in the path."""
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    port, folder = lines[3], lines[4]
    return f"postgres://{ROLE}@:{port}/{quote(folder)}/{database}"


def _existing() -> Cluster | None:
    home = existing_home()
    if home is None:
        return None
    as_owner(home.stat().st_uid)  # refuses here if the folder belongs to somebody else
    marker = home / "data" / "PG_VERSION"
    if not marker.exists():  # initdb was ended half way
        shutil.rmtree(home)
        return None
    major = int(marker.read_text())
    for server in servers(with_postgis=True):
        if server.major == major:
            return Cluster(home, server)
    raise Failure(
        f"{shown(home)} was made by PostgreSQL {major}, which is no longer installed with PostGIS: "
        f"install postgresql-{major}-postgis-3, or remove the folder to start with an empty one."
    )


def _create() -> Cluster:
    installed = servers(with_postgis=True)
    if not installed:
        raise Failure("No PostgreSQL with PostGIS: set DATABASE_URL or use `docker compose up`.")
    cluster = Cluster(_make_home(), installed[0])
    with step(f"Making a database cluster in {shown(cluster.home)}"):
        logged(
            cluster.command(
                "initdb", "-D", cluster.data, "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8",
                # Whoever can enter the socket's folder (mode 0700) is the owner; nobody else.
                "--auth-local=trust", "--auth-host=reject",
            ),
            cwd=Path("/"),
        )  # fmt: skip
        with (cluster.data / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS)
    return cluster


def _make_home() -> Path:
    """The folder for the cluster, owned by the user that PostgreSQL will run as."""
    inside, outside = _homes()
    if os.geteuid() != 0:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        raise Failure(
            "PostgreSQL does not run as root and this machine has no user named postgres: "
            "run ./run as an ordinary user, or set DATABASE_URL."
        ) from None
    for home in (inside, outside):
        home.mkdir(mode=0o700, exist_ok=True)
        os.chown(home, owner.pw_uid, owner.pw_gid)
        if quiet([*as_owner(owner.pw_uid), "test", "-w", home]):
            if home == outside:
                say(f"    The user postgres cannot enter {ROOT}; the database goes to {home}.")
            return home
        home.rmdir()
    raise Failure(f"The user postgres can write neither under {ROOT} nor under /var/lib.")


def _socket_folder(home: Path) -> Path:
    """Beside the data; under /tmp where that path is too long for a socket."""
    owner = home.stat()
    folder = home / "socket"
    name = os.fsencode(folder / f".s.PGSQL.{PORT}.lock")
    if len(name) > LONGEST_SOCKET or not re.fullmatch(r"[\w/.+ -]+", str(folder)):
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
        folder = Path(f"/tmp/relief-{owner.st_uid}-{digest}")
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.st_uid, owner.st_gid)
    except FileExistsError:
        kept = folder.lstat()
        if folder.is_symlink() or kept.st_uid != owner.st_uid or kept.st_mode & 0o077:
            raise Failure(f"{folder} is not a folder of ours with mode 0700: remove it.") from None
    return folder
