"""Secret addresses that show a draft before it is published."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, new_key
from blog.exceptions import NotTheAuthor
from blog.models import Post, PreviewLink
from blog.policies import can_edit_post

LIFETIME = timedelta(days=30)


@transaction.atomic
def open_preview_link(post: Post, *, actor: User) -> PreviewLink:
    """Return the secret address of the draft of ``post``; one that ended is replaced.

    Raises NotTheAuthor.
    """
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    held = PreviewLink.objects.filter(post=post).first()
    if held and held.is_open:
        return held
    now = timezone.now()
    link, _created = PreviewLink.objects.update_or_create(
        post=post, defaults={"key": new_key(), "created_at": now, "expires_at": now + LIFETIME}
    )
    return link


@transaction.atomic
def revoke_preview_link(post: Post, *, actor: User) -> None:
    """Close the secret address of ``post`` for ever. Idempotent. Raises NotTheAuthor."""
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    PreviewLink.objects.filter(post=post).delete()
