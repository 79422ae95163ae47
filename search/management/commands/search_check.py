"""manage.py search_check: is the index what the site says?"""

from django.core.management.base import BaseCommand, CommandError

from search import actions
from search.state import search_state


class Command(BaseCommand):
    help = "Compare everything that can be found with its entry; print differences, exit 1 on any."

    def add_arguments(self, parser):
        parser.add_argument(
            "--deep", action="store_true", help="analyse every text anew (65 to 100 a second)"
        )

    def handle(self, *args, **options):
        number = 0
        for difference in actions.check_index(is_deep=options["deep"]):
            number += 1
            self.stdout.write(str(difference))
        if waiting := search_state().waiting_count:
            self.stdout.write(f"{waiting} still wait to be indexed.")
        if number:
            raise CommandError(f"{number} differences.")
        self.stdout.write("The index is what the site says.")
