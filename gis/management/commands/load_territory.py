"""`manage.py load_territory DIR`: areas and roads of one county from its territory files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from gis import territory


class Command(BaseCommand):
    help = "Loads areas and roads from a folder of territory files (docs/territory.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="check the files, write nothing")

    def handle(self, *args: Any, folder: Path, check: bool, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(_("Expected a folder, received %(folder)s.") % {"folder": folder})
        try:
            read = territory.read(folder)
        except territory.TerritoryRefused as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            raise CommandError(
                _("%(count)d faults; nothing was written.") % {"count": len(refused.faults)}
            ) from refused
        if check:
            self.stdout.write(_("No faults; nothing was written."))
            return
        loaded = territory.load(read)
        self.stdout.write(
            _("%(areas)d areas, %(nodes)d new road nodes, %(links)d new roads (%(kept)d kept).")
            % {
                "areas": loaded.areas,
                "nodes": loaded.nodes,
                "links": loaded.links,
                "kept": loaded.links_kept,
            }
        )
