"""``manage.py rebuild_html``: render stored Markdown again after the renderer changed."""

from django.core.management.base import BaseCommand

from blog.actions import rebuild_comment_html, rebuild_html


class Command(BaseCommand):
    help = "Render the stored HTML of posts and comments again. Safe to stop and to start again."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--all", action="store_true", help="render current ones too")

    def handle(self, *args, **options) -> None:
        number = sum(1 for _pk in rebuild_html(every=options["all"]))
        comments = sum(1 for _pk in rebuild_comment_html(every=options["all"]))
        self.stdout.write(f"{number} posts and {comments} comments rendered.")
