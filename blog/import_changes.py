"""What its author made of a post since it came in.

The text and what stands around it count, and whether its author put it before readers or took it
back. What the site or staff do is no change: a planned post that went out, or could not; a post that
was held; tags that were merged. Tags are therefore left out altogether.
"""

import hashlib
import json
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef

from blog.models import Draft, ImportedItem, ImportRun, Post

COLUMNS = (
    "title",
    "source",
    "excerpt",
    "slug",
    "visibility",
    "language",
    "canonical_url",
    "series_id",
    "cover_id",
)
TEXTS_AT_ONCE = 50  # whole texts in memory


def fingerprint_of(post: Post) -> str:
    """Return what changes as soon as the author of ``post`` changes it."""
    # A draft with a problem is a planned post that the site turned back.
    is_draft = post.status == Post.Status.DRAFT and not post.schedule_problem
    seen = [*(getattr(post, name) for name in COLUMNS), is_draft]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()


def is_changed_since(item: ImportedItem, post: Post) -> bool:
    """Return whether the author worked on ``post`` of ``item``; of a locked one it stays true."""
    if post.status == Post.Status.DELETED:
        return False
    return (
        fingerprint_of(post) != item.fingerprint
        or Draft.objects.filter(post=post, is_changed=True).exists()
    )


def changed_posts(run: ImportRun) -> Iterator[Post]:
    """Yield the posts of ``run`` that its owner worked on: one query, a few texts at a time."""
    drafts = Draft.objects.filter(post=OuterRef("pk"), is_changed=True)
    posts = (
        Post.objects.filter(imported_as__run=run)
        .exclude(status=Post.Status.DELETED)
        .annotate(fingerprint=F("imported_as__fingerprint"), has_draft=Exists(drafts))
        .only("author", "kind", "status", "schedule_problem", *COLUMNS)
        .order_by("pk")
    )
    for post in posts.iterator(chunk_size=TEXTS_AT_ONCE):
        if post.has_draft or fingerprint_of(post) != post.fingerprint:
            post.author = run.owner
            yield post
