"""GDAL, GEOS and PROJ from the wheels of pyogrio and shapely, so that no system GDAL is needed."""

import os
from importlib.util import find_spec
from pathlib import Path


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"package {name} is not installed")
    return Path(spec.origin).parent


def _bundled(package: str, stem: str) -> str:
    libs = _package_folder(package).parent / f"{package}.libs"
    found = sorted(libs.glob(f"{stem}-*.so*"))
    if not found:
        raise RuntimeError(f"{package} brings no {stem} library in {libs}")
    return str(found[0])


def locate() -> dict[str, str]:
    """Paths for Django's settings; also points GDAL and PROJ at pyogrio's data folders.

    Must run before django.contrib.gis is imported. The packages are found, not imported.
    """
    data = _package_folder("pyogrio")
    os.environ.setdefault("GDAL_DATA", str(data / "gdal_data"))
    os.environ.setdefault("PROJ_DATA", str(data / "proj_data"))
    os.environ.setdefault("PROJ_LIB", str(data / "proj_data"))
    return {
        "GDAL_LIBRARY_PATH": _bundled("pyogrio", "libgdal"),
        "GEOS_LIBRARY_PATH": _bundled("shapely", "libgeos_c"),
    }
