"""`manage.py give_duty USERNAME ROLE AREA`: a person and what the person is responsible for."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access.acts import Role
from relief.access.models import User
from relief.setup import first_county
from relief.setup.passwords import asked_password


class Command(BaseCommand):
    help = "Gives a person a duty in the real operation; makes the person if new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("area", help="12-digit code of the area")
        parser.add_argument("--name", default="", help="the name shown on screen")

    def handle(
        self, *args: Any, username: str, role: str, area: str, name: str, **options: Any
    ) -> None:
        found = Area.objects.filter(code=area).first()
        if found is None:
            raise CommandError(_("No area has the code %(code)s.") % {"code": area})
        known = User.objects.filter(username=username).exists()
        try:
            user = first_county.give_duty(
                area=found,
                role=Role(role),
                username=username,
                name=name or username,
                password="" if known else asked_password(username),
                now=timezone.now(),
            )
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages)) from weak
        self.stdout.write(
            _("%(person)s is now %(role)s of %(area)s.")
            % {"person": user, "role": Role(role).label, "area": found}
        )
