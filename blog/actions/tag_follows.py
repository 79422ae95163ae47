"""Following a tag: its public posts come to the timeline."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.exceptions import TooManyFollowed
from blog.models import Tag, TagFollow

FOLLOWED_TAGS_MAX = 200
"""A timeline asks each of them."""


@transaction.atomic
def follow_tag(tag: Tag, *, actor: User) -> bool:
    """Let ``actor`` follow ``tag``; return whether that is new. Idempotent.

    Raises PermissionRefused (see accounts.policies), TooManyFollowed.
    """
    require_can_take_part(actor)
    if TagFollow.objects.filter(person=actor, tag=tag).exists():
        return False
    if TagFollow.objects.filter(person=actor).count() >= FOLLOWED_TAGS_MAX:
        raise TooManyFollowed(
            _("You can follow %(limit)s tags. Stop following another one first.")
            % {"limit": FOLLOWED_TAGS_MAX}
        )
    try:
        with transaction.atomic():
            TagFollow.objects.create(person=actor, tag=tag)
    except IntegrityError:
        return False  # pressed twice
    return True


@transaction.atomic
def unfollow_tag(tag: Tag, *, actor: User) -> bool:
    """Undo it; return whether there was something to undo. Idempotent."""
    deleted, _rows = TagFollow.objects.filter(person=actor, tag=tag).delete()
    return bool(deleted)
