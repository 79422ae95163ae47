"""Keys by which a guest mends a comment for a while; nothing about them is stored (EM-10)."""

from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from blog.models import Comment
from embed.exceptions import EditKeyRefused

SALT = "embed.edit-key"
LIFETIME = timedelta(minutes=10)


def edit_key_for(comment: Comment) -> str:
    """Return the key of what a guest just said."""
    return signing.dumps(comment.guid.hex, salt=SALT)


def require_edit_key(comment: Comment, key: str) -> None:
    """Raise EditKeyRefused unless ``key`` is that of ``comment`` and still fresh."""
    refused = EditKeyRefused(_("This comment cannot be changed any more."), field="edit_key")
    try:
        guid = signing.loads(key, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise refused from error
    if guid != comment.guid.hex:
        raise refused
