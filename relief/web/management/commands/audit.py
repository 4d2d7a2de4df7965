"""`manage.py audit`: recompute what the books say and print every finding."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from relief.ledger.audit import audit


class Command(BaseCommand):
    help = "Prints what does not agree in the books; exits with 1 when there is anything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", type=int, help="number of one book; all without it")

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit(book_id=options["book"])
        for finding in found:
            self.stdout.write(str(finding))
        if found:
            raise SystemExit(1)
        self.stdout.write("Nothing to find: the books agree.")
