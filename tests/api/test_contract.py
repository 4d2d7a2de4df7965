"""The contract: one catalogue of refusals, the OpenAPI file, and whatever anybody may send."""

import asyncio
import inspect
import json
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as runs

import relief.field
import relief.web.api
from relief.access import gate
from relief.field import rules
from relief.web.api import openapi
from relief.web.api.codes import CODES, REFUSALS, code_of
from relief.web.api.limits import bounded
from tests.api.phones import ROOT, Phone
from tests.api.test_items import refused

FILE = Path(settings.BASE_DIR, "docs", "field-api.json")


# The catalogue


def refusals() -> set[type[Exception]]:
    """Every refusal that the field's room and its API can raise."""
    found = {gate.NotFound, gate.NotYourDuty, gate.Refused}
    for package in (relief.field, relief.web.api):
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if info.name.endswith("migrations"):
                continue
            for _name, thing in inspect.getmembers(import_module(info.name), inspect.isclass):
                if issubclass(thing, gate.Refused) and thing.__module__ == info.name:
                    found.add(thing)
    return found


def test_every_refusal_has_its_code():
    general = {"DeviceGone", "OtherBook"}  # said on pages of the desk only
    assert {one.__name__ for one in refusals() - set(REFUSALS)} == general
    assert set(REFUSALS.values()) <= set(CODES)
    assert code_of(ValueError("no refusal")).key == "server.fault"


def test_every_code_has_a_sentence_that_says_whether_the_work_is_safe():
    for code in CODES.values():
        with translation.override("en"):
            english = str(code.sentence)
        assert "safe" in english, code.key
        assert len(english) <= 100, code.key
        assert code.safe is True


def test_every_code_has_both_languages():
    for code in CODES.values():
        with translation.override("en"):
            english = str(code.sentence)
        with translation.override("zh-hans"):
            assert str(code.sentence) != english, code.key


def test_no_code_is_in_the_catalogue_in_vain():
    by_hand = {"server.busy", "server.fault"}
    assert set(CODES) - set(REFUSALS.values()) == by_hand


# The OpenAPI file


def test_the_committed_file_is_what_the_code_says():
    assert FILE.read_text("utf-8") == openapi.text(), "run: ./run manage api_schema"


def test_the_page_names_every_address_and_code():
    page = (FILE.parent / "field-api.md").read_text("utf-8")
    document = openapi.document()
    assert document["openapi"].startswith("3.1")
    for path in document["paths"]:
        word = path.removeprefix(openapi.PREFIX).replace("{item_id}", "{id}")
        assert word in page, word
    assert {code for code in CODES if f"`{code}`" not in page} == set()


# What anybody may send


@pytest.mark.django_db
def test_the_schema_keeps_its_word_whatever_is_sent(world):
    """No server error, only the statuses of the contract, and refusals as problems."""
    emeka = Phone(world, "emeka")
    document = openapi.document()
    # Giving up the token would end the run.
    del document["paths"][f"{openapi.PREFIX}device"]
    tried = [
        _try_all(emeka, found.ok())
        for found in schemathesis.openapi.from_dict(document).get_all_operations()
    ]
    assert len(tried) == 10
    assert sum(tried) >= 30


def _try_all(phone: Phone, operation) -> int:
    """Made-up requests of one operation; how many there were."""
    documented = {int(one) for one in operation.definition.raw["responses"]} - {500, 503}
    tried = 0

    @runs(
        max_examples=5,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=operation.as_strategy())
    def ask(case):
        nonlocal tried
        tried += 1
        answer = _ask(phone, case)
        told = (case.method, case.formatted_path, answer.status_code, answer.content[:300])
        assert answer.status_code in documented, told
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", told
            assert answer.json()["code"] in CODES, told

    ask()
    return tried


def _ask(phone: Phone, case):
    """The request of a made-up case, signed by the phone."""
    sent = case.as_transport_kwargs(base_url="http://testserver")
    data, kind = sent.get("data") or b"", "application/octet-stream"
    if "json" in sent:
        data, kind = json.dumps(sent["json"]), "application/json"
    return phone.http.generic(
        case.method,
        case.formatted_path,
        data if isinstance(data, bytes) else str(data).encode("utf-8", "replace"),
        content_type=kind,
        query_params={key: str(one) for key, one in (sent.get("params") or {}).items()},
    )


HOSTILE = {
    "no json": b"{",
    "empty": b"",
    "not utf-8": b'"\xff\xfe"',
    "half a character": b'{"id": "\\ud800"}',
    "nul": b'{"id": "a\\u0000b"}',
    "nan": b'{"id": NaN}',
    "infinity": b'{"offset_seconds": -Infinity}',
    "beyond floats": b'{"id": 1e999}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "a huge number": b'{"author": ' + b"9" * 5_000 + b"}",
}


@pytest.mark.django_db
def test_bodies_nobody_honest_sends_are_refused(phone, flood):
    emeka = phone("emeka")
    for name, data in HOSTILE.items():
        for path in ("items/batch", f"items/{'0' * 8}-0000-4000-8000-{'0' * 12}"):
            send = emeka.http.post if "batch" in path else emeka.http.put
            answer = send(ROOT + path, data, content_type="application/json")
            assert answer.status_code in (400, 422), name
            assert answer["Content-Type"] == "application/problem+json"
    wrong = {
        "author": [2**80, "me", None, -1],
        "made_at": ["yesterday", "0001-01-01T00:00:00+14:00", "2026-07-15T04:00:00", 5],
        "device_seq": [-1, 2**70, 1.5],
        "photos": [["../../etc/passwd"], ["a" * 64] * 21, "x"],
        "schema": [99999, "1", None],
        "book": [0, 2**70],
        "offset_seconds": [1e300, "x"],
        "extra": [1],
    }
    for field, values in wrong.items():
        for value in values:
            answer = emeka.put(emeka.report(flood) | {field: value})
            assert answer.status_code in (400, 404, 422, 426), (field, value, answer.content)
    inside = {
        "figures": [
            {"affected_population": 10**30},
            {"deaths": -1},
            {"x" * 50: 1},
            [],
            {"deaths": {}},
            {"deaths": True},
        ],
        "point": [[200, 0], [1], "here"],
        "narrative": ["x" * 201, 5],
        "as_of": ["0001-01-01T00:00:00+14:00"],
        "scene": [{"what": "houses"}, {"trapped": -5}, {"x": 1}],
        "area": ["222426100000' OR 1=1", "٢٢٢٤٢٦١٠٠٠٠٠"],
        "chain": ["not a uuid"],
    }
    for field, values in inside.items():
        for value in values:
            item = emeka.report(flood)
            item["body"][field] = value
            answer = emeka.put(item)
            assert answer.status_code == 422, (field, value, answer.content)
    large = emeka.http.post(
        ROOT + "items/batch", b'{"items":["' + b"x" * 2_000_000, content_type="application/json"
    )
    refused(large, "request.too_large", 413)
    many = emeka.batch(*[{}] * 51)
    refused(many, "request.invalid", 422)
    refused(emeka.http.get(ROOT + "nothing/here"), "request.not_found", 404)
    bare = Client(enforce_csrf_checks=True)
    refused(bare.put(ROOT + "photos/../../x"), "request.not_found", 404)
    refused(emeka.http.post(ROOT + "reference"), "request.wrong_method", 405)
    refused(emeka.http.get(ROOT + "reference?book=x"), "request.invalid", 422)


@pytest.mark.django_db
def test_a_fault_shows_nothing_of_the_inside(phone, flood, monkeypatch):
    emeka = phone("emeka")

    def broken(*_args, **_options):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("relief.web.api.intake.response.file_reports", broken)
    item = emeka.report(flood)
    answer = emeka.put(item)
    assert "hunter2" not in answer.content.decode()
    refused(answer, "server.fault", 500)
    other = emeka.report(None)
    assert [one["status"] for one in emeka.batch(item, other).json()["results"]] == [500, 201]


@pytest.mark.django_db
def test_a_body_without_end_is_not_read_to_its_end():
    """As uvicorn hands it over: pieces for ever, with and without a length."""

    async def ask(headers: list) -> tuple[int, int]:
        pieces = 0
        answered: list[dict] = []

        async def receive():
            nonlocal pieces
            if answered:
                return {"type": "http.disconnect"}
            pieces += 1
            return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

        async def send(message):
            answered.append(message)

        async def view(scope, hear, say):
            body = b""
            while True:
                message = await hear()
                body += message["body"]
                if not message.get("more_body"):
                    break
            assert scope["relief.too_large"]
            await say({"status": 413, "read": len(body)})

        scope = {"type": "http", "path": ROOT + "items/batch", "headers": headers}
        await bounded(view)(scope, receive, send)
        return pieces, answered[0]["read"]

    pieces, read = asyncio.run(ask([]))
    assert (pieces, read) == (17, 1024 * 1024)
    assert asyncio.run(ask([(b"content-length", b"100000000")])) == (0, 0)


# The reference


@pytest.mark.django_db
def test_the_reference_is_of_ones_own_places_and_costs_little(
    phone, flood, django_assert_max_num_queries
):
    emeka = phone("emeka")
    emeka.put(emeka.report(flood, figures={"affected_population": 7}))
    gu = phone("gu")
    gu.put(gu.report(flood, village="Willow"))
    with django_assert_max_num_queries(16):
        answer = emeka.get("reference")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    named = {one["name_en"]: one for one in told["areas"]}
    assert {name for name, one in named.items() if one["own"]} == {"Northbank", "Willow", "Reed"}
    assert "Southbank" not in named
    assert named["Willow"]["parent"] == named["Northbank"]["code"]
    assert [one["name_en"] for one in told["incidents"]] == ["July flood"]
    assert {(one["village"], one["state"]) for one in told["chains"]} == {
        (None, "adopted"),
        (named["Willow"]["code"], "received"),
    }
    assert told["chains"][0]["figures"]["affected_population"] in (0, 7)
    assert [one["area"] for one in told["duties"]] == [named["Northbank"]["code"]]
    assert told["limits"]["batch"] == 50
    assert told["rules"]["growth_note_factor"] == 3
    assert emeka.get("reference", **{"If-None-Match": answer["ETag"]}).status_code == 304
    emeka.put(emeka.report(flood, village="Reed"))
    assert emeka.get("reference", **{"If-None-Match": answer["ETag"]}).status_code == 200
    gus = gu.get("reference").json()
    assert {one["name_en"] for one in gus["areas"] if one["own"]} == {"Willow"}
    assert [one["village"] for one in gus["chains"]] == [named["Willow"]["code"]]
    refused(emeka.get("reference?book=999"), "item.unknown_place", 404)


def test_the_canonical_form_leaves_out_what_may_differ():
    one = {"id": "x", "b": [1.0, {"c": "灾"}], "offset_seconds": 4, "channel": "code"}
    other = {"b": [1, {"c": "灾"}], "id": "x", "mono_ms": 3}
    assert rules.canonical(one) == '{"b":[1,{"c":"灾"}],"id":"x"}'.encode()
    assert rules.digest(one) == rules.digest(other)
