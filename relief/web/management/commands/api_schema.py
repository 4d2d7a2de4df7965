"""Write the field API's OpenAPI file, `docs/field-api.json`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from relief.web.api import openapi

FILE = settings.BASE_DIR / "docs" / "field-api.json"


class Command(BaseCommand):
    help = "Write docs/field-api.json from the code."

    def handle(self, *_args: Any, **_options: Any) -> None:
        FILE.write_text(openapi.text(), encoding="utf-8")
        self.stdout.write(f"{FILE.name}: {FILE.stat().st_size} bytes")
