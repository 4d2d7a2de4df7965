"""Every sentence of the sources has its Chinese, complete and with the same placeholders."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = "zh_Hans"
SOURCES = ("relief", "gis", "templates")
SCRIPTS = ("static",)
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-zA-Z]|%[sd]|\{\w*[^{}]*\}")


def problems(root: Path = ROOT) -> list[str]:
    """Sentences on what is missing, doubtful or differs in its placeholders."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in (*SOURCES, *SCRIPTS):
            if (root / name).exists():
                shutil.copytree(root / name, copy / name, ignore=_not_ours)
        (copy / "locale").mkdir()
        for domain in ("django", "djangojs"):
            kept = root / "locale" / LOCALE / "LC_MESSAGES" / f"{domain}.po"
            fresh = copy / kept.relative_to(root)
            fresh.parent.mkdir(parents=True, exist_ok=True)
            if kept.exists():
                shutil.copy(kept, fresh)
            _extract(copy, domain)
            if fresh.exists():
                wrong += _of_catalogue(fresh, domain)
    return wrong


def _not_ours(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in {"vendor", "__pycache__", "locale"}}


def _extract(copy: Path, domain: str) -> None:
    """Let Django collect the sentences into the copy, as `manage.py makemessages` would."""
    command = [sys.executable, "-m", "django", "makemessages", "-l", LOCALE, "-d", domain]
    # Outside a project Django needs no settings for this, and so no database.
    env = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [*command, "--no-obsolete", "--no-wrap", "-v", "0"],
        cwd=copy,
        env={**env, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"makemessages failed: {done.stderr.strip()}")


def _of_catalogue(path: Path, domain: str) -> list[str]:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=LOCALE, domain=domain)
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        where = ", ".join(name for name, _ in message.locations[:1]) or domain
        if message.fuzzy:
            wrong.append(f"{where}: marked fuzzy: {_short(message)}")
        elif not all(_texts(message.string or "")):
            wrong.append(f"{where}: no {LOCALE}: {_short(message)}")
        elif _differs(message):
            wrong.append(f"{where}: placeholders differ: {_short(message)}")
    return wrong


def _texts(text: str | Iterable[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _differs(message: Message) -> bool:
    """Chinese has one form for all numbers; it may carry the placeholders of the plural."""
    allowed = [sorted(PLACEHOLDER.findall(text)) for text in _texts(message.id)]
    return any(
        sorted(PLACEHOLDER.findall(text)) not in allowed for text in _texts(message.string or "")
    )


def _short(message: Message) -> str:
    text = _texts(message.id)[0].replace("\n", "\\n")
    return f"{text[:90]}…" if len(text) > 90 else text


if __name__ == "__main__":
    sys.exit("\n".join(problems()) or 0)
