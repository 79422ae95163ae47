"""Let somebody back in who is locked out; each use is logged."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import actions
from accounts.backends import find_by_name
from accounts.management.commands.create_member import read_password


class Command(BaseCommand):
    help = "Set a password, clear second factors or confirm the address of an account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="handle or e-mail address")
        parser.add_argument("--password", action="store_true", help="set a password (asks for it)")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="set a password, read from the first line of stdin",
        )
        parser.add_argument("--factors", action="store_true", help="clear all second factors")
        parser.add_argument("--address", action="store_true", help="count the address as confirmed")

    def handle(self, *args, **options) -> None:
        user = find_by_name(options["name"])
        if user is None:
            raise CommandError(f"Nobody is called {options['name']}.")
        wants_password = options["password"] or options["password_stdin"]
        if not (wants_password or options["factors"] or options["address"]):
            raise CommandError("Say what to do: --password, --factors or --address.")
        password = (
            read_password(self, user, from_stdin=options["password_stdin"])
            if wants_password
            else None
        )
        done = actions.rescue(
            user, password=password, factors=options["factors"], address=options["address"]
        )
        for step in done:
            self.stdout.write(self.style.SUCCESS(f"@{user.handle}: {step}"))
        if not user.is_active:
            self.stdout.write(
                self.style.WARNING(f"@{user.handle} is {user.state} and still cannot sign in.")
            )
