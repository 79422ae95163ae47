"""manage.py doctor_leftovers: is anything left of people who were erased?"""

from django.core.management.base import BaseCommand, CommandError

from accounts import leftovers
from accounts.models import User


class Command(BaseCommand):
    help = "Look for rows that name an erased person, and with --text for a text anywhere."

    def add_arguments(self, parser):
        parser.add_argument("--text", help="look for these words in every table and stored file")

    def handle(self, *args, **options):
        found = 0
        for person in User.objects.filter(state=User.State.ERASED).order_by("pk").iterator():
            for left in leftovers.rows_of(person):
                found += left.count
                self.stdout.write(f"@{person.handle}  {left.where}: {left.count}")
        if text := options["text"]:
            for left in (*leftovers.texts_with(text), *leftovers.files_with(text)):
                found += left.count
                self.stdout.write(f"{left.where}: {left.count}")
        if found:
            raise CommandError(f"{found} left.")
        self.stdout.write("Nothing is left.")
