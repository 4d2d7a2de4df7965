"""Processes that serve: what happens when one of them ends."""

import signal
import sys

import pytest

from runlib import serving
from runlib.shell import Failure

ENDS = "import sys; open(sys.argv[1], 'a').write('begun '); sys.exit(3)"


@pytest.fixture
def family(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "PIDS", tmp_path / "run")
    monkeypatch.setattr(serving, "WITHIN", 3600.0)  # however slowly processes start here
    kept = signal.getsignal(signal.SIGTERM)
    family = serving.Family({}, logs=False)
    yield family
    family.end()
    signal.signal(signal.SIGTERM, kept)


@pytest.mark.parametrize(("again", "begun"), [(True, 1 + serving.MOST_ENDINGS), (False, 1)])
def test_one_that_ends_is_started_again_until_it_is_plain_that_it_will_not_live(
    family, tmp_path, again, begun
):
    seen = tmp_path / "seen"
    family.start("web", [sys.executable, "-c", ENDS, str(seen)])
    with pytest.raises(Failure, match="web ended with code 3"):
        family.watch(again=again)
    assert seen.read_text().split() == ["begun"] * begun
