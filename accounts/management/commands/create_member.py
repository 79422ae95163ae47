"""Make a member or a member of staff from the command line, with the address confirmed."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts import actions
from accounts.models import User
from config.exceptions import DomainError


def read_password(command: BaseCommand, user: User, *, from_stdin: bool) -> str:
    """Return a password typed twice, or the first line of stdin. Raises CommandError."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("The same password again: "):
            raise CommandError("The two passwords are not the same.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password


class Command(BaseCommand):
    help = "Make a member whose address counts as confirmed; --staff and --admin give rights."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("handle", help="2 to 30 letters of any script, digits, _ or -")
        parser.add_argument("email", help="e-mail address")
        parser.add_argument("--name", default="", help="display name")
        parser.add_argument("--staff", action="store_true", help="may enter the administration")
        parser.add_argument("--admin", action="store_true", help="may do everything")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of stdin instead of asking",
        )

    def handle(self, *args, **options) -> None:
        handle, email = options["handle"], options["email"]
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email}: {error.messages[0]}") from error
        password = read_password(
            self, User(handle=handle, email=email), from_stdin=options["password_stdin"]
        )
        try:
            user = actions.create_member(
                handle=handle,
                email=email,
                password=password,
                display_name=options["name"],
                is_staff=options["staff"] or options["admin"],
                is_superuser=options["admin"],
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(self.style.SUCCESS(f"@{user.handle} may sign in."))
