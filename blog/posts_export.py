"""One's own posts as a JSON file that any program reads (AC-57)."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import actions
from accounts.archive.departing import store_archive
from accounts.jobs import Reporter
from accounts.models import Job, User, new_key
from blog.models import Post, PostTag
from config.mails import site_link

POSTS_KIND = "export_posts"
FILE_NAME = "posts.json"
WRITING = gettext_noop("%(done)s of %(total)s posts are written.")
AT_A_TIME = 100
MARGIN = " " * 8


def start_posts_export(actor: User) -> Job:
    """Ask for the posts of ``actor``; the job on its way is returned instead of a second.

    Raises QueueUnreachable.
    """
    return actions.start_job(actor=actor, kind=POSTS_KIND, params={"key": new_key()})


def perform_posts_export(job: Job, report: Reporter) -> dict[str, Any]:
    """Write ``posts.json``, store it and let it go by mail; begun again it begins anew."""
    with tempfile.TemporaryDirectory(prefix="madang-posts-") as folder:
        path = Path(folder, "out", FILE_NAME)
        path.parent.mkdir()
        count = write_posts(job.owner, path, report)
        size = path.stat().st_size
        stored = store_archive(path, str(job.params["key"]), FILE_NAME)
    return {
        "stored": stored,
        "filename": FILE_NAME,
        "size": size,
        "counts": {"posts": count},
        "until": (timezone.now() + settings.EXPORT_LINK_TIME).isoformat(),
    }


def write_posts(author: User, path: Path, report: Reporter) -> int:
    """Write what ``json.dumps({"posts": […]}, indent=4)`` would, one post at a time."""
    posts = posts_of(author)
    total, done = posts.count(), 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{\n    "posts": [')
        for post in posts.iterator(chunk_size=AT_A_TIME):
            text = json.dumps(as_json(post), ensure_ascii=False, indent=4)
            # Not ``textwrap.indent``: to it U+2028 and U+0085, which texts may hold, end lines too.
            out.write((",\n" if done else "\n") + MARGIN + text.replace("\n", f"\n{MARGIN}"))
            done += 1
            report(done, total, WRITING)
        out.write("\n    ]\n}\n" if done else "]\n}\n")
    return done


def posts_of(author: User):
    """Return what ``author`` wrote and did not delete, the oldest first."""
    tags = PostTag.objects.select_related("tag").order_by("position")
    return (
        Post.objects.by(author)
        .written()
        .exclude(status=Post.Status.DELETED)
        .select_related("author", "draft")
        .prefetch_related(Prefetch("posttag_set", queryset=tags))
        .annotate(stamp=Coalesce("published_at", "created_at"))
        .order_by("stamp", "pk")
    )


def as_json(post: Post) -> dict[str, Any]:
    """Return what the file says of one post; ``body`` is what its author typed."""
    draft = getattr(post, "draft", None)
    if post.is_published or draft is None or not draft.is_changed:
        title, body = post.title, post.source
    else:
        title, body = draft.title, draft.source
    return {
        "body": body,
        "timestamp": _utc(post.published_at or post.created_at),
        "title": title,
        "kind": post.kind,
        "status": post.status,
        "visibility": post.visibility,
        "language": post.language,
        "tags": [row.tag.name for row in post.posttag_set.all()],
        "edited": _utc(post.edited_at) if post.edited_at else None,
        "url": site_link(reverse("blog:post_permalink", args=[post.pk])),
    }


def _utc(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def page_of(job: Job) -> str:
    """Return the address at which a finished file can be fetched."""
    return reverse("accounts:settings_export")
