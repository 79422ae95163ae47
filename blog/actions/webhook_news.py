"""What the webhooks of an author are told of posts, comments and likes (docs/api.md has the shapes).

Called in the transaction of the change, which carries the messages away with it if it fails. All of
it concerns one member, the author of the post or comment, and holds nothing that they may not see.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import User
from blog.models import Comment, Post
from config.clock import iso
from config.mails import site_link
from social.actions import tell_webhooks, withdraw_waiting_deliveries
from social.webhooks import api_link, person_data

TOLD_FIELDS = (
    *("title", "source", "excerpt", "slug", "visibility", "language", "canonical_url", "license"),
    *("topic_id", "series_id", "cover_id", "is_open_to_comments"),
)
"""A published post is news again when one of these changes, or its tags."""

State = tuple[Any, ...]


class PostState(NamedTuple):
    """What of a post decides whether there is news."""

    status: str
    fields: State
    tags: frozenset[int]


def post_state(post: Post, tags: Iterable[int]) -> PostState:
    """Return how ``post`` is now; asks nothing of the database."""
    fields = tuple(getattr(post, name) for name in TOLD_FIELDS)
    return PostState(post.status, fields, frozenset(tags))


def tell_webhooks_of_post(post: Post, *, before: PostState, after: PostState) -> None:
    """Tell the author's webhooks what became of ``post``, if anything did that readers could see."""
    event = _post_event(post, before, after)
    if event and not post.is_thread:
        tell_webhooks(post.author, event, lambda: {"post": _post_data(post)}, actor=post.author)


def _post_event(post: Post, before: PostState, after: PostState) -> str:
    published, deleted = Post.Status.PUBLISHED, Post.Status.DELETED
    if after.status == published and before.status != published:
        return "post.published"
    if after.status == published:
        return "post.updated" if after != before else ""
    if after.status == deleted and before.status != deleted and post.published_at is not None:
        return "post.deleted"
    return "post.unpublished" if before.status == published else ""


def tell_webhooks_of_held_post(post: Post) -> None:
    """Tell the author's webhooks that moderators hold ``post``; what waits of it never leaves.

    Those that heard nothing of its publication hear nothing of this either.
    """
    if post.is_thread:
        return
    unheard = withdraw_waiting_deliveries(
        post.author, ("post", post.pk), first="post.published", later="post.updated"
    )
    tell_webhooks(
        post.author,
        "post.unpublished",
        lambda: {"post": _post_data(post)},
        actor=post.author,
        unheard=unheard,
    )


def tell_webhooks_of_comment(comment: Comment, event: str) -> None:
    """Tell the webhooks of the author of the post of a comment (loaded with its author).

    Nothing of one that moderators hold: it is not for the author of the post to see.
    """
    if comment.status != Comment.Status.HELD:
        tell_webhooks(
            comment.post.author,
            event,
            lambda: _comment_data(comment),
            actor=comment.author,
            text=comment.source,
        )


def tell_webhooks_of_lost_comment(
    comment: Comment, *, unheard: frozenset[int] = frozenset()
) -> None:
    """Tell that a comment is about to go; the message names it and nobody."""
    if comment.status in {Comment.Status.PUBLISHED, Comment.Status.WAITING}:
        tell_webhooks(
            comment.post.author,
            "comment.deleted",
            lambda: {"comment": _comment_links(comment), "post": _post_links(comment.post)},
            actor=comment.author,
            is_gone=True,
            unheard=unheard,
        )


def tell_webhooks_of_held_comment(comment: Comment) -> None:
    """Tell that a comment, which moderators are about to hold, is not there any more."""
    unheard = withdraw_waiting_deliveries(
        comment.post.author,
        ("comment", comment.pk),
        first="comment.created",
        later="comment.updated",
    )
    tell_webhooks_of_lost_comment(comment, unheard=unheard)


def tell_webhooks_of_like(thing: Post | Comment, *, actor: User) -> None:
    """Tell the author's webhooks that somebody likes what they wrote."""
    if thing.author is None:
        return
    kind = "post" if isinstance(thing, Post) else "comment"
    tell_webhooks(
        thing.author,
        "reaction.created",
        lambda: {
            "reaction": "like",
            "person": person_data(actor),
            "target": {"type": kind} | _links(f"{kind}s", thing),
        },
        actor=actor,
    )


def _post_data(post: Post) -> dict[str, Any]:
    return _post_links(post) | {
        "kind": post.kind,
        "status": post.status,
        "visibility": post.visibility,
        "title": post.title,
        "language": post.language,
        "published_at": _moment(post.published_at),
        "edited_at": _moment(post.edited_at),
    }


def _comment_data(comment: Comment) -> dict[str, Any]:
    return {
        "comment": _comment_links(comment)
        | {
            "parent": comment.parent_id,
            "status": comment.status,
            "is_hidden": comment.is_hidden,
            "author": person_data(comment.author) if comment.author else None,
            "guest_name": comment.guest_name,
            "created_at": _moment(comment.created_at),
            "edited_at": _moment(comment.edited_at),
        },
        "post": _post_links(comment.post),
    }


def _post_links(post: Post) -> dict[str, Any]:
    return _links("posts", post)


def _comment_links(comment: Comment) -> dict[str, Any]:
    return _links("comments", comment)


def _links(collection: str, thing: Post | Comment) -> dict[str, Any]:
    return {
        "id": thing.pk,
        "url": api_link(f"{collection}/{thing.pk}/"),
        "html_url": site_link(thing.get_absolute_url()),
    }


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
