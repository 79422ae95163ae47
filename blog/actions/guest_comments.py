"""What somebody without an account says under a post, and how they mend it for a while."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.gates import require_network_welcome
from blog.actions.comment_counts import counted_comment, move_count
from blog.actions.comment_news import tell_of_comment, withdraw_comment
from blog.actions.comments import (
    clear_comment,
    locked_comment,
    new_comment,
    open_post,
    store_text,
)
from blog.actions.machine import drop_stale_translations, drop_translations
from blog.actions.screening import screen_comment
from blog.exceptions import EmptyComment, GuestsRefused, NotTheAuthor
from blog.guests import guest_rule_of
from blog.models import Comment, CommentText, Post
from blog.models.talk import GUEST_NAME_MAX_LENGTH
from config.text import clean, clean_line, graphemes, is_blank

STANDING = (Comment.Status.WAITING, Comment.Status.PUBLISHED)


@transaction.atomic
def write_guest_comment(
    post: Post,
    *,
    name: str,
    source: str,
    parent: Comment | None = None,
    origin_key: str = "",
) -> Comment:
    """Keep what somebody without an account says, as a rule until it is approved; tell of it.

    Raises GuestsRefused, Post.DoesNotExist, CommentsClosed, CommentGone, EmptyComment, TextTooLong.
    """
    rule = guest_rule_of(post)
    if not rule.are_allowed:
        raise GuestsRefused(_("Sign in to comment here."))
    require_network_welcome()
    guest = AnonymousUser()
    post = open_post(post, guest)
    # Said twice it stands once, also if moderators hold it since.
    known = (*STANDING, Comment.Status.HELD)
    said = Comment.objects.filter(post=post, author=None, status__in=known)
    if origin_key and (held := said.filter(origin_key=origin_key).first()):
        return held
    comment = new_comment(post, parent, guest)
    comment.guest_name, comment.origin_key = _guest_name(name), origin_key
    comment.status = STANDING[0] if rule.needs_approval else STANDING[1]
    names = store_text(comment, source)
    comment.save()
    if comment.is_published:
        move_count(post.pk, +1)
    tell_of_comment(comment, names)
    screen_comment(comment)
    return comment


@transaction.atomic
def change_guest_comment(comment: Comment, *, source: str) -> Comment:
    """Replace the text of a guest's comment; the caller knows that this guest wrote it.

    What was approved waits once more where guests' words wait: nobody approves one text and shows
    another. The same text changes nothing. Raises NotTheAuthor if it is no guest's or does not
    stand, GuestsRefused, EmptyComment, TextTooLong, Comment.DoesNotExist.
    """
    comment = _locked_of_guest(comment)
    rule = guest_rule_of(comment.post)
    if not rule.are_allowed:
        raise GuestsRefused(_("Sign in to comment here."))
    former = comment.source
    if clean(source).strip() == former:
        return comment
    with counted_comment(comment):
        names = store_text(comment, source)
        CommentText.objects.create(comment=comment, source=former)
        drop_translations(comment)
        comment.edited_at = timezone.now()
        was_published = comment.is_published
        if was_published and rule.needs_approval:
            comment.status, comment.pinned_at = Comment.Status.WAITING, None
        comment.save()
    drop_stale_translations(comment)
    if was_published and not comment.is_published:
        withdraw_comment(comment.pk)
        tell_of_comment(comment, ())
    elif comment.is_published:
        tell_of_comment(comment, names, is_edit=True)
    screen_comment(comment)
    return comment


@transaction.atomic
def delete_guest_comment(comment: Comment) -> None:
    """Take back a guest's comment; the caller knows that this guest wrote it.

    Raises NotTheAuthor if it is no guest's or does not stand, Comment.DoesNotExist.
    """
    clear_comment(_locked_of_guest(comment))


def _locked_of_guest(comment: Comment) -> Comment:
    comment = locked_comment(comment)
    if comment.author_id is not None or not comment.guest_name or comment.status not in STANDING:
        raise NotTheAuthor(_("Only who wrote it can change this."))
    return comment


def _guest_name(name: str) -> str:
    name = clean_line(name)
    if is_blank(name):
        raise EmptyComment(_("Tell us what to call you."), field="name")
    return "".join(graphemes(name)[:GUEST_NAME_MAX_LENGTH])
