"""Screen passes (大屏授权): a wall screen shows one board for weeks without a person's sign-in.

A pass gives a link that works once, for a few minutes. Who opens it makes that browser a screen: a
user nobody can sign in as, whose one duty reads boards of one area and ends with the pass.
"""

import datetime as dt
import hashlib
import secrets
import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate, rows
from relief.access.acts import Act, Role
from relief.access.models import SCREEN_VIEWS, Duty, ScreenPass, User
from relief.journal import log

# Read aloud and typed on a wall's computer: no letter looks like a digit or another letter.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PART, PARTS = 4, 3
NAME_MOST = 60


class BadPass(gate.Refused):
    """A pass without a name, for too long a time, or for a board there is not."""


class PassEnded(gate.Refused):
    """The pass was revoked or has run out; no link can be made for it any more."""


class LinkSpent(gate.Refused):
    """The link was opened before, is too old, or never was one: all get the same answer."""


def passes(*, actor: gate.Actor) -> gate.PlacedQuerySet[ScreenPass]:
    """The passes of the areas in which the person lets screens in."""
    return gate.PlacedQuerySet(ScreenPass).visible_to(actor)


def board_act(view: str) -> Act:
    """The read act of that board."""
    if view not in SCREEN_VIEWS:
        raise BadPass(
            _("A board is one of %(known)s; %(got)s came.")
            % {"known": ", ".join(SCREEN_VIEWS), "got": view}
        )
    return Act(f"read_{view}_board")


@transaction.atomic(durable=True)
def allow_screen(
    *,
    actor: gate.Actor,
    view: str,
    area_id: int,
    name: str,
    valid_to: dt.datetime,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> tuple[ScreenPass, str]:
    """Make a pass for one board; returns it with the word of its link, which is not kept.

    The same form sent twice is the same pass, with a new link.
    """
    area = Area.objects.filter(id=area_id).defer("boundary").first()
    if area is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.MANAGE_SCREENS, area=area, book_id=actor.book_id)
    gate.require(actor=actor, act=board_act(view), area=area, book_id=actor.book_id)
    sent_before = ScreenPass.objects.select_for_update().filter(request_key=request_key).first()
    if sent_before is not None:
        if (sent_before.book_id, sent_before.made_by_id) != (actor.book_id, actor.user_id):
            raise gate.NotFound
        return sent_before, _new_token(sent_before, now)
    latest = now + dt.timedelta(days=settings.SCREEN_PASS_MOST_DAYS)
    if not name.strip() or len(name.strip()) > NAME_MOST:
        raise BadPass(_("A screen needs a name of at most %(n)d letters.") % {"n": NAME_MOST})
    if not now < valid_to <= latest:
        raise BadPass(
            _("A pass ends after today and within %(days)d days; %(got)s came.")
            % {
                "days": settings.SCREEN_PASS_MOST_DAYS,
                "got": timezone.localdate(valid_to).isoformat(),
            }
        )
    made = ScreenPass.objects.create(
        book_id=actor.book_id,
        area=area,
        view=view,
        name=name.strip(),
        made_at=now,
        made_by_id=actor.user_id,
        valid_to=valid_to,
        request_key=request_key,
    )
    token = _new_token(made, now)
    _tell(made, "screen_allowed", actor=actor.user_id, now=now)
    return made, token


@transaction.atomic(durable=True)
def renew_link(*, actor: gate.Actor, pass_id: int, now: dt.datetime) -> tuple[ScreenPass, str]:
    """A new link for a pass, after the screen's computer was changed; the old link is void.

    The screen that shows the board now goes on until the new link is opened.
    """
    found = _locked(actor, pass_id)
    if found.ended_at is not None or found.valid_to <= now:
        raise PassEnded(_("The pass of “%(name)s” has ended; make a new one.") % {"name": found})
    token = _new_token(found, now)
    _tell(found, "screen_link_renewed", actor=actor.user_id, now=now)
    return found, token


@transaction.atomic(durable=True)
def revoke_screen(*, actor: gate.Actor, pass_id: int, now: dt.datetime) -> ScreenPass:
    """End a pass: its duty ends, so the screen's sockets are closed within a second."""
    found = _locked(actor, pass_id)
    if found.ended_at is not None:
        raise PassEnded(_("The pass of “%(name)s” has ended already.") % {"name": found})
    found.ended_at, found.ended_by_id = now, actor.user_id
    found.token_hash = found.token_until = None
    found.save(update_fields=["ended_at", "ended_by", "token_hash", "token_until"])
    if found.user_id is not None:
        Duty.objects.filter(user_id=found.user_id, valid_to__gt=now).update(valid_to=now)
    _tell(found, "screen_revoked", actor=actor.user_id, now=now)
    return found


def waiting(*, token: str, now: dt.datetime) -> ScreenPass:
    """The pass whose link this is, if it still can be opened. Raises LinkSpent."""
    found = (
        ScreenPass.objects.filter(token_hash=_hash(token), token_until__gt=now, valid_to__gt=now)
        .select_related("area")
        .defer("area__boundary")
        .first()
    )
    if found is None:
        raise LinkSpent(
            _("This link was opened before or is older than %(n)d minutes. Make a new one.")
            % {"n": settings.SCREEN_LINK_MINUTES}
        )
    return found


@transaction.atomic(durable=True)
def open_screen(*, token: str, now: dt.datetime) -> ScreenPass:
    """Use a link up: the pass with its `user`, to be signed in on this browser and no other.

    Whoever holds the word of the link is let in. Opening a renewed link ends the session of the
    screen before.
    """
    pass_id = waiting(token=token, now=now).id
    ScreenPass.objects.select_for_update(of=("self",)).get(id=pass_id)
    found = waiting(token=token, now=now)
    if found.user is None:
        found.user = User(username=f"screen-{found.id}", shown_name=found.name)
        found.user.set_unusable_password()
        found.user.save()
        Duty.objects.create(
            user=found.user,
            role=Role.SCREEN,
            area=found.area,
            book_id=found.book_id,
            valid_from=now,
            valid_to=found.valid_to,
        )
    else:
        # Sessions hang on the password: a new unusable one ends those of the opening before.
        found.user.set_unusable_password()
        found.user.save(update_fields=["password"])
    found.token_hash = found.token_until = None
    found.opened_at = found.last_seen_at = now
    found.save(update_fields=["user", "token_hash", "token_until", "opened_at", "last_seen_at"])
    _tell(found, "screen_opened", actor=found.user.id, now=now)
    return found


def seen(*, user_id: int, now: dt.datetime) -> None:
    """Note that the screen is on. Told to nobody: boards would change every minute."""
    if not ScreenPass.objects.filter(user_id=user_id).update(last_seen_at=now):
        raise gate.NotFound


def board_of(*, user_id: int) -> tuple[str, str]:
    """View and area code of the board that this screen shows."""
    found = ScreenPass.objects.filter(user_id=user_id).values_list("view", "area__code").first()
    if found is None:
        raise gate.NotFound
    return found


def _locked(actor: gate.Actor, pass_id: int) -> ScreenPass:
    found = passes(actor=actor).select_related("area").locked(id=pass_id)
    gate.require(actor=actor, act=Act.MANAGE_SCREENS, area=found.area, book_id=found.book_id)
    return found


def _new_token(found: ScreenPass, now: dt.datetime) -> str:
    parts = ("".join(secrets.choice(ALPHABET) for _n in range(PART)) for _m in range(PARTS))
    token = "-".join(parts)
    found.token_hash = _hash(token)
    found.token_until = now + dt.timedelta(minutes=settings.SCREEN_LINK_MINUTES)
    found.save(update_fields=["token_hash", "token_until"])
    return token


def _hash(token: str) -> str:
    """Of 31¹² words one cannot guess the right one in minutes, so a plain hash will do."""
    return hashlib.sha256(token.replace("-", "").upper().encode()).hexdigest()


def _tell(found: ScreenPass, kind: str, *, actor: int, now: dt.datetime) -> None:
    log.record(
        book=found.book_id,
        kind=kind,
        rows=[rows.screen(found)],
        facts={"name": found.name},
        actor=actor,
        now=now,
    )
