"""`./run check`: everything that can be said about the code without running it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from runlib.machine import PYTHON, VENV
from runlib.shell import ROOT, say

HERE = Path(__file__).parent
CHECKS: dict[str, list[str | Path]] = {
    "lint": ["-m", "ruff", "check"],
    "format": ["-m", "ruff", "format", "--check"],
    "types": ["-m", "mypy"],
    "import contract": [VENV / "bin" / "lint-imports"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": [HERE / "translations.py"],
    "vendored files": [HERE / "vendored.py"],
}


def run_all(env: Mapping[str, str]) -> int:
    """Run every check even if one fails; show the output of those that do."""
    failed = []
    for name, args in CHECKS.items():
        began = time.monotonic()
        say(f"..  {name} …")
        done = subprocess.run(
            [str(part) for part in (PYTHON, *args)],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            failed.append(name)
            say(done.stdout.rstrip())
        say(f"{'--' if done.returncode else 'ok'}  {name}  {time.monotonic() - began:.1f} s")
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0
