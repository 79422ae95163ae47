"""``manage.py import_blog PATH --author HANDLE``: move a blog in."""

import json
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from blog.importers import Choices
from blog.importers.running import KINDS, bring_in, find_unfinished, read_only
from blog.models import Post
from config.exceptions import DomainError

BAR_WIDTH = 30  # characters
PROBLEMS_SHOWN = 200


class Command(BaseCommand):
    help = (
        "Bring a blog in as articles of somebody: a folder or ZIP of Markdown (Jekyll, Hugo, Zola,"
        " Hexo or plain files), WordPress WXR, Ghost, Tistory, velog. A second run adds only what"
        " is new; a run that was stopped goes on."
    )
    shown = (-1, -1)  # what the line of progress says

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", type=Path, help="folder, ZIP or export file of the blog")
        parser.add_argument("--author", required=True, help="handle of whose articles they become")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--kind", choices=KINDS, default="", help="what it is, if it is not recognised"
        )
        parser.add_argument(
            "--visibility",
            choices=Post.Visibility.values,
            default="",
            help="who may read them, where the blog does not say",
        )
        parser.add_argument(
            "--remote-images",
            action="store_true",
            help="fetch pictures from other servers and keep copies",
        )
        parser.add_argument(
            "--no-comments", action="store_true", help="leave comments where they are"
        )
        parser.add_argument(
            "--time-zone", default="", help="of dates that name none, such as Asia/Seoul"
        )
        parser.add_argument(
            "--base-path", default="", help="path under which the old blog lived, such as /blog"
        )
        parser.add_argument("--report", type=Path, help="write the whole report to this JSON file")

    def handle(self, *args, path: Path, author: str, **options) -> None:
        person = User.objects.present().by_handle(author).first()
        if person is None:
            raise CommandError(f"There is nobody with the handle {author}.")
        reading = {
            "kind": options["kind"],
            "base_path": options["base_path"],
            "zone": self._zone(options["time_zone"]),
        }
        try:
            if options["dry_run"]:
                report = read_only(path, author=person, **reading)
                self._show_plan(report)
            else:
                choices = Choices(
                    options["visibility"], not options["no_comments"], options["remote_images"]
                )
                if run := find_unfinished(person, path):
                    self.stdout.write(f"going on with import {run.pk}")
                report = bring_in(
                    path, author=person, choices=choices, report=self._show_progress, **reading
                )
        except (FileNotFoundError, NotADirectoryError) as error:
            raise CommandError(f"There is no folder or file {path}.") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self._show_report(report)
        if options["report"]:
            text = json.dumps(report, ensure_ascii=False, indent=2)
            options["report"].write_text(text, encoding="utf-8")
        if not report["posts"]:
            raise CommandError("No post could be read.")

    def _zone(self, name: str) -> ZoneInfo | None:
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(f"There is no time zone {name}.") from error

    def _show_progress(self, done: int, total: int, key: str = "", **_values) -> None:
        if self.shown == (done, total):  # a sign of life between two pictures
            return
        self.shown = done, total
        if sys.stdout.isatty():
            filled = BAR_WIDTH * done // max(total, 1)
            bar = "█" * filled + "·" * (BAR_WIDTH - filled)
            self.stdout.write(f"\r[{bar}] {done}/{total}", ending="\n" if done == total else "")
            self.stdout.flush()
        elif done == total or done % 25 == 0:
            self.stdout.write(f"{done}/{total}")

    def _show_plan(self, report: dict) -> None:
        for post in report["posts"]:
            state = post["date"][:10] if post["status"] == "published" else post["status"]
            tags = f"  #{' #'.join(post['tags'])}" if post["tags"] else ""
            known = "  (here already)" if post["state"] == "known" else ""
            self.stdout.write(f"  {state:10}  {post['path']}  {post['title']}{tags}{known}")
            for old in post["old"]:
                self.stdout.write(f"              {old} → {unquote(post['url'])}")

    def _show_report(self, report: dict) -> None:
        self.stdout.write(f"{report['name']}: {report['kind']}, {len(report['posts'])} posts")
        for post in report["posts"]:
            if post["state"] == "imported":
                for path in post["old"]:
                    self.stdout.write(f"  {path} → {unquote(post['url'])}")
        for skipped in report["skipped"]:
            self.stdout.write(f"  skipped: {skipped['place']}: {skipped['text']}")
        for problem in report["problems"][:PROBLEMS_SHOWN]:
            self.stdout.write(self.style.WARNING(f"  {problem['place']}: {problem['text']}"))
        if len(report["problems"]) > PROBLEMS_SHOWN:
            self.stdout.write(f"  … and {len(report['problems']) - PROBLEMS_SHOWN} more (--report)")
        counts = Counter(post["state"] for post in report["posts"])
        if report.get("run"):
            self.stdout.write(f"import {report['run']} (manage.py undo_import {report['run']})")
        self.stdout.write(
            f"{counts['imported']} imported, {counts['known']} were here already, "
            f"{counts['failed']} failed, {len(report['skipped'])} skipped, "
            f"{len(report['problems'])} remarks"
        )
