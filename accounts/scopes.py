"""What a token may do (AP-04)."""

from django.utils.translation import gettext_lazy as _

READ = "read"
MODERATION = "moderation"

SCOPES = {
    READ: _("Read what you may read"),
    "posts": _("Write, publish and delete your posts"),
    "comments": _("Comment, and change your comments"),
    "reactions": _("Like and keep posts"),
    "follows": _("Follow, block and mute people"),
    "messages": _("Read and send your messages"),
    "notifications": _("Read your notifications"),
    "images": _("Upload and delete your images"),
    "exports": _("Export and import what is yours"),
    "account": _("Change your account, its tokens and webhooks"),
    MODERATION: _("Moderate, for staff"),
}
"""Scope → what it allows, in the order in which people read it."""

MEMBER_SCOPES = tuple(name for name in SCOPES if name != MODERATION)
EMBED_SCOPES = ("comments", "reactions")
