"""Whatever a player of a drill opens, prints or takes along says that it is a drill."""

import io
import re

import pypdf
import pytest

from relief.journal.models import Book, BookKind
from relief.web import acts
from tests.web import addresses

pytestmark = pytest.mark.django_db
PEOPLE = ("asha", "bela", "emeka", "gu")
WORD = "演练"
# Neither pages nor papers: data for the scripts of pages that are marked themselves, and pictures.
BARE = ("application/json", "image/", "application/x-protobuf", "application/vnd.mapbox")


@pytest.fixture
def played(under_way):
    """The whole scene in the book of a drill: the two books of the world change their kinds."""
    world = under_way.world
    Book.objects.filter(pk=world.real.pk).update(kind=BookKind.DRILL)
    Book.objects.filter(pk=world.drill.pk).update(kind=BookKind.REAL)
    return under_way


def opened(scene, person):
    """Every address of the drill's book that somebody may open, with what it answered."""
    of = addresses.keywords(scene)
    # What is served to everybody, or from the real book alone, shows nothing of a drill.
    left = {name for name, rule in acts.ADDRESSES.items() if not rule.public and not rule.real}
    for name in PEOPLE:
        browser = person(scene, name, language="zh-hans")
        for address in sorted(left):
            answer = browser.get(addresses.address(address, of))
            if answer.status_code == 200:
                left.discard(address)
                yield address, answer


def unmarked(answer) -> str:
    """What is wrong with an answer that does not say it is of a drill; nothing if it does."""
    kind = answer.headers.get("Content-Type", "")
    data = answer.getvalue() if answer.streaming else answer.content
    if kind.startswith(BARE):
        return ""
    if kind.startswith("application/pdf"):
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        bare = [n for n, page in enumerate(pages, 1) if WORD not in page.extract_text()]
        return f"pages {bare} of the PDF" if bare else _name(answer)
    if "attachment" in answer.headers.get("Content-Disposition", ""):
        # What opens in a browser is a page again.
        bare = kind.startswith("text/html") and WORD not in data.decode()
        return "the page taken along" if bare else _name(answer)
    body = data.decode()
    title = re.search(r"<title>(.*?)</title>", body, re.S)
    if title is None or WORD not in title.group(1):
        return "its title"
    head = re.search(rf'class="(?:book book--drill|wall__drill)".{{0,90}}{WORD}', body)
    return "" if head else "its head"


def _name(answer) -> str:
    """A file keeps its name where nobody sees the page it came from."""
    said = answer.headers.get("Content-Disposition", "")
    return "" if "drill" in said or "演练" in said else f"the name of the file: {said}"


def test_every_page_paper_and_file_of_a_drill_says_so(played, person):
    seen, wrong = set(), {}
    for address, answer in opened(played, person):
        seen.add(address)
        fault = unmarked(answer)
        if fault:
            wrong[address] = fault
    assert wrong == {}
    # Nothing fell out of the round: nearly every page of the table is of the drill's book too.
    assert len(seen) > 60
