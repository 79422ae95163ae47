"""A post in one go: written, and put where it belongs, or not at all."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from blog.actions.comment_desk import close_comments
from blog.actions.drafts import post_of, start_draft
from blog.actions.notes import write_note
from blog.actions.posts import publish_post
from blog.actions.schedule import schedule_post
from blog.models import Post


@transaction.atomic
def compose_note(
    *,
    actor: User,
    source: str,
    visibility: str = "",
    language: str = "",
    is_open_to_comments: bool = True,
) -> Post:
    """Publish a note of ``actor``, open to comments or not. Raises what write_note raises."""
    note = write_note(actor=actor, source=source, visibility=visibility, language=language)
    return note if is_open_to_comments else close_comments(note, actor=actor)


@transaction.atomic
def compose_article(
    *, actor: User, changes: dict[str, Any], status: str = "draft", at: datetime | None = None
) -> Post:
    """Store an article of ``actor`` and publish it, schedule it for ``at``, or leave it a draft.

    ``changes`` as in save_draft. What cannot go out is not stored either.
    Raises what start_draft, publish_post and schedule_post raise.
    """
    key = f"api:{uuid.uuid4()}"
    start_draft(actor=actor, origin_key=key, changes=changes)
    post = post_of(actor, key)
    if status == Post.Status.PUBLISHED:
        return publish_post(post, actor=actor)
    if status == Post.Status.SCHEDULED and at is not None:
        return schedule_post(post, actor=actor, at=at)
    return post
