"""What a page says, for asserting on it."""

import html
import re


def words(response) -> str:
    """The page's text on one line, without tags."""
    body = response.content.decode()
    body = re.sub(r"<(script|style|svg|template)\b.*?</\1>", " ", body, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def links(response, *, containing: str) -> list[str]:
    return re.findall(rf'href="([^"]*{re.escape(containing)}[^"]*)"', response.content.decode())
