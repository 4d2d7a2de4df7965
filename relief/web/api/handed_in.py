"""Items that reach the desk without a data network: text messages typed or pasted, files."""

import base64
import binascii
import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.access import gate
from relief.access.models import User
from relief.field import actions as field
from relief.field import photos, rules, sms
from relief.field.models import Channel, Item, ItemKind
from relief.field.steps import Sent
from relief.reports.models import ReportKind
from relief.web.api import receipts
from relief.web.api.bearer import Bearer
from relief.web.api.intake import take_in_all
from relief.web.api.reading import parse, people_hit
from relief.web.api.schemas import SCHEMA
from relief.web.api.wrong import Unreadable

LOG = logging.getLogger(__name__)
MOST_LINES = 5000
# A photo in base64, with some room for its name.
MOST_LINE_BYTES = settings.PHOTO_MOST_BYTES * 4 // 3 + 1024

# The five numbers of a text message, as indicators.
NUMBERS = {
    "households": "dwelling_hh_collapsed",
    "people": "affected_population",
    "dead": "deaths",
    "missing": "missing",
    "moved": "relocated_now",
}


class OtherBook(gate.Refused):
    """An item of a drill in the real operation, or the other way round."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: its receipt number, or the sentence that refuses it."""

    number: int
    text: str
    receipt: str = ""
    known: bool = False
    sentence: str = ""


def take_texts(*, actor: gate.Actor, is_drill: bool, text: str, now: dt.datetime) -> list[Line]:
    """Take in text messages, one a line; a bad one hinders no other."""
    done = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        shown = line.strip()[:80]
        try:
            item, known = _take_text(line, actor=actor, is_drill=is_drill, now=now)
            done.append(Line(number, shown, item.receipt, known))
        except gate.NotFound:
            sentence = _("No place of that code is among yours.")
            done.append(Line(number, shown, sentence=sentence))
        except gate.Refused as refused:
            done.append(Line(number, shown, sentence=str(refused.sentence)))
    return done


def _take_text(
    line: str, *, actor: gate.Actor, is_drill: bool, now: dt.datetime
) -> tuple[Item, bool]:
    said = sms.parse(line)
    _check_book(is_drill=said.is_drill, wanted=is_drill)
    place = Area.objects.select_related("parent").filter(code=said.place).first()
    if place is None or place.level not in (Level.TOWNSHIP, Level.VILLAGE):
        raise gate.NotFound
    item_id = sms.id_of(code=said.code, book_id=actor.book_id)
    is_village = place.level == Level.VILLAGE
    township = place.parent if is_village and place.parent else place
    numbers = {key: getattr(said, name) for name, key in NUMBERS.items()}
    body: dict[str, Any] = {
        "incident": None,
        "area": township.code,
        "village": place.code if is_village else None,
        "kind": ReportKind.INITIAL.value,
        "chain": str(item_id),
        "base": None,
        "as_of": now.isoformat(),
        "figures": {key: number for key, number in numbers.items() if number is not None},
        "change_note": "",
        "narrative": "",
        "point": list(said.point) if said.point else None,
        "accuracy_m": None,
        "scene": {"what": list(said.kinds), "trapped": None, "wanted": []},
    }
    sent = Sent(
        id=item_id,
        kind=ItemKind.REPORT,
        body=body,
        # The message itself: pasted a minute later it says the same.
        digest=rules.digest({"text": "".join(line.upper().split())}),
        code=said.code,
        schema=SCHEMA,
        made_at=now,
        channel=Channel.SMS,
        brought_by=actor.user_id,
    )
    return field.keep_for_desk(
        actor=actor, sent=sent, area_id=place.pk, hit=people_hit(body), now=now
    )


def take_file(
    *, user: User, actor: gate.Actor, lines: Iterable[bytes], real: dt.datetime
) -> list[Line]:
    """Take in an exported file, line by line: items, then their photos; a bad one hinders no other.

    Lines beyond what a file may have are not read, and the first of them says so.
    """
    bearer = Bearer(user=user, real=real, device_id=None, channel=Channel.FILE)
    done = []
    for number, line in enumerate(lines, 1):
        if number > MOST_LINES or len(line) > MOST_LINE_BYTES:
            sentence = _(
                "A file may have %(lines)d lines of %(mb)d MB each. From this line on nothing was "
                "read: divide the file and hand the rest in by itself."
            ) % {"lines": MOST_LINES, "mb": MOST_LINE_BYTES >> 20}
            done.append(Line(number, _start(line), sentence=sentence))
            break
        if line.strip():
            done.append(_attempted(number, line, bearer=bearer, actor=actor))
    return done


def _attempted(number: int, line: bytes, *, bearer: Bearer, actor: gate.Actor) -> Line:
    """What became of one line, whatever goes wrong with it."""
    try:
        return _take_line(number, line, bearer=bearer, actor=actor)
    except gate.NotFound:
        sentence = _("Its place, event or author is not among yours.")
    except gate.Refused as refused:
        sentence = str(refused.sentence) or _("This line could not be read.")
    except Exception as wrong:
        LOG.error("a line of a file could not be taken", exc_info=wrong)
        sentence = _("This line was not taken in. Hand the file in again: nothing counts twice.")
    return Line(number, _start(line), sentence=sentence)


def _take_line(number: int, line: bytes, *, bearer: Bearer, actor: gate.Actor) -> Line:
    found = parse(line)
    if isinstance(found, dict) and "photo" in found:
        return _take_photo(number, found, bearer=bearer, actor=actor)
    if isinstance(found, dict) and found.get("book") != actor.book_id:
        raise OtherBook(_("This belongs to another book: a drill, or the real operation."))
    bearer.expect([found])
    [taken] = take_in_all([found], bearer=bearer)
    if isinstance(taken, Exception):
        raise taken
    item = receipts.stored(item_ids=[taken.item_id])[taken.item_id]
    return Line(
        number,
        str(item.id),
        item.receipt,
        known=item.received_at != bearer.now_in(item.book_id),
        sentence=taken.note,
    )


def _take_photo(number: int, found: dict[str, Any], *, bearer: Bearer, actor: gate.Actor) -> Line:
    sha256 = str(found["photo"])
    try:
        data = base64.b64decode(str(found.get("base64", "")), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Unreadable(_("The photo on this line is not written whole.")) from wrong
    piece = photos.piece(data=data, content_range="")
    photo = photos.store(actor=actor, sha256=sha256, piece=piece, now=bearer.real)
    return Line(number, f"{sha256[:12]}…", _("photo"), known=photo.whole_at != bearer.real)


def _start(line: bytes) -> str:
    return line[:60].decode(errors="replace")


def _check_book(*, is_drill: bool, wanted: bool) -> None:
    if is_drill != wanted:
        raise OtherBook(
            _("This is a drill’s message; it counts in the drill only.")
            if is_drill
            else _("This is a real message; open the real operation to take it in.")
        )
