"""Photos as they come: piece by piece under their SHA-256, whole or not at all.

Files lie under `FILES/photos/<book>/<first two>/<sha256>`: `.part` while bytes are missing, then
the cleaned picture itself and `.small`. Nothing from outside becomes part of a path.
"""

import datetime as dt
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from relief.access import gate
from relief.field import images
from relief.field.models import Item, Photo
from relief.journal.log import require_transaction

SHA256 = re.compile(r"[0-9a-f]{64}")
SMALL = "small"
TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


class TooLarge(gate.Refused):
    """More bytes than a photo may have."""


class NotShown(gate.Refused):
    """No item of this person shows the photo (yet)."""


class PhotoDamaged(gate.Refused):
    """All bytes are there, but they are not those of the hash."""


class BadRange(gate.Refused):
    """`Content-Range` does not say which bytes these are."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a photo, from `start` on; all of it has `total`."""

    data: bytes
    start: int
    total: int


def piece(*, data: bytes, content_range: str) -> Piece:
    """The bytes with their place in the photo. Raises BadRange or TooLarge."""
    if not content_range:
        found = Piece(data, 0, len(data))
    else:
        said = re.fullmatch(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})", content_range.strip())
        if said is None:
            raise BadRange(
                _("“Content-Range: bytes first-last/total” is expected; “%(got)s” came.")
                % {"got": content_range[:60]}
            )
        first, last, total = (int(one) for one in said.groups())
        if last - first + 1 != len(data) or last >= total:
            raise BadRange(
                _("“%(range)s” does not fit the %(got)d bytes that came.")
                % {"range": content_range[:60], "got": len(data)}
            )
        found = Piece(data, first, total)
    if found.total > settings.PHOTO_MOST_BYTES:
        raise TooLarge(
            _("A photo may have %(most)d MB; this one has %(got)d.")
            % {"most": settings.PHOTO_MOST_BYTES >> 20, "got": found.total >> 20}
        )
    if not data:
        raise BadRange(_("The bytes of a photo are expected; none came."))
    return found


def known(*, actor: gate.Actor, sha256: str) -> Photo | None:
    """What has come of a photo that an item of this person shows. Raises NotShown."""
    _check_shown(actor=actor, sha256=sha256)
    return Photo.objects.filter(book_id=actor.book_id, sha256=sha256).first()


def store(*, actor: gate.Actor, sha256: str, piece: Piece, now: dt.datetime) -> Photo:
    """Add a piece; with the last one the photo is checked, cleaned and kept.

    Several may send the same photo: pieces that do not begin where the bytes end are left aside,
    and the answer says where to go on. Raises NotShown, TooLarge, PhotoDamaged or NotAnImage; after
    the last two the photo starts again from nothing.
    """
    try:
        return _store(actor=actor, sha256=sha256, piece=piece, now=now)
    except (PhotoDamaged, images.NotAnImage):
        unfinished = Photo.objects.filter(book_id=actor.book_id, sha256=sha256, whole_at=None)
        unfinished.delete()
        raise


@transaction.atomic(durable=True)
def _store(*, actor: gate.Actor, sha256: str, piece: Piece, now: dt.datetime) -> Photo:
    _check_shown(actor=actor, sha256=sha256)
    photo = _begun(
        book_id=actor.book_id,
        sha256=sha256,
        total=piece.total,
        sent_by=actor.user_id,
        now=now,
    )
    if photo.whole_at is not None:
        return photo
    path = _part(photo)
    there = min(photo.stored_bytes, path.stat().st_size if path.exists() else 0)
    if photo.total_bytes != piece.total:
        # Whoever began was wrong about the size; the hash decides in the end.
        photo.total_bytes, there = piece.total, 0
    fresh = piece.data[there - piece.start :] if piece.start <= there else b""
    _write(path, fresh, at=there)
    photo.stored_bytes = there + len(fresh)
    if photo.stored_bytes == photo.total_bytes:
        _finish(photo, now=now)
    photo.save()
    return photo


def status(photo: Photo | None) -> dict[str, int | bool]:
    """What a phone needs to go on."""
    return {
        "stored_bytes": photo.stored_bytes if photo else 0,
        "total_bytes": photo.total_bytes if photo else 0,
        "complete": bool(photo and photo.whole_at),
    }


def keep(*, book_id: int, pictures: Sequence[bytes], sent_by: int, now: dt.datetime) -> list[str]:
    """Whole photos that came with a form, within the action that shows them: their hashes.

    The same picture again is the same photo. Raises TooLarge or NotAnImage.
    """
    require_transaction("photos.keep")
    hashes = []
    for data in pictures:
        total = piece(data=data, content_range="").total
        sha256 = hashlib.sha256(data).hexdigest()
        photo = _begun(book_id=book_id, sha256=sha256, total=total, sent_by=sent_by, now=now)
        if photo.whole_at is None:
            photo.total_bytes = photo.stored_bytes = total
            _write(_part(photo), data, at=0)
            _finish(photo, now=now)
            photo.save()
        hashes.append(sha256)
    return hashes


def _begun(*, book_id: int, sha256: str, total: int, sent_by: int, now: dt.datetime) -> Photo:
    """The photo's row, locked; made where nothing of it has come before."""
    fresh = Photo(book_id=book_id, sha256=sha256, total_bytes=total, sent_by=sent_by, begun_at=now)
    Photo.objects.bulk_create([fresh], ignore_conflicts=True)
    return Photo.objects.select_for_update().get(book_id=book_id, sha256=sha256)


def missing(*, book_id: int, sha256s: list[str]) -> list[str]:
    """Which of these photos are not whole yet, in their order."""
    if not sha256s:
        return []
    whole = set(
        Photo.objects.filter(
            book_id=book_id, sha256__in=sha256s, whole_at__isnull=False
        ).values_list("sha256", flat=True)
    )
    return [one for one in sha256s if one not in whole]


def shown_to(*, actor: gate.Actor, sha256: str) -> Photo:
    """A whole photo that an item in the person's areas shows, or NotFound."""
    if not Item.objects.visible_to(actor).filter(photos__contains=[sha256]).exists():
        raise gate.NotFound
    return whole(book_id=actor.book_id, sha256=sha256)


def whole(*, book_id: int, sha256: str) -> Photo:
    """The photo once all of it is there, or NotFound. Who may see it, the caller has asked."""
    photo = Photo.objects.filter(book_id=book_id, sha256=sha256, whole_at__isnull=False)
    found = photo.first()
    if found is None:
        raise gate.NotFound
    return found


def file_of(photo: Photo, *, small: bool = False) -> tuple[Path, str]:
    """Where the picture lies, and its type. The small one is always a JPEG."""
    place = _place(photo)
    return (place.with_suffix(f".{SMALL}"), TYPES["jpeg"]) if small else (place, TYPES[photo.kind])


def _check_shown(*, actor: gate.Actor, sha256: str) -> None:
    """Only what an item shows is taken, so that nobody fills the disk with something else."""
    own = Item.objects.filter(
        Q(author_id=actor.user_id) | Q(brought_by=actor.user_id),
        book_id=actor.book_id,
        photos__contains=[sha256],
    )
    if not SHA256.fullmatch(sha256) or not own.exists():
        raise NotShown(_("No report of yours shows this photo. Send the report first."))


def _place(photo: Photo) -> Path:
    name = photo.sha256
    return Path(settings.FILES, "photos", str(int(photo.book_id)), name[:2], name)


def _part(photo: Photo) -> Path:
    return _place(photo).with_suffix(".part")


def _write(path: Path, data: bytes, *, at: int) -> None:
    """Bytes from `at` on; what a killed process left behind them is cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "r+b" if path.exists() else "x+b") as file:
        file.seek(at)
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _finish(photo: Photo, *, now: dt.datetime) -> None:
    part, place = _part(photo), _place(photo)
    data = part.read_bytes()
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        part.unlink()
        raise PhotoDamaged(_("The bytes do not fit the photo's hash; it is sent again by itself."))
    try:
        picture = images.look(data, zone=timezone.get_default_timezone())
    except images.NotAnImage:
        part.unlink()
        raise
    _keep(place, picture.clean)
    _keep(place.with_suffix(f".{SMALL}"), picture.thumbnail)
    photo.kind, photo.width, photo.height = picture.kind, picture.width, picture.height
    photo.taken_at, photo.whole_at = picture.taken_at, now
    photo.point = Point(*picture.point, srid=4326) if picture.point else None
    # A process killed here finds the picture whole in its row or, if not, asks for the rest anew.
    transaction.on_commit(lambda: part.unlink(missing_ok=True))


def _keep(path: Path, data: bytes) -> None:
    """The whole file appears under its name at once."""
    fresh = path.with_suffix(f"{path.suffix}.new")
    with open(fresh, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
