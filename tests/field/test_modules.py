"""The field app's rules, clock and codes without a page: the cases of `js/` under node."""

import posixpath
import re
import shutil
import subprocess
from pathlib import Path

from django.conf import settings

from relief.web import field_files
from tests.patience import PATIENCE

CASES = Path("tests/field")
CASES_IN_ALL = 31


def test_every_case_holds_under_node(tmp_path):
    """On a copy that says its files are modules, as browsers are told by the page."""
    for folder in (Path("static/field"), Path("static/vendor/idb"), CASES):
        shutil.copytree(settings.BASE_DIR / folder, tmp_path / folder)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", *sorted((tmp_path / CASES).rglob("*.test.mjs"))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^\s*ok \d+ - ", done.stdout, re.M)) >= CASES_IN_ALL


def test_what_every_phone_keeps_rests_on_no_pack():
    """Else a phone without the pack could not start the app without a network."""
    shell = field_files.current()
    for name, served in shell.files.items():
        for near in field_files.IMPORTED.findall(served.plain.decode("utf-8", "replace")):
            whole = posixpath.normpath(posixpath.join(posixpath.dirname(name), near))
            assert whole in shell.files, f"{name} imports {whole}"
