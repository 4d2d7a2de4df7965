"""The browser's preference decides, a switch overrides it, and both languages are complete."""

import html
import re
from functools import cache

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client

from relief.allocation.models import Plan
from tests.web import addresses

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("preferred", "shown"),
    [("zh-CN,zh;q=0.9", "zh-Hans"), ("en-GB", "en"), ("fr", "zh-Hans"), ("", "zh-Hans")],
)
def test_the_browser_decides(preferred, shown):
    page = Client(headers={"accept-language": preferred}).get("/sign-in/")
    assert f'<html lang="{shown}"' in page.content.decode()


def test_a_switch_overrides_the_browser():
    client = Client(headers={"accept-language": "zh-CN"})
    sent = client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert (sent.status_code, sent["Location"]) == (302, "/sign-in/")
    assert '<html lang="en"' in client.get("/sign-in/").content.decode()


def test_the_switch_never_leads_away():
    sent = Client().post("/language/", {"language": "en", "next": "https://example.org/"})
    assert sent["Location"] == "/"


@pytest.mark.parametrize(("cookie", "said"), [("dark", 'data-theme="dark"'), ("x", "<html lang")])
def test_the_theme_comes_from_its_cookie(cookie, said):
    client = Client()
    client.cookies["theme"] = cookie
    page = client.get("/sign-in/").content.decode()
    assert said in page
    assert 'data-theme="x"' not in page


@cache
def sources() -> set[str]:
    """English sentences that have a Chinese text of their own; the switch names its language."""
    path = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    with path.open("rb") as catalogue:
        found = read_po(catalogue, locale="zh_Hans")
    return {
        text
        for message in found
        for text in ([message.id] if isinstance(message.id, str) else message.id or [])
        if re.search(r"[A-Za-z]{3}", text) and message.string != text and text != "English"
    }


def texts(page: str) -> list[str]:
    """The pieces of text between tags, and what attributes show or say."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    page = re.sub(r'<span lang="en">.*?</span>', " ", page, flags=re.S)  # said in both languages
    shown = re.findall(r'(?:title|placeholder|aria-label|data-label)="([^"]+)"', page)
    pieces = [*re.split(r"<[^>]+>", page), *shown]
    return [re.sub(r"\s+", " ", html.unescape(piece)).strip() for piece in pieces]


ENGLISH = re.compile(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}", re.I)


@pytest.mark.parametrize("name", ["asha", "bela", "chidi", "emeka", "gu"])
def test_chinese_pages_speak_chinese(under_way, person, name):
    # What a person wrote, or a plan was drafted for, stays in the language it was written in.
    english = sources() - set(Plan.objects.values_list("reason", flat=True))
    of = addresses.keywords(under_way)
    browser = person(under_way, name, language="zh-CN")
    left = []
    for address in sorted(addresses.names()):
        page = browser.get(addresses.address(address, of))
        if "html" not in page.headers.get("Content-Type", "") or address == "web:situation":
            continue
        for piece in texts(page.content.decode()):
            if piece in english or ENGLISH.search(piece):
                left.append((address, piece[:90]))
    assert left == []


def test_refusals_speak_the_persons_language(under_way, person):
    refused = person(under_way, "gu", language="zh-CN").get("/norms/")
    assert refused.status_code == 403
    assert "由以下岗位负责" in refused.content.decode()
