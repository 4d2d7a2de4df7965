"""`manage.py create_county DIR`: the first county and its first commander."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from relief.access.acts import Role
from relief.setup import first_county
from relief.setup.management.commands.load_territory import checked
from relief.setup.passwords import asked_password


class Command(BaseCommand):
    help = "Loads a county and makes its first commander. There is no default password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True, help="the name shown on screen")

    def handle(self, *args: Any, folder: Path, username: str, name: str, **options: Any) -> None:
        checked(self, folder)
        password = asked_password(username)
        county = first_county.load_folder(folder=folder, say=self.stdout.write)
        try:
            first_county.give_duty(
                area=county.area,
                role=Role.COMMANDER,
                username=username,
                name=name,
                password=password,
                now=timezone.now(),
            )
        except ValidationError as weak:
            raise CommandError(
                _("The county is loaded, but there is no commander yet: %(why)s")
                % {"why": " ".join(weak.messages)}
            ) from weak
        self.stdout.write(
            _("%(name)s commands %(county)s.") % {"name": name, "county": county.area}
        )
