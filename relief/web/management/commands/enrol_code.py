"""Print a link that enrols a phone, when nobody can sign in to make one at /devices/."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from relief.access.gate import Refused
from relief.field import devices
from relief.web.enrolment import link_of


class Command(BaseCommand):
    help = "Print a one-time link that makes a phone speak for one person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--address", default="https://localhost", help="how phones reach this server"
        )

    def handle(self, *_args: Any, username: str, address: str, **_options: Any) -> None:
        try:
            _device, code = devices.allow_by_command(
                username=username, label="", now=timezone.now()
            )
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(link_of(origin=address.rstrip("/"), code=code))
        self.stderr.write(f"valid once, for {settings.DEVICE_CODE_MINUTES} minutes")
