"""The first county of an installation, its first commander, and everybody after."""

import datetime as dt
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from gis import territory as files
from gis.models import Area
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.boards import past
from relief.journal.models import Book, BookKind
from relief.setup.territory import County, Say, load


def load_folder(*, folder: Path, say: Say) -> County:
    """Load a territory folder into the real book, all or nothing. Raises TerritoryRefused.

    What it loads has no journal line: a checkpoint lets boards of the past begin with it.
    """
    territory = files.read(folder)
    book, _made = Book.objects.get_or_create(
        kind=BookKind.REAL, defaults={"name": "实战 / real operation"}
    )
    county = load(territory=territory, book=book, say=say)
    past.take_checkpoint(book_id=book.id, now=timezone.now())
    return county


@transaction.atomic
def give_duty(
    *, area: Area, role: Role, username: str, name: str, password: str, now: dt.datetime
) -> User:
    """Give a person a duty (岗位) in the real book, making the person if new.

    Raises ValidationError when a new person's password is too weak; somebody who is there already
    keeps the password and gains the duty.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, shown_name=name)
        validate_password(password, user)
        user.set_password(password)
        user.save()
    Duty.objects.get_or_create(
        user=user,
        role=role,
        area=area,
        book=Book.objects.get(kind=BookKind.REAL),
        valid_to=None,
        defaults={"valid_from": now},
    )
    return user
