"""`manage.py check_readiness --area CODE`: readiness of a county tonight, as JSON lines."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area
from relief.journal.models import Book, BookKind
from relief.outlook import reckoning, scenarios


class Command(BaseCommand):
    help = "Solves every scenario of a county with what is there now; writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", required=True, help="12-digit code of the county")

    def handle(self, *args: Any, area: str, **options: Any) -> None:
        county = Area.objects.filter(code=area).first()
        if county is None:
            raise CommandError(_("No area has the code %(code)s.") % {"code": area})
        written = scenarios.of_area(county.code)
        if not written:
            raise CommandError(_("No scenario is written for this county."))
        book = Book.objects.get(kind=BookKind.REAL)
        found = reckoning.run(scenarios=written, area=county, book=book, now=timezone.now())
        for scenario in found["scenarios"]:
            self.stdout.write(json.dumps({"scenario": scenario}, ensure_ascii=False))
        for rank, purchase in enumerate(found["purchases"], start=1):
            line = {"purchase": purchase | {"rank": rank}}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
