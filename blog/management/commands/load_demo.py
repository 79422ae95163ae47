"""``manage.py load_demo``: a believable Korean site to look at."""

from django.core.management.base import BaseCommand

from blog.demo import load
from moderation.demo import load_moderation


class Command(BaseCommand):
    help = "Fill the site with demo people, articles, notes and pages in Korean. Safe to run twice."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--show-logins", action="store_true", help="only print who can sign in, and stop"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if anybody has an account"
        )

    def handle(self, *args, **options) -> None:
        if not options["show_logins"]:
            if options["if_empty"] and not load.is_site_empty():
                return
            for step in load.load_demo():
                self.stdout.write(f"  {step}")
            self.stdout.write(f"  {load_moderation(load.PASSWORD)} cases for moderators")
        for login in load.logins():
            self.stdout.write(f"  {login.handle} / {login.password}  ({login.role})")
