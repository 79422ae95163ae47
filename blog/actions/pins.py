"""What an author puts first on the profile."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from blog.exceptions import NotPinnable, NotTheAuthor, TooManyPins
from blog.models import Post
from blog.policies import can_edit_post, can_pin_post

PINS_MAX = 3


@transaction.atomic
def pin_post(post: Post, *, actor: User) -> Post:
    """Put a published post of ``actor`` first on the profile, before older pins. Idempotent.

    Raises NotTheAuthor, NotPinnable if it is not published, TooManyPins.
    """
    post = _locked(post, actor)
    if not can_pin_post(actor, post):
        raise NotPinnable(_("Only what is published can be pinned."))
    if post.pinned_at is None:
        # Whoever pins another post at this moment waits here, and then counts this one too.
        # Post before person, as everywhere: publishing locks them in this order.
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        if Post.objects.by(actor).exclude(pinned_at=None).count() >= PINS_MAX:
            raise TooManyPins(
                ngettext(
                    "You can pin %(limit)s post. Unpin another one first.",
                    "You can pin %(limit)s posts. Unpin another one first.",
                    PINS_MAX,
                )
                % {"limit": PINS_MAX}
            )
        post.pinned_at = timezone.now()
        post.save(update_fields=["pinned_at"])
    return post


@transaction.atomic
def unpin_post(post: Post, *, actor: User) -> Post:
    """Let a post stand in its own place again. Idempotent. Raises NotTheAuthor."""
    post = _locked(post, actor)
    if post.pinned_at is not None:
        post.pinned_at = None
        post.save(update_fields=["pinned_at"])
    return post


def _locked(post: Post, actor: User) -> Post:
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    return post
