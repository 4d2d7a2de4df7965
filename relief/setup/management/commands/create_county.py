"""`manage.py create_county DIR`: the first county of a fresh database and its first commander."""

import getpass
import os
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from gis import territory as files
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.journal.models import Book, BookKind
from relief.setup.territory import load

PASSWORD_VARIABLE = "RELIEF_COMMANDER_PASSWORD"  # noqa: S105 - the variable's name


class Command(BaseCommand):
    help = (
        "Loads a county from a territory folder and makes its first commander. The password is "
        f"asked for, or taken from {PASSWORD_VARIABLE}; there is no default."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="areas.csv and what stands beside it")
        parser.add_argument("--username", required=True, help="the commander's sign-in name")
        parser.add_argument("--name", required=True, help="the commander's name as shown")
        parser.add_argument("--name-en", default="", help="the same in English")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is a person {username!r} already; nothing was changed.")
        user = User(username=username, shown_name=options["name"], shown_name_en=options["name_en"])
        user.set_password(_password(user))
        with transaction.atomic():
            book, _made = Book.objects.get_or_create(
                kind=BookKind.REAL, defaults={"name": "实战 / real operation"}
            )
            county = load(territory=files.read(options["folder"]), book=book, say=self.stdout.write)
            user.save()
            Duty.objects.create(
                user=user,
                role=Role.COMMANDER,
                area=county.area,
                book=book,
                valid_from=timezone.now(),
            )
        self.stdout.write(f"{county.area.name} is ready; {username} commands it.")


def _password(user: User) -> str:
    """The password, checked by the same rules as any other."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is None:
        given = getpass.getpass("Password of the commander: ")
        if getpass.getpass("Once more: ") != given:
            raise CommandError("The two passwords differ; nothing was changed.")
    try:
        validate_password(given, user)
    except ValidationError as weak:
        raise CommandError(" ".join(weak.messages)) from weak
    return given
