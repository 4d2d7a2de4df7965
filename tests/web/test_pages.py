"""What holds for every page: few queries, nothing inline, nothing from elsewhere."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.boards.tables import tables
from tests.web import addresses

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30
PEOPLE = ("asha", "bela", "chidi", "emeka", "gu")
# Words of browsers that run code from an attribute.
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.I)
ELSEWHERE = re.compile(r"""(?:src|href|action|data)=["'](?:https?:)?//""", re.I)


def pages(scene, person):
    """Every page each person may open: who, address, answer, how many queries it took."""
    of = addresses.keywords(scene)
    for name in PEOPLE:
        browser = person(scene, name)
        for address in sorted(addresses.names()):
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(addresses.address(address, of))
            yield name, address, answer, asked(queries)


def asked(queries) -> int:
    """Queries, without the savepoints that only a test inside a transaction needs."""
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("name", "view", "place"),
    [
        ("chidi", "command", "Harbour County"),
        ("emeka", "township", "Northbank"),
        ("gu", "village", "Willow"),
        ("bela", "warehouse", "Harbour County"),
    ],
)
def test_no_board_asks_the_database_often(under_way, person, name, view, place):
    browser = person(under_way, name)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(f"/boards/{view}/{under_way.world.area(place).code}/")
    assert answer.status_code == 200
    # One for each table the board may show, and few besides.
    assert asked(queries) <= len(tables()) + 11


def test_no_page_asks_often_or_runs_foreign_code_and_every_field_has_a_label(under_way, person):
    often, wrong, bare, strange = [], [], [], []
    for name, address, answer, count in pages(under_way, person):
        if answer.status_code == 200 and count > MOST_QUERIES:
            often.append((name, address, count))
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        body = answer.content.decode()
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0], address
        if answer.status_code == 200:
            bare += [(address, tag) for tag in fields_without_label(body)]
        if address == "web:situation":  # a map to take along: it brings everything it needs
            continue
        tags = re.sub(r"(<(script|style)\b[^>]*>).*?</\2>", r"\1", body, flags=re.S)
        for found in (HANDLER.search(tags), ELSEWHERE.search(tags), re.search("<style", tags)):
            if found:
                wrong.append((name, address, found.group()[:90]))
        for tag in re.findall(r"<script\b[^>]*>", body):
            if not ("src=" in tag or "nonce=" in tag or "application/json" in tag):
                strange.append((address, tag))
    assert (often, wrong, bare, strange) == ([], [], [], [])


def fields_without_label(body: str) -> list[str]:
    labelled = set(re.findall(r'<label[^>]*for="([^"]+)"', body))
    bare = []
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", body):
        if re.search(r'type="(?:hidden|radio|checkbox|submit)"', tag) or "aria-label" in tag:
            continue
        found = re.search(r'id="([^"]+)"', tag)
        if not found or found.group(1) not in labelled:
            bare.append(tag[:100])
    return bare


def test_the_map_to_take_along_asks_nobody(under_way, person):
    answer = person(under_way, "asha").get(f"/incidents/{under_way.incident.id}/situation.html")
    body = answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert not ELSEWHERE.search(re.sub(r"<script\b.*?</script>", "", body, flags=re.S))
    assert "<link" not in body
    assert "July flood" in body


def test_what_is_no_number_in_an_address_or_a_field_is_no_fault(under_way, person):
    incident = under_way.incident.id
    asha, bela = person(under_way, "asha"), person(under_way, "bela")
    asked = [
        (asha, "/desk/?incident="),
        (asha, "/reports/merge/?report="),
        (asha, f"/incidents/{incident}/rapid-report/?report="),
        (asha, f"/incidents/{incident}/closures/new/?links="),
        (asha, "/journal/?before="),
        (asha, "/journal/?incident="),
        (asha, "/map/?incident="),
        (bela, "/stock/?depot="),
        (bela, "/store/yearly/?year="),
        (bela, "/store/arrivals/new/?purchase="),
        (bela, "/store/items/TENT-12S/?depot="),
        (bela, "/papers/labels/?copies=1&lot="),
    ]
    for browser, address in asked:
        for wrong in ("²", "9" * 5000):
            assert browser.get(f"{address}{wrong}").status_code in (200, 404), address
    for wrong in ("²", "9" * 5000):
        gathered = asha.post("/desk/gather/", item="x", incident=wrong, seen=wrong)
        assert gathered.status_code == 302
