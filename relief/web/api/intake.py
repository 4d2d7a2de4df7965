"""Taking items in: who sent them, whether they are known, and the actions they ask for."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected
from psycopg_pool import PoolTimeout

from gis.models import Area, Level
from relief.access import gate
from relief.access.models import User
from relief.deliveries import actions as deliveries
from relief.deliveries.models import Load
from relief.deliveries.rules import from_received
from relief.field import actions as field
from relief.field import rules
from relief.field.models import Channel, Item, ItemKind
from relief.field.steps import Sent
from relief.households import actions as households
from relief.households.rules import Card
from relief.reports.models import Report, ReportKind
from relief.reports.steps import Given
from relief.response import actions as response
from relief.response.models import ResponseTask
from relief.web.api import drill_items, drill_schemas, receipts, schemas, store_items
from relief.web.api.bearer import Bearer
from relief.web.api.reading import people_hit, read
from relief.web.api.wrong import AppTooOld


@dataclass(frozen=True, slots=True)
class Taken:
    """The county has the item; `note` is a sentence about what of it has to wait.

    `item` is at hand with its report if it need not be read again for the receipt; `again` says
    that the county had it before.
    """

    item_id: uuid.UUID
    note: str = ""
    item: Item | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """An item that was read, and what is stored of it."""

    kind: str
    sent: Sent
    author: User
    book_id: int
    found: Item | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A new report of a known incident: it can be filed together with others like it."""

    actor: gate.Actor
    incident_id: int
    asked: response.Asked

    @property
    def sent(self) -> Sent:
        assert self.asked.item is not None
        return self.asked.item

    def goes_with(self, others: Sequence["Wish"]) -> bool:
        """Whether it is of the others' author, book and incident, and none of them again."""
        first = others[0]
        return (self.actor, self.incident_id) == (first.actor, first.incident_id) and all(
            self.sent.id != one.sent.id and self.sent.code != one.sent.code for one in others
        )


def take_in(raw: Any, *, bearer: Bearer) -> Taken:
    """Store an item that the bearer expects and do what it says, once.

    Raises Refused and NotFound.
    """
    opened = _opened(raw, bearer=bearer)
    wish = _wish(opened, bearer=bearer)
    if wish is None:
        return _done(opened, bearer=bearer)
    [outcome] = _filed([wish], bearer=bearer)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def take_in_all(raws: Sequence[Any], *, bearer: Bearer) -> list[Taken | Exception]:
    """What became of each of these items, in their order; nothing of one can fail the others.

    Reports that follow one another are filed in one transaction.
    """
    outcomes: dict[int, Taken | Exception] = {}
    group: dict[int, Wish] = {}

    def file_group() -> None:
        outcomes.update(_filed_together(group, raws=raws, bearer=bearer))
        group.clear()

    for place, raw in enumerate(raws):
        try:
            wish = _wish(_opened(raw, bearer=bearer), bearer=bearer)
        except Exception as wrong:
            outcomes[place] = wrong
            continue
        if group and (wish is None or not wish.goes_with(list(group.values()))):
            file_group()
        if wish is None:
            outcomes[place] = _attempted(raw, bearer=bearer)
        else:
            group[place] = wish
    if group:
        file_group()
    return [outcomes[place] for place in range(len(raws))]


def _filed_together(
    group: Mapping[int, Wish], *, raws: Sequence[Any], bearer: Bearer
) -> dict[int, Taken | Exception]:
    """The outcomes of a group by their places; one by one if the group as a whole failed."""
    try:
        return dict(zip(group, _filed(list(group.values()), bearer=bearer), strict=True))
    except Exception as wrong:
        alike = isinstance(wrong, gate.Refused | gate.NotFound | OperationalError | PoolTimeout)
        if alike and not isinstance(wrong.__cause__, DeadlockDetected):
            return dict.fromkeys(group, wrong)
        # One of them was stored by another process meanwhile, or cannot be stored.
        bearer.expect([raws[place] for place in group])
        return {place: _attempted(raws[place], bearer=bearer) for place in group}


def _attempted(raw: Any, *, bearer: Bearer) -> Taken | Exception:
    try:
        try:
            return take_in(raw, bearer=bearer)
        except IntegrityError:
            # Another process took the same at the same moment; by now it has committed.
            bearer.expect([raw])
            return take_in(raw, bearer=bearer)
    except Exception as wrong:
        return wrong


def _filed(wishes: Sequence[Wish], *, bearer: Bearer) -> list[Taken | Exception]:
    first = wishes[0]
    found = response.file_reports(
        actor=first.actor,
        incident_id=first.incident_id,
        asked=[one.asked for one in wishes],
        now=bearer.now_in(first.actor.book_id),
    )
    return [
        one if isinstance(one, Exception) else Taken(wish.sent.id, item=one.item)
        for wish, one in zip(wishes, found, strict=True)
    ]


def _opened(raw: Any, *, bearer: Bearer) -> Opened:
    """The item as it came, if this bearer may bring it. Raises Refused."""
    item = read(schemas.Item, raw)
    if item.schema_version < schemas.OLDEST_SCHEMA:
        raise AppTooOld(
            _("Version %(oldest)d or newer is expected; %(got)d came.")
            % {"oldest": schemas.OLDEST_SCHEMA, "got": item.schema_version}
        )
    bearer.check_line(book_id=item.book)
    author = bearer.author(item)
    sent = _sent(item, raw, bearer=bearer, author=author)
    found = bearer.known(sent.id)
    if found is not None and (found.digest, found.book_id) != (sent.digest, item.book):
        raise rules.SameIdOtherBody(receipt=found.receipt)
    return Opened(item.kind, sent, author, item.book, found)


def _wish(opened: Opened, *, bearer: Bearer) -> Wish | None:
    """The report to be filed, if the item is a new one that needs nobody's help for it."""
    sent, book_id = opened.sent, opened.book_id
    if opened.found is not None or opened.kind != ItemKind.REPORT or sent.channel != Channel.DATA:
        return None
    body = read(schemas.ReportBody, sent.body)
    text = bearer.text_of(sent, book_id=book_id)
    if body.incident is None or getattr(text, "report", None) is not None:
        return None
    actor = bearer.actor(user=opened.author, book_id=book_id)
    area, village = _places(body, bearer=bearer)
    given = _given(body, village, key=sent.id)
    return Wish(actor, body.incident, response.Asked(area, given, sent))


def _done(opened: Opened, *, bearer: Bearer) -> Taken:
    """Do what an item says that is no report to be filed with others, or is known."""
    sent, author = opened.sent, opened.author
    if opened.found is not None:
        if opened.found.text is None:
            return Taken(sent.id, item=opened.found, again=True)
        note = _go_on_from_text(opened.found, bearer=bearer, author=author)
        return Taken(sent.id, note, again=True)
    body = read(schemas.shape_of(opened.kind, sent.body), sent.body)
    actor = bearer.actor(user=author, book_id=opened.book_id)
    note = ""
    if isinstance(body, schemas.ReportBody):
        note = _report(body, sent=sent, actor=actor, bearer=bearer, author=author)
    elif isinstance(body, schemas.DamageBody):
        _damage(body, sent=sent, actor=actor, bearer=bearer)
    elif isinstance(body, schemas.ReceiptBody):
        _receipt(body, sent=sent, actor=actor, now=bearer.now_in(actor.book_id))
    elif isinstance(body, schemas.TaskBody):
        _task(body, sent=sent, actor=actor, now=bearer.now_in(actor.book_id))
    elif isinstance(body, drill_schemas.InjectBody):
        drill_items.receive(body, sent=sent, actor=actor, bearer=bearer, author=author)
    elif isinstance(body, drill_schemas.ObservationBody):
        drill_items.take(body, sent=sent, actor=actor, bearer=bearer, author=author)
    else:
        store_items.take(body, sent=sent, actor=actor, bearer=bearer, author=author)
    return Taken(sent.id, note)


def _sent(item: schemas.Item, raw: Any, *, bearer: Bearer, author: User) -> Sent:
    return Sent(
        id=item.id,
        kind=item.kind,
        body=_in_time_of_book(raw["body"], item=item, bearer=bearer),
        digest=rules.digest(raw),
        code=rules.code_of(item.id),
        schema=item.schema_version,
        made_at=bearer.taken_down(
            item.made_at, offset_seconds=item.offset_seconds, book_id=item.book
        ),
        photos=tuple(dict.fromkeys(item.photos)),
        channel=bearer.channel_of(item),
        device_id=bearer.device_id if author.pk == bearer.user.pk else None,
        device_seq=min(item.device_seq, 2**31 - 1),
        offset_seconds=round(item.offset_seconds),
        brought_by=None if author.pk == bearer.user.pk else bearer.user.pk,
    )


def _in_time_of_book(
    body: Mapping[str, Any], *, item: schemas.Item, bearer: Bearer
) -> dict[str, Any]:
    """The body with the moments a phone took down by itself in the time of the item's book.

    What is no moment stays as it is, for `read` to refuse.
    """
    found = dict(body)
    for key in schemas.TAKEN_DOWN & body.keys():
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            moment = dt.datetime.fromisoformat(body[key])
            told = bearer.taken_down(moment, offset_seconds=item.offset_seconds, book_id=item.book)
            found[key] = body[key] if told is moment else told.isoformat()
    return found


def _report(
    body: schemas.ReportBody, *, sent: Sent, actor: gate.Actor, bearer: Bearer, author: User
) -> str:
    """Complete a text message, or keep the report for the desk; a sentence if a part waits."""
    area, village = _places(body, bearer=bearer)
    place = village or area
    bearer.check_sees(place, author=author, book_id=actor.book_id)
    now = bearer.now_in(actor.book_id)
    text = bearer.text_of(sent, book_id=actor.book_id)
    if getattr(text, "report", None) is not None:
        field.complete_text(actor=actor, sent=sent, area_id=place.pk, now=now)
        found = receipts.stored(item_ids=[sent.id])[sent.id]
        return _go_on_from_text(found, bearer=bearer, author=author)
    hit = people_hit(sent.body)
    field.keep_for_desk(actor=actor, sent=sent, area_id=place.pk, hit=hit, now=now)
    return ""


def _given(
    body: schemas.ReportBody, village: Area | None, *, key: uuid.UUID, after: Report | None = None
) -> Given:
    """What the body reports; `after` a text message's report it is the next version of that one."""
    first = body.kind == ReportKind.INITIAL.value
    return Given(
        kind=ReportKind.FOLLOW_UP if after and first else body.kind,
        figures=body.figures,
        as_of=body.as_of,
        request_key=key,
        village=village,
        chain=after.chain if after else body.chain,
        base=after.request_key if after else body.base,
        change_reason=body.change_reason,
        change_note=body.change_note,
        narrative=body.narrative,
        scene=body.scene.model_dump(exclude_unset=True),
        point=_point(body.point),
        accuracy_m=body.accuracy_m,
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
    [outcome] = response.file_reports(
        actor=actor,
        incident_id=report.incident_id,
        asked=[response.Asked(area, _given(body, village, key=item.id, after=report))],
        now=bearer.now_in(actor.book_id),
    )
    if isinstance(outcome, gate.NotFound):
        raise outcome
    return str(outcome.sentence) if isinstance(outcome, gate.Refused) else ""


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
        now=bearer.now_in(actor.book_id),
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


def _point(pair: tuple[float, float] | None) -> Point | None:
    return Point(*pair, srid=4326) if pair else None
