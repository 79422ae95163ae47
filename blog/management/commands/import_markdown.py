"""``manage.py import_markdown FOLDER --author HANDLE``: move a blog in."""

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from blog.importers import ImportPlan, Outcome, apply_plan, plan_import
from blog.models import Post

BAR_WIDTH = 30  # characters
PROBLEMS_SHOWN = 200


class Command(BaseCommand):
    help = (
        "Import a folder of Markdown (Jekyll, Hugo, Zola, Hexo, or plain files) as articles."
        " A second run adds only what is new."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path, help="the folder of the blog")
        parser.add_argument("--author", required=True, help="handle of whose articles they become")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--visibility",
            choices=Post.Visibility.values,
            default="",
            help="who may read them, where the files do not say",
        )
        parser.add_argument(
            "--base-path", default="", help="path under which the old blog lived, such as /blog"
        )
        parser.add_argument("--report", type=Path, help="write the whole report to this JSON file")

    def handle(self, *args, folder: Path, author: str, **options) -> None:
        person = User.objects.present().by_handle(author).first()
        if person is None:
            raise CommandError(f"There is nobody with the handle {author}.")
        try:
            plan = plan_import(folder, base_path=options["base_path"])
        except NotADirectoryError as error:
            raise CommandError(f"There is no folder {folder}.") from error
        self.stdout.write(f"{folder}: {plan.kind}, {len(plan.posts)} posts")
        outcomes = [] if options["dry_run"] else self._apply(plan, person, options["visibility"])
        if options["dry_run"]:
            self._show_plan(plan)
        self._show_report(plan, outcomes)
        if options["report"]:
            self._write_report(options["report"], plan, outcomes)
        if not plan.posts:
            raise CommandError("No post could be read.")

    def _apply(self, plan: ImportPlan, person: User, visibility: str) -> list[Outcome]:
        outcomes = []
        for outcome in apply_plan(plan, author=person, visibility=visibility):
            outcomes.append(outcome)
            self._show_progress(len(outcomes), len(plan.posts), outcome)
        return outcomes

    def _show_progress(self, done: int, total: int, outcome: Outcome) -> None:
        if sys.stdout.isatty():
            filled = BAR_WIDTH * done // total
            bar = "█" * filled + "·" * (BAR_WIDTH - filled)
            end = "\n" if done == total else ""
            self.stdout.write(f"\r[{bar}] {done}/{total}", ending=end)
            self.stdout.flush()
        elif done == total or done % 25 == 0:
            self.stdout.write(f"{done}/{total}")

    def _show_plan(self, plan: ImportPlan) -> None:
        for post in plan.posts:
            state = "draft" if post.is_draft else f"{post.date:%Y-%m-%d}"
            tags = f"  #{' #'.join(post.tags)}" if post.tags else ""
            self.stdout.write(f"  {state:10}  {post.path}  {post.title}{tags}")

    def _show_report(self, plan: ImportPlan, outcomes: list[Outcome]) -> None:
        counts = Counter(outcome.state for outcome in outcomes)
        for outcome in outcomes:
            if outcome.state == "imported":
                for path in outcome.old_paths:
                    self.stdout.write(f"  {path} → {outcome.url}")
        for skipped in plan.skipped:
            self.stdout.write(f"  skipped: {skipped}")
        for problem in plan.problems[:PROBLEMS_SHOWN]:
            self.stdout.write(self.style.WARNING(f"  {problem}"))
        if len(plan.problems) > PROBLEMS_SHOWN:
            self.stdout.write(f"  … and {len(plan.problems) - PROBLEMS_SHOWN} more (--report)")
        self.stdout.write(
            f"{counts['imported']} imported, {counts['known']} were here already, "
            f"{counts['failed']} failed, {len(plan.skipped)} skipped, "
            f"{len(plan.problems)} remarks"
        )

    def _write_report(self, path: Path, plan: ImportPlan, outcomes: list[Outcome]) -> None:
        report = {
            "kind": plan.kind,
            "posts": [
                {
                    "path": post.path,
                    "title": post.title,
                    "date": post.date.isoformat(),
                    "is_draft": post.is_draft,
                    "tags": post.tags,
                    "old_paths": post.old_paths,
                }
                for post in plan.posts
            ],
            "outcomes": [asdict(outcome) for outcome in outcomes],
            "skipped": [asdict(problem) for problem in plan.skipped],
            "problems": [asdict(problem) for problem in plan.problems],
        }
        path.write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")
