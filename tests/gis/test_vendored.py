"""Browser code of others is the published one, file by file."""

import shutil

import pytest

from runlib import vendored


def test_every_vendored_file_has_its_published_sum():
    assert vendored.problems() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda folder: (folder / "leaflet/leaflet.js").open("a").write(" "),
            "leaflet/leaflet.js has sha256",
        ),
        (
            lambda folder: (folder / "leaflet/leaflet.css").unlink(),
            "leaflet/leaflet.css is in MANIFEST.toml but not in the folder",
        ),
        (
            lambda folder: (folder / "leaflet/extra.js").write_text(""),
            "leaflet/extra.js is in the folder but not in MANIFEST.toml",
        ),
    ],
)
def test_a_changed_missing_or_added_file_is_named(change, sentence, tmp_path):
    folder = shutil.copytree(vendored.FOLDER, tmp_path / "vendor")
    change(folder)
    (problem,) = vendored.problems(folder)
    assert problem.startswith(sentence)
