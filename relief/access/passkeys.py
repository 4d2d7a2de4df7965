"""Passkeys (通行密钥): signing in with the lock of one's own device instead of a password.

The device keeps a private key for this address alone, so there is nothing to guess, to overhear or
to type into a false page. Each ceremony has two halves: `ask_…` gives what the browser is asked and
what the server remembers of it, once; the other half checks the answer.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from relief.access import gate, rows
from relief.access.models import Passkey, User
from relief.journal import log

NAME_MOST = 60
MOST = 20  # of one person
# How long a browser may take to answer; the person looks for the key meanwhile.
ANSWER_WITHIN = dt.timedelta(minutes=5)
OFFERED = "Relief"

Answer = Mapping[str, Any]  # of the browser, as JSON


class BadPasskey(gate.Refused):
    """The answer of the browser fits no question of ours, or no passkey we know."""


def of_person(*, user_id: int) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    return list(Passkey.objects.filter(user_id=user_id).order_by("made_at", "id"))


def ask_new(*, user: User, origin: str, now: dt.datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """What a browser is asked to make a passkey of; and what is remembered for `add`."""
    known = [AttestedCredentialData(bytes(one.data)) for one in of_person(user_id=user.pk)]
    options, state = _server(origin).register_begin(
        PublicKeyCredentialUserEntity(id=_handle(user), name=user.username, display_name=str(user)),
        known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), _remembered(state, now=now)


@transaction.atomic(durable=True)
def add(
    *,
    actor: gate.Actor,
    origin: str,
    remembered: Mapping[str, str],
    answer: Answer,
    name: str,
    now: dt.datetime,
) -> Passkey:
    """Keep the passkey that the person's browser made. Raises BadPasskey."""
    user = User.objects.select_for_update().get(id=actor.user_id)
    if Passkey.objects.filter(user=user).count() >= MOST:
        raise BadPasskey(
            _("A person may have %(n)d passkeys; remove one of them first.") % {"n": MOST}
        )
    try:
        found = _server(origin).register_complete(
            _state(remembered, now=now), RegistrationResponse.from_dict(dict(answer))
        )
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise _refused() from wrong
    data = found.credential_data
    if data is None:
        raise _refused()
    passkey = Passkey(
        user=user,
        name=name.strip()[:NAME_MOST] or _("Passkey"),
        key=_key(data.credential_id),
        data=bytes(data),
        counter=found.counter,
        made_at=now,
    )
    try:
        with transaction.atomic():
            passkey.save()
    except IntegrityError as known:
        raise BadPasskey(_("This passkey is known already.")) from known
    _tell(passkey, "passkey_added", actor=actor, now=now)
    return passkey


@transaction.atomic(durable=True)
def remove(*, actor: gate.Actor, passkey_id: int, now: dt.datetime) -> Passkey:
    """One's own passkey opens nothing any more."""
    found = Passkey.objects.select_for_update().filter(user_id=actor.user_id, id=passkey_id)
    passkey = found.first()
    if passkey is None:
        raise gate.NotFound
    _tell(passkey, "passkey_removed", actor=actor, now=now)
    passkey.delete()
    return passkey


def ask_sign_in(*, origin: str, now: dt.datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """What a browser is asked for to sign in; which passkeys there are is not told."""
    options, state = _server(origin).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), _remembered(state, now=now)


@transaction.atomic(durable=True)
def sign_in(
    *, origin: str, remembered: Mapping[str, str], answer: Answer, now: dt.datetime
) -> User:
    """Whose passkey the browser showed. Raises BadPasskey, always with the same sentence."""
    try:
        given = AuthenticationResponse.from_dict(dict(answer))
        known = Passkey.objects.select_for_update(of=("self",)).select_related("user")
        passkey = known.get(key=_key(given.raw_id), user__is_active=True)
        _server(origin).authenticate_complete(
            _state(remembered, now=now), [AttestedCredentialData(bytes(passkey.data))], given
        )
    except (ValueError, TypeError, KeyError, AttributeError, Passkey.DoesNotExist) as wrong:
        raise _refused() from wrong
    handle, counter = given.response.user_handle, given.response.authenticator_data.counter
    if handle is not None and handle != _handle(passkey.user):
        raise _refused()
    # Most devices count nothing and say 0; one that counts never says the same number twice.
    if passkey.counter and counter <= passkey.counter:
        raise _refused()
    passkey.counter, passkey.used_at = counter, now
    passkey.save(update_fields=["counter", "used_at"])
    return passkey.user


def _server(origin: str) -> Fido2Server:
    """The checks of one address: its host name, and exactly this origin."""
    party = PublicKeyCredentialRpEntity(name=OFFERED, id=urlsplit(origin).hostname or "")
    return Fido2Server(party, verify_origin=lambda came: came == origin)


def _remembered(state: Mapping[str, Any], *, now: dt.datetime) -> dict[str, str]:
    return {"challenge": str(state["challenge"]), "asked_at": now.isoformat()}


def _state(remembered: Mapping[str, str], *, now: dt.datetime) -> dict[str, Any]:
    """What was asked, if it was lately. Raises ValueError."""
    asked_at = dt.datetime.fromisoformat(remembered["asked_at"])
    if not asked_at <= now <= asked_at + ANSWER_WITHIN:
        raise ValueError(f"asked at {asked_at}, answered at {now}")
    challenge = remembered["challenge"]
    websafe_decode(challenge)
    return {"challenge": challenge, "user_verification": UserVerificationRequirement.REQUIRED}


def _refused() -> BadPasskey:
    return BadPasskey(
        _("This passkey was not accepted. Try once more, or sign in with your password.")
    )


def _handle(user: User) -> bytes:
    return str(user.pk).encode()


def _key(credential_id: bytes) -> str:
    """Devices choose ids of any length; their hash finds them as well."""
    return hashlib.sha256(credential_id).hexdigest()


def _tell(passkey: Passkey, kind: str, *, actor: gate.Actor, now: dt.datetime) -> None:
    """A line in the record of events at each place of the person; boards keep no row of it."""
    log.record(
        book=actor.book_id,
        kind=kind,
        rows=[rows.passkey(passkey, path=path) for path in {duty.path for duty in actor.duties}],
        facts={"user": passkey.user_id, "label": passkey.name},
        actor=actor.user_id,
        now=now,
    )
