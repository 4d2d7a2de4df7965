"""`manage.py audit`: recompute what the books say and print every finding."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from relief.ledger.audit import audit, extent
from relief.ledger.rebuild import rebuild


class Command(BaseCommand):
    help = "Prints what does not agree in the books; exits with 1 when there is anything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", type=int, help="number of one book; all without it")

        parser.add_argument(
            "--rebuild", action="store_true", help="first make the balances anew from the postings"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            self.stdout.write(f"{rebuild()} balances were made anew.")
        gone_over = extent(book_id=options["book"])
        found = audit(book_id=options["book"])
        for finding in found:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"Went over {gone_over.accounts} accounts and {gone_over.postings} postings."
        )
        if found:
            raise SystemExit(1)
        self.stdout.write("Nothing to find: the books agree.")
