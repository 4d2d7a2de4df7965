"""`manage.py load_territory DIR`: areas, roads, places and households of a county."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from gis import territory
from relief.setup import first_county


def checked(command: BaseCommand, folder: Path) -> territory.Territory:
    """The folder's territory, or every fault on stderr and a CommandError."""
    if not folder.is_dir():
        raise CommandError(_("Expected a folder, received %(folder)s.") % {"folder": folder})
    try:
        return territory.read(folder)
    except territory.TerritoryRefused as refused:
        for fault in refused.faults:
            command.stderr.write(str(fault))
        raise CommandError(
            _("%(count)d faults; nothing was written.") % {"count": len(refused.faults)}
        ) from refused


class Command(BaseCommand):
    help = "Loads a county from a folder of territory files (docs/territory.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="check the files, write nothing")

    def handle(self, *args: Any, folder: Path, check: bool, **options: Any) -> None:
        checked(self, folder)
        if check:
            self.stdout.write(_("No faults; nothing was written."))
            return
        county = first_county.load_folder(folder=folder, say=self.stdout.write)
        self.stdout.write(
            _("%(county)s is loaded, with %(households)d households.")
            % {"county": county.area, "households": county.households}
        )
