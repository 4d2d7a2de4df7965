"""Enrolled phones (已登记手机): a one-time code makes a phone speak for one person for 90 days."""

import datetime as dt
import hashlib
import secrets
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gis.models import contains
from relief.access import gate
from relief.access.acts import Act, Role
from relief.access.models import Duty, User
from relief.access.screens import ALPHABET
from relief.field.models import Device
from relief.journal import clock, log
from relief.journal.models import Audience
from relief.journal.repeated import repeated
from relief.journal.rows import Row

PART, PARTS = 4, 3
LABEL_MOST = 60
# `seen_at` tells hours, not requests: it is written at most this often.
SEEN_EVERY = dt.timedelta(minutes=5)


class CodeSpent(gate.Refused):
    """The code was used before, is too old, or never was one: all get the same answer."""


class DeviceGone(gate.Refused):
    """The phone was revoked before."""


class NotSigned(gate.Refused):
    """The request shows no token of an enrolled phone."""


class Expired(NotSigned):
    """The phone's token has run out."""


class Revoked(NotSigned):
    """The phone was revoked, or never enrolled."""


def visible(*, actor: gate.Actor) -> QuerySet[Device]:
    """One's own phones, and those of people on duty where one may enrol phones."""
    mine = Q(user_id=actor.user_id)
    for path in actor.paths(Act.MANAGE_DEVICES):
        on_duty = Duty.objects.filter(
            Q(area__path=path) | Q(area__path__startswith=f"{path}/"), book_id=actor.book_id
        )
        mine |= Q(user_id__in=on_duty.values("user_id"))
    return Device.objects.filter(mine)


def people(*, actor: gate.Actor, now: dt.datetime) -> list[User]:
    """Whose phones the person may enrol: the own one first, then people with duties by name."""
    reach = actor.paths(Act.MANAGE_DEVICES)
    duties = _in_force(book_id=actor.book_id, real=now).select_related("user", "area")
    found = {
        duty.user.id: duty.user
        for duty in duties.defer("area__boundary")
        if any(contains(path, duty.area.path) for path in reach)
    }
    found.pop(actor.user_id, None)
    own = list(User.objects.filter(id=actor.user_id))
    return own + sorted(found.values(), key=lambda user: str(user))


@transaction.atomic(durable=True)
def allow_phone(
    *, actor: gate.Actor, user_id: int, label: str, now: dt.datetime
) -> tuple[Device, str]:
    """Make a one-time code for a person's phone; returns it with the code, which is not kept.

    A code of the same person that was not used yet is void.
    """
    path = _place(actor=actor, user_id=user_id, now=now)
    if user_id != actor.user_id:
        gate.require(actor=actor, act=Act.MANAGE_DEVICES, area=path, book_id=actor.book_id)
    Device.objects.filter(user_id=user_id, enrolled_at=None).delete()
    device, code = _new(user_id=user_id, label=label, made_by=actor.user_id, now=now)
    _tell(device, "phone_allowed", actor=actor, path=path, now=now)
    return device, code


@transaction.atomic(durable=True)
def allow_by_command(*, username: str, label: str, now: dt.datetime) -> tuple[Device, str]:
    """The same for who runs the server: the first phone of a county, before anybody signs in."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise gate.Refused(_("Nobody has the user name “%(name)s”.") % {"name": username})
    return _new(user_id=user.pk, label=label, made_by=user.pk, now=now)


@transaction.atomic(durable=True)
def enrol(*, code: str, label: str, now: dt.datetime) -> tuple[Device, str]:
    """Use a code up: the device with its token, which is not kept. Raises CodeSpent.

    Whoever holds the code is let in. The name the phone gives itself stands where none was given.
    """
    device = (
        Device.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(code_hash=_hash(_bare(code)), code_until__gt=now, enrolled_at=None, revoked_at=None)
        .first()
    )
    if device is None or not device.user.is_active:
        raise CodeSpent(
            _("This code was used before or is older than %(n)d minutes. Ask for a new one.")
            % {"n": settings.DEVICE_CODE_MINUTES}
        )
    token = secrets.token_urlsafe(32)
    device.token_hash, device.code_hash, device.code_until = _hash(token), None, None
    device.enrolled_at = device.seen_at = now
    device.expires_at = now + dt.timedelta(days=settings.DEVICE_DAYS)
    device.label = device.label or label.strip()[:LABEL_MOST]
    device.save()
    return device, token


@transaction.atomic(durable=True)
def revoke_phone(*, actor: gate.Actor, device_id: uuid.UUID, now: dt.datetime) -> Device:
    """End a phone's enrolment: its very next request is answered 401. Raises DeviceGone."""
    found = visible(actor=actor).select_for_update(of=("self",)).filter(id=device_id)
    device = found.select_related("user").first()
    if device is None:
        raise gate.NotFound
    path = _place(actor=actor, user_id=device.user_id, now=now)
    if device.user_id != actor.user_id:
        gate.require(actor=actor, act=Act.MANAGE_DEVICES, area=path, book_id=actor.book_id)
    if device.revoked_at is not None:
        raise DeviceGone(_("This phone was revoked before."))
    _end(device, now=now)
    _tell(device, "phone_revoked", actor=actor, path=path, now=now)
    return device


@transaction.atomic(durable=True)
def give_up(*, device_id: uuid.UUID, now: dt.datetime) -> None:
    """The phone gives its own token back."""
    _end(Device.objects.select_for_update().get(id=device_id), now=now)


def of_token(*, token: str, now: dt.datetime) -> Device:
    """The enrolled phone that shows this token. Raises Expired or Revoked."""
    device = next(iter(_with_token(token_hash=_hash(token))), None)
    if device is None or device.revoked_at is not None or not device.user.is_active:
        raise Revoked(_("This phone is not enrolled, or was revoked. Enrol it anew."))
    if device.expires_at is None or device.expires_at <= now:
        raise Expired(_("This phone's enrolment has run out. Enrol it anew."))
    if device.seen_at is None or now - device.seen_at > SEEN_EVERY:
        Device.objects.filter(id=device.id).update(seen_at=now)
    return device


@repeated
def _with_token(token_hash: str) -> QuerySet[Device]:
    return Device.objects.filter(token_hash=token_hash).select_related("user")


def _in_force(*, book_id: int, real: dt.datetime) -> QuerySet[Duty]:
    """Duties of a book by its own clock; the phones themselves belong to no book."""
    now = clock.time_of(book_id, real=real)
    held = Duty.objects.exclude(role=Role.SCREEN).filter(book_id=book_id, valid_from__lte=now)
    return held.filter(Q(valid_to=None) | Q(valid_to__gt=now))


def _place(*, actor: gate.Actor, user_id: int, now: dt.datetime) -> str:
    """Path of a duty of that person which the actor sees; who holds none enrols no phone."""
    if user_id == actor.user_id:
        # Their own are in force by the clock of their book, which a drill sets as it likes.
        paths = sorted(duty.path for duty in actor.duties if duty.role != Role.SCREEN)
    else:
        duties = _in_force(book_id=actor.book_id, real=now).filter(user_id=user_id)
        paths = sorted(duties.values_list("area__path", flat=True))
    seen = [path for path in paths if actor.sees(path=path)]
    if not seen:
        raise gate.NotFound
    able = [path for path in seen if actor.may(Act.MANAGE_DEVICES, path=path)]
    return (able or seen)[0]


def _new(*, user_id: int, label: str, made_by: int, now: dt.datetime) -> tuple[Device, str]:
    parts = ("".join(secrets.choice(ALPHABET) for _n in range(PART)) for _m in range(PARTS))
    code = "-".join(parts)
    device = Device.objects.create(
        user_id=user_id,
        label=label.strip()[:LABEL_MOST],
        code_hash=_hash(_bare(code)),
        code_until=now + dt.timedelta(minutes=settings.DEVICE_CODE_MINUTES),
        made_by=made_by,
        made_at=now,
    )
    return device, code


def _end(device: Device, *, now: dt.datetime) -> None:
    device.revoked_at = now
    device.code_hash = device.code_until = None
    device.save(update_fields=["revoked_at", "code_hash", "code_until"])


def _bare(code: str) -> str:
    """As typed by hand: small letters and no dashes are fine."""
    return code.replace("-", "").replace(" ", "").upper()


def _hash(secret: str) -> str:
    """Codes and tokens are long and random, so a plain hash keeps them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _tell(device: Device, kind: str, *, actor: gate.Actor, path: str, now: dt.datetime) -> None:
    """A line in the record of events; boards keep no row of phones."""
    gone = Row(table="phone", id=str(device.id), area=path, audience=Audience.COMMAND, values=None)
    log.record(
        book=actor.book_id,
        kind=kind,
        rows=[gone],
        facts={"user": device.user_id, "label": device.label},
        actor=actor.user_id,
        now=now,
    )
