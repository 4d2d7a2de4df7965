"""Debian packages and the virtual environment: what the machine must have before we start."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runlib import postgres
from runlib.shell import ROOT, Failure, logged, output, quiet, say, step

VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
LOCK = ROOT / "requirements.lock"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
PANGOFT = "libpangoft2-1.0.so.0"
NO_NEW_CLUSTER = Path("/etc/postgresql-common/createcluster.d/relief.conf")


@dataclass(frozen=True)
class Need:
    """Something outside Python: how to see it, who brings it on Debian, what to say if nobody."""

    present: Callable[[], bool]
    package: Callable[[], str | None]
    otherwise: str


def chromium() -> str | None:
    """The browser for the tests: RELIEF_CHROMIUM, or the first one on the path."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("RELIEF_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _cjk_font() -> bool:
    return bool(output(["fc-list", ":lang=zh-cn", "file"])) or any(
        Path("/usr/share/fonts").glob("**/*CJK*")
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _node() -> bool:
    found = re.match(r"v(\d+)", output(["node", "--version"]))
    return found is not None and int(found[1]) >= OLDEST_NODE


def _postgis_package() -> str | None:
    """The newest PostGIS on offer, but the one that fits a PostgreSQL already installed."""
    offered = {
        int(found[1])
        for name in output(["apt-cache", "pkgnames", "postgresql-"]).split()
        if (found := re.fullmatch(r"postgresql-(\d+)-postgis-3", name))
    }
    offered = {major for major in offered if major >= postgres.OLDEST_MAJOR}
    installed = offered & {server.major for server in postgres.servers(with_postgis=False)}
    return f"postgresql-{max(installed or offered)}-postgis-3" if offered else None


def _offered(package: str) -> Callable[[], str | None]:
    def look() -> str | None:
        policy = output(["apt-cache", "policy", package])
        return package if policy and "Candidate: (none)" not in policy else None

    return look


VENV_MODULE = Need(
    lambda: Path(PYTHON).exists() or importlib.util.find_spec("ensurepip") is not None,
    _offered("python3-venv"),
    "Python's venv module is missing: install the package python3-venv and try again.",
)
POSTGIS = Need(
    lambda: bool(
        os.environ.get("DATABASE_URL")
        or postgres.existing_home()
        or postgres.servers(with_postgis=True)
    ),
    _postgis_package,
    "No PostgreSQL 15 or newer with PostGIS was found, and it cannot be installed from here "
    "(that takes apt-get, and root or sudo). Either set DATABASE_URL to a database with PostGIS, "
    "or start everything in containers with `docker compose up`.",
)
CHROMIUM = Need(
    lambda: chromium() is not None,
    _offered("chromium"),
    "The browser tests need Chromium: install it, or set RELIEF_CHROMIUM to a Chrome or Chromium.",
)
CJK_FONT = Need(
    _cjk_font,
    _offered("fonts-noto-cjk"),
    "Reports on paper (PDF) and the browser tests need a font with Chinese characters: install the "
    "package fonts-noto-cjk.",
)
PANGO = Need(
    lambda: sys.platform != "linux" or (_loads("libpango-1.0.so.0") and _loads(PANGOFT)),
    _offered("libpangoft2-1.0-0"),
    "Reports on paper (PDF) need Pango: install the packages libpango-1.0-0 and libpangoft2-1.0-0.",
)
HARFBUZZ = Need(
    lambda: sys.platform != "linux" or _loads("libharfbuzz-subset.so.0"),
    _offered("libharfbuzz-subset0"),
    "A page on paper takes ten times as long without the package libharfbuzz-subset0: install it.",
)
LIBATOMIC = Need(
    lambda: sys.platform != "linux" or _loads("libatomic.so.1"),
    _offered("libatomic1"),
    "Playwright's driver needs libatomic.so.1: install the package libatomic1.",
)
NODE = Need(
    _node,
    _offered("nodejs"),
    f"The tests of the boards' scripts need node {OLDEST_NODE} or newer: install nodejs.",
)
GETTEXT = Need(
    lambda: shutil.which("xgettext") is not None,
    _offered("gettext"),
    "Checking the translations needs xgettext: install the package gettext.",
)
TO_RUN = (VENV_MODULE, POSTGIS, PANGO, HARFBUZZ, CJK_FONT)
TO_CHECK = (*TO_RUN, GETTEXT)
TO_TEST = (*TO_CHECK, CHROMIUM, LIBATOMIC, NODE)


def ensure_packages(needs: tuple[Need, ...]) -> None:
    """Install what is missing, or say in one line each what to install."""
    missing = [need for need in needs if not need.present()]
    if not missing:
        return
    as_root = _as_root() if shutil.which("apt-get") else None
    if as_root is not None:
        _install(missing, as_root)
        importlib.invalidate_caches()
        missing = [need for need in missing if not need.present()]
    if missing:
        raise Failure("\n".join(need.otherwise for need in missing))


def _as_root() -> list[str] | None:
    """The words to put before a command that needs root; None if we may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    if quiet([sudo, "-n", "true"]):
        return [sudo]
    if sys.stdin.isatty():
        say("Some system packages are missing; installing them needs your sudo password.")
        if subprocess.run([sudo, "-v"]).returncode == 0:
            return [sudo]
    return None


def _install(missing: list[Need], as_root: list[str]) -> None:
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    apt += ["-o", "DPkg::Lock::Timeout=300"]
    with step("Reading the list of system packages"):
        try:
            logged([*apt, "update"])
        except Failure as error:
            say(f"    apt-get update failed, going on with the lists at hand: {error}")
    packages = [name for need in missing if (name := need.package())]
    if not packages:
        return
    new_conf = POSTGIS in missing and not NO_NEW_CLUSTER.exists()
    if new_conf:  # or Debian would start a server of its own on port 5432
        rule = f"mkdir -p {NO_NEW_CLUSTER.parent} && echo 'create_main_cluster = false' > "
        logged([*as_root, "sh", "-c", rule + str(NO_NEW_CLUSTER)])
    try:
        with step(f"Installing {', '.join(packages)}"):
            logged([*apt, "install", "--no-install-recommends", *packages])
    finally:
        if new_conf:  # later PostgreSQL packages of this machine are not our business
            logged([*as_root, "rm", "-f", str(NO_NEW_CLUSTER)])


def ensure_python() -> None:
    """Bring .venv to exactly what requirements.lock says; nothing to do if its hash is known."""
    stamp = VENV / ".requirements-hash"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    works = quiet([PYTHON, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"])
    if works and stamp.exists() and stamp.read_text().strip() == wanted:
        return
    if not works:
        with step("Making the virtual environment .venv"):
            logged([sys.executable, "-m", "venv", "--clear", VENV])
    with step("Installing the Python packages of requirements.lock"):
        try:
            _install_with_uv()
        except Failure as error:
            say(f"    uv could not do it, pip takes over. {error}")
            logged([PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", LOCK])
    stamp.write_text(wanted + "\n")


def _install_with_uv() -> None:
    """uv takes a third of pip's time, but does not read pip's settings: hand the index over."""
    if not quiet([PYTHON, "-m", "uv", "--version"]):
        logged([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"])
    env = dict(os.environ)
    index = output([PYTHON, "-m", "pip", "config", "get", "global.index-url"])
    index = env.get("PIP_INDEX_URL") or index
    if index:
        env.setdefault("UV_DEFAULT_INDEX", index)
    uv = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON, "--require-hashes"]
    logged([*uv, "-r", LOCK], env=env)


def lock() -> None:
    """Write the lock files anew from pyproject.toml, without the name of any package index."""
    uv = [PYTHON, "-m", "uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11.2"]
    uv += ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header"]
    production = ROOT / "requirements-prod.lock"
    with step("Resolving requirements.lock and requirements-prod.lock"):
        logged([*uv, "--extra", "dev", "-o", LOCK, "pyproject.toml"])
        logged([*uv, "-c", LOCK, "-o", production, "pyproject.toml"])
    for path in (LOCK, production):
        if "://" in path.read_text():
            raise Failure(f"{path.name} names an address; a lock file must hold names and hashes.")
