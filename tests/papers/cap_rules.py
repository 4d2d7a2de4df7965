"""The rules of CAP 1.2 that an alert of ours must keep, as assertions."""

import re
from xml.etree import ElementTree

NAMESPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"
# Elements in the order of the standard: name, least and most times.
ALERT = [
    ("identifier", 1, 1), ("sender", 1, 1), ("sent", 1, 1), ("status", 1, 1), ("msgType", 1, 1),
    ("source", 0, 1), ("scope", 1, 1), ("restriction", 0, 1), ("addresses", 0, 1),
    ("code", 0, None), ("note", 0, 1), ("references", 0, 1), ("incidents", 0, 1),
    ("info", 0, None),
]  # fmt: skip
INFO = [
    ("language", 0, 1), ("category", 1, None), ("event", 1, 1), ("responseType", 0, None),
    ("urgency", 1, 1), ("severity", 1, 1), ("certainty", 1, 1), ("audience", 0, 1),
    ("eventCode", 0, None), ("effective", 0, 1), ("onset", 0, 1), ("expires", 0, 1),
    ("senderName", 0, 1), ("headline", 0, 1), ("description", 0, 1), ("instruction", 0, 1),
    ("web", 0, 1), ("contact", 0, 1), ("parameter", 0, None), ("resource", 0, None),
    ("area", 0, None),
]  # fmt: skip
AREA = [
    ("areaDesc", 1, 1), ("polygon", 0, None), ("circle", 0, None), ("geocode", 0, None),
    ("altitude", 0, 1), ("ceiling", 0, 1),
]  # fmt: skip
PAIR = [("valueName", 1, 1), ("value", 1, 1)]
VALUES = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
PLAIN = re.compile(r"[^\s,<&]+")


def checked(document: bytes) -> ElementTree.Element:
    """The alert, after every rule was asserted."""
    assert document.startswith(b"<?xml")
    alert = ElementTree.fromstring(document)
    assert alert.tag == f"{NAMESPACE}alert"
    in_order(alert, ALERT)
    for name in ("identifier", "sender"):
        assert PLAIN.fullmatch(text(alert, name)), name
    if text(alert, "scope") == "Restricted":
        assert text(alert, "restriction")
    if text(alert, "msgType") in ("Update", "Cancel"):
        for one in text(alert, "references").split(" "):
            sender, identifier, sent = one.split(",")
            assert PLAIN.fullmatch(sender) and PLAIN.fullmatch(identifier)
            assert MOMENT.fullmatch(sent), sent
    else:
        assert alert.find(f"{NAMESPACE}references") is None
    for info in alert.iter(f"{NAMESPACE}info"):
        in_order(info, INFO)
        for area in info.iter(f"{NAMESPACE}area"):
            in_order(area, AREA)
            for polygon in area.iter(f"{NAMESPACE}polygon"):
                closed(polygon.text or "")
    for pair in (*alert.iter(f"{NAMESPACE}geocode"), *alert.iter(f"{NAMESPACE}parameter")):
        in_order(pair, PAIR)
    for name, allowed in VALUES.items():
        for found in alert.iter(f"{NAMESPACE}{name}"):
            assert found.text in allowed.split(), (name, found.text)
    for name in ("sent", "effective", "onset", "expires"):
        for found in alert.iter(f"{NAMESPACE}{name}"):
            assert MOMENT.fullmatch(found.text or ""), (name, found.text)
            assert not (found.text or "").endswith("-00:00:00")
    return alert


def in_order(element: ElementTree.Element, wanted: list) -> None:
    """The element's children are those of the standard, in its order, as often as it allows."""
    names = [child.tag.removeprefix(NAMESPACE) for child in element]
    order = [name for name, _least, _most in wanted]
    assert set(names) <= set(order), set(names) - set(order)
    assert names == sorted(names, key=order.index)
    for name, least, most in wanted:
        assert least <= names.count(name) <= (most or 10_000), (name, names.count(name))


def closed(polygon: str) -> None:
    """Pairs `lat,lon` in WGS-84, at least four, the last the first again."""
    pairs = [tuple(map(float, pair.split(","))) for pair in polygon.split(" ")]
    assert len(pairs) >= 4 and pairs[0] == pairs[-1]
    assert all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in pairs)


def text(element: ElementTree.Element, path: str) -> str:
    """The text of the first element of that path (`info/area/areaDesc`)."""
    return element.findtext("/".join(f"{NAMESPACE}{name}" for name in path.split("/"))) or ""


def texts(element: ElementTree.Element, path: str) -> list[str | None]:
    found = element.findall("/".join(f"{NAMESPACE}{name}" for name in path.split("/")))
    return [one.text for one in found]
