"""Taking an item in: who sent it, whether it is known, and the action it asks for."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.access import gate
from relief.access.models import User
from relief.deliveries import actions as deliveries
from relief.deliveries.models import Load
from relief.deliveries.rules import from_received
from relief.field import actions as field
from relief.field import rules
from relief.field.models import Channel, Item
from relief.field.steps import Sent
from relief.households import actions as households
from relief.households.rules import Card
from relief.reports.models import Report, ReportKind
from relief.response import actions as response
from relief.response.models import ResponseTask
from relief.web.api import receipts, schemas
from relief.web.api.reading import read
from relief.web.api.wrong import AppTooOld, OtherUser


@dataclass(frozen=True, slots=True)
class Taken:
    """The county has the item; `note` is a sentence about what of it has to wait."""

    item_id: uuid.UUID
    note: str = ""


class Bearer:
    """Who hands items in: the person of an enrolled phone, or of the desk with a file.

    Keeps what it looked up, since a batch asks the same for each of its items.
    """

    def __init__(
        self, *, user: User, now: dt.datetime, device_id: uuid.UUID | None, channel: str = ""
    ) -> None:
        self.user, self.now, self.device_id, self.channel = user, now, device_id, channel
        self._actors: dict[tuple[int, int], gate.Actor] = {}
        self._areas: dict[str, Area] = {}
        self._known: dict[uuid.UUID, Item] = {}
        self._texts: dict[tuple[int, str], Item] = {}

    def expect(self, raws: Sequence[Any]) -> None:
        """Look up together what is known of these items, and the places they name."""
        ids, codes = set(), set()
        for raw in raws:
            said = raw if isinstance(raw, dict) else {}
            with contextlib.suppress(ValueError):
                ids.add(uuid.UUID(str(said.get("id"))))
            body = said.get("body")
            if isinstance(body, dict):
                codes |= {str(body.get(key))[:12] for key in ("area", "village")}
        same = Q(id__in=ids) | Q(code__in=[rules.code_of(one) for one in ids], channel=Channel.SMS)
        for item in Item.objects.select_related("report").filter(same):
            self._known[item.id] = item
            if item.channel == Channel.SMS:
                self._texts[item.book_id, item.code] = item
        places = Area.objects.filter(code__in=codes).defer("boundary", "centre")
        self._areas |= {area.code: area for area in places}

    def known(self, item_id: uuid.UUID) -> Item | None:
        return self._known.get(item_id)

    def text_of(self, sent: Sent, *, book_id: int) -> Item | None:
        """The text message of the same code, before its item came."""
        return self._texts.get((book_id, sent.code))

    def area(self, code: str) -> Area:
        """The area of that code, or NotFound."""
        if code not in self._areas:
            raise gate.NotFound
        return self._areas[code]

    def actor(self, *, user: User, book_id: int) -> gate.Actor:
        """That person in that book. Raises NotFound for who holds no duty there."""
        key = (user.pk, book_id)
        if key not in self._actors:
            self._actors[key] = gate.actor_for(user=user, book_id=book_id, now=self.now)
        if not self._actors[key].duties:
            raise gate.NotFound
        return self._actors[key]

    def author(self, item: schemas.Item) -> User:
        """The item's author, who must be the bearer unless it was carried. Raises OtherUser."""
        if item.author == self.user.pk:
            return self.user
        author = User.objects.filter(id=item.author, is_active=True).first()
        if author is None or self.channel_of(item) == Channel.DATA:
            raise OtherUser(_("What another person saved is sent from that person's phone only."))
        # Who carries it must at least have a duty in that book; see `check_sees`.
        self.actor(user=self.user, book_id=item.book)
        return author

    def check_sees(self, place: Area, *, author: User, book_id: int) -> None:
        """Who hands in what another saved has a duty at that place. Raises NotFound."""
        if author.pk == self.user.pk:
            return
        if not self.actor(user=self.user, book_id=book_id).sees(path=place.path):
            raise gate.NotFound

    def channel_of(self, item: schemas.Item) -> str:
        return self.channel or item.channel


def take_in(raw: Any, *, bearer: Bearer) -> Taken:
    """Store an item that the bearer expects and do what it says, once.

    Raises Refused and NotFound.
    """
    item = read(schemas.Item, raw)
    if item.schema_version < schemas.OLDEST_SCHEMA:
        raise AppTooOld(
            _("Version %(oldest)d or newer is expected; %(got)d came.")
            % {"oldest": schemas.OLDEST_SCHEMA, "got": item.schema_version}
        )
    author = bearer.author(item)
    sent = _sent(item, raw, bearer=bearer, author=author)
    found = bearer.known(sent.id)
    if found is not None:
        if (found.digest, found.book_id) != (sent.digest, item.book):
            raise rules.SameIdOtherBody(receipt=found.receipt)
        return Taken(sent.id, _go_on_from_text(found, bearer=bearer, author=author))
    body = read(schemas.BODIES[item.kind], item.body)
    actor = bearer.actor(user=author, book_id=item.book)
    note = ""
    if isinstance(body, schemas.ReportBody):
        note = _report(body, sent=sent, actor=actor, bearer=bearer, author=author)
    elif isinstance(body, schemas.DamageBody):
        _damage(body, sent=sent, actor=actor, bearer=bearer)
    elif isinstance(body, schemas.ReceiptBody):
        _receipt(body, sent=sent, actor=actor, now=bearer.now)
    elif isinstance(body, schemas.TaskBody):
        _task(body, sent=sent, actor=actor, now=bearer.now)
    return Taken(sent.id, note)


def _sent(item: schemas.Item, raw: Any, *, bearer: Bearer, author: User) -> Sent:
    return Sent(
        id=item.id,
        kind=item.kind,
        body=raw["body"],
        digest=rules.digest(raw),
        code=rules.code_of(item.id),
        schema=item.schema_version,
        made_at=item.made_at,
        photos=tuple(dict.fromkeys(item.photos)),
        channel=bearer.channel_of(item),
        device_id=bearer.device_id if author.pk == bearer.user.pk else None,
        device_seq=min(item.device_seq, 2**31 - 1),
        offset_seconds=round(item.offset_seconds),
        brought_by=None if author.pk == bearer.user.pk else bearer.user.pk,
    )


def _report(
    body: schemas.ReportBody, *, sent: Sent, actor: gate.Actor, bearer: Bearer, author: User
) -> str:
    """Store and file a report; a sentence if part of it has to wait."""
    area, village = _places(body, bearer=bearer)
    place = village or area
    bearer.check_sees(place, author=author, book_id=actor.book_id)
    text = bearer.text_of(sent, book_id=actor.book_id)
    if getattr(text, "report", None) is not None:
        field.complete_text(actor=actor, sent=sent, area_id=place.pk, now=bearer.now)
        found = receipts.stored(item_ids=[sent.id])[sent.id]
        return _go_on_from_text(found, bearer=bearer, author=author)
    if body.incident is None or sent.channel != Channel.DATA:
        hit = people_hit(sent.body)
        field.keep_for_desk(actor=actor, sent=sent, area_id=place.pk, hit=hit, now=bearer.now)
    else:
        _file(body, body.incident, area, village, sent=sent, actor=actor, now=bearer.now)
    return ""


def _file(
    body: schemas.ReportBody,
    incident_id: int,
    area: Area,
    village: Area | None,
    *,
    sent: Sent,
    actor: gate.Actor,
    now: dt.datetime,
    after: Report | None = None,
) -> None:
    """File the report; `after` a text message's report it is the next version of that one."""
    first = body.kind == ReportKind.INITIAL.value
    response.file_report(
        actor=actor,
        incident_id=incident_id,
        area_id=area.pk,
        village_id=village.pk if village else None,
        kind=ReportKind.FOLLOW_UP if after and first else body.kind,
        figures=body.figures,
        as_of=body.as_of,
        change_reason=body.change_reason,
        change_note=body.change_note,
        narrative=body.narrative,
        chain=after.chain if after else body.chain,
        base=after.request_key if after else body.base,
        scene=body.scene.model_dump(exclude_unset=True),
        point=_point(body.point),
        accuracy_m=body.accuracy_m,
        request_key=sent.id,
        item=None if after else sent,
        now=now,
    )


def _go_on_from_text(item: Item, *, bearer: Bearer, author: User) -> str:
    """What a phone says beyond its text message is the next version of the report made of that.

    Done once: the version bears the item's id. If the figures are refused, the text's stay, both
    bodies are kept for the desk, and the sentence goes back with the receipt.
    """
    report: Report | None = getattr(item, "report", None)
    if item.text is None or report is None or report.request_key == item.id:
        return ""
    if Report.objects.filter(request_key=item.id).exists():
        return ""
    body = read(schemas.ReportBody, item.body)
    area, village = _places(body, bearer=bearer)
    actor = bearer.actor(user=author, book_id=item.book_id)
    sent = Sent(
        id=item.id,
        kind=item.kind,
        body=item.body,
        digest=item.digest,
        code=item.code,
        schema=item.schema,
        made_at=item.made_at,
    )
    incident = report.incident_id
    try:
        _file(body, incident, area, village, sent=sent, actor=actor, now=bearer.now, after=report)
    except gate.Refused as refused:
        return str(refused.sentence)
    return ""


def _damage(body: schemas.DamageBody, *, sent: Sent, actor: gate.Actor, bearer: Bearer) -> None:
    households.record_damage(
        actor=actor,
        incident_id=body.incident,
        area_id=bearer.area(body.area).pk,
        card=Card(
            head=body.head,
            people=body.people,
            building=body.building,
            rooms_total=body.rooms_total,
            rooms_collapsed=body.rooms_collapsed,
            rooms_severe=body.rooms_severe,
            rooms_general=body.rooms_general,
            dwelling=body.dwelling,
            sole_dwelling=body.sole_dwelling,
            point=_point(body.point),
            accuracy_m=body.accuracy_m,
            note=body.note,
            household=str(body.household or ""),
        ),
        chain=body.chain,
        base=body.base,
        request_key=sent.id,
        item=sent,
        now=bearer.now,
    )


def _receipt(body: schemas.ReceiptBody, *, sent: Sent, actor: gate.Actor, now: dt.datetime) -> None:
    loaded = dict(
        Load.objects.filter(stop_id=body.stop, book_id=actor.book_id, loaded__gt=0).values_list(
            "id", "loaded"
        )
    )
    counts = {
        line.line: from_received(
            loaded=loaded.get(line.line) or 0, arrived=line.received, damaged=line.damaged
        )
        for line in body.lines
    }
    deliveries.receive_stop(
        actor=actor, stop_id=body.stop, counts=counts, note=body.note, item=sent, now=now
    )


def _task(body: schemas.TaskBody, *, sent: Sent, actor: gate.Actor, now: dt.datetime) -> None:
    if body.done:
        response.finish_task(
            actor=actor, task_id=body.task, evidence=body.evidence, item=sent, now=now
        )
        return
    task = ResponseTask.objects.visible_to(actor).one(id=body.task)
    field.note_read(actor=actor, sent=sent, area_id=task.area_id, now=now)


def _places(body: schemas.ReportBody, *, bearer: Bearer) -> tuple[Area, Area | None]:
    """Township and village by their codes, or NotFound."""
    area = bearer.area(body.area)
    village = bearer.area(body.village) if body.village else None
    if area.level != Level.TOWNSHIP or (village and village.level != Level.VILLAGE):
        raise gate.NotFound
    return area, village


def people_hit(body: Mapping[str, Any]) -> tuple[int, int, int]:
    """Dead, missing and trapped that a report's body tells of; somebody trapped is at least one.

    What is no number is the desk's to see.
    """
    figures, scene = body.get("figures") or {}, body.get("scene") or {}
    trapped = scene.get("trapped")
    if trapped is None and "trapped" in scene.get("what", ()):
        trapped = 1
    said = (figures.get("deaths"), figures.get("missing"), trapped)
    deaths, missing, trapped = (
        min(one, 2_000_000_000) if isinstance(one, int) and one > 0 else 0 for one in said
    )
    return deaths, missing, trapped


def _point(pair: tuple[float, float] | None) -> Point | None:
    return Point(*pair, srid=4326) if pair else None
