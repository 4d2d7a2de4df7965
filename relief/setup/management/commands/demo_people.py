"""`manage.py demo_people`: print the demo sign-ins."""

from typing import Any

from django.core.management.base import BaseCommand

from relief.setup.demo_people import PASSWORD, PEOPLE


class Command(BaseCommand):
    help = "Prints the sign-ins of the demo database."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Sign in as:")
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<10} {person.name}  {person.name_en}")
        self.stdout.write(f"  password for each: {PASSWORD}")
