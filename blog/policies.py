"""Who may do what with writing."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.policies import can_take_part
from blog.models import Comment, Image, Post, Series


def can_edit_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors edit their own posts, unless they were deleted; a thread has nothing to edit."""
    is_own = user.is_authenticated and post.author_id == user.pk
    return is_own and post.status != "deleted" and not post.is_thread


def can_publish_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors who may take part publish their own posts that no moderator holds."""
    return can_take_part(user) and can_edit_post(user, post) and post.status != "held"


def can_delete_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors delete their own posts; a thread goes with its site."""
    return user.is_authenticated and post.author_id == user.pk and not post.is_thread


def can_edit_series(user: User | AnonymousUser, series: Series) -> bool:
    """Authors edit their own series."""
    return user.is_authenticated and series.author_id == user.pk


def can_meet_series(user: User | AnonymousUser, series: Series) -> bool:
    """A series that moderators hold is named to its author and staff alone."""
    return not series.is_held or _is_owner_or_staff(user, series.author_id)


def can_meet_image(user: User | AnonymousUser, image: Image) -> bool:
    """A picture that moderators hold is shown to its owner and staff alone."""
    return not image.is_held or _is_owner_or_staff(user, image.owner_id)


def _is_owner_or_staff(user: User | AnonymousUser, owner_id: int) -> bool:
    return user.is_authenticated and (user.pk == owner_id or user.is_staff)


def can_pin_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors pin what they published."""
    return can_edit_post(user, post) and post.is_published


def can_take_out(user: User | AnonymousUser, post: Post) -> bool:
    """Who sees a published article may keep it as a page or a book; a draft is its author's."""
    is_article = post.kind == Post.Kind.ARTICLE
    return is_article and (post.is_published or can_edit_post(user, post))


def can_take_source(user: User | AnonymousUser, post: Post) -> bool:
    """The Markdown is its author's: comments and crossed-out lines in it were never published."""
    return not post.is_note and can_edit_post(user, post)


def can_edit_comment(user: User | AnonymousUser, comment: Comment) -> bool:
    """Who wrote a comment changes it while it stands."""
    return (
        user.is_authenticated
        and comment.author_id == user.pk
        and comment.status == Comment.Status.PUBLISHED
    )


def can_delete_comment(user: User | AnonymousUser, comment: Comment) -> bool:
    """Who wrote a comment deletes it, in any state."""
    return (
        user.is_authenticated
        and comment.author_id == user.pk
        and comment.status != Comment.Status.DELETED
    )


def can_host_comments(user: User | AnonymousUser, post: Post) -> bool:
    """The author of a post hides, pins and closes what is said under it."""
    return user.is_authenticated and post.author_id == user.pk and post.status != "deleted"


def can_approve_comments(user: User | AnonymousUser, post: Post) -> bool:
    """The author of a post, and staff, say which comments of guests are shown."""
    return can_host_comments(user, post) or (user.is_authenticated and user.is_staff)


def can_translate_text(user: User | AnonymousUser, subject: Post | Comment) -> bool:
    """Members have translated what everybody may read; nothing else leaves the site."""
    post = subject.post if isinstance(subject, Comment) else subject
    is_shown = not isinstance(subject, Comment) or not subject.is_hidden
    return (
        user.is_authenticated
        and is_shown
        and subject.is_published
        and post.is_published
        and post.visibility in {"public", "unlisted"}
    )
