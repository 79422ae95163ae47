"""Comments, reactions and search on pages of other sites."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from blog.models import Post
from embed.querysets import EmbedSiteQuerySet, EmbedThreadQuerySet

SITE_NAME_MAX_LENGTH = 60  # graphemes
KEY_MAX_LENGTH = 300  # code points
ADDRESS_MAX_LENGTH = 500
ORIGINS_PER_SITE = 20


def new_site_key() -> str:
    """Return the public name of a site in addresses: 16 hexadecimal digits."""
    return secrets.token_hex(8)


class EmbedSite(models.Model):
    """A site elsewhere, whose pages show what is said and liked here.

    ``origins`` are exactly what browsers send as Origin: scheme, host and port.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="embed_sites",
        verbose_name=_("owner"),
    )
    name = models.CharField(pgettext_lazy("of a site", "name"), max_length=8 * SITE_NAME_MAX_LENGTH)
    key = models.CharField(_("key"), max_length=16, unique=True, default=new_site_key)
    origins = models.JSONField(_("origins"), default=list)
    allows_guests = models.BooleanField(_("guests may comment"), default=True)
    needs_approval = models.BooleanField(
        _("what guests say waits until it is approved"), default=True
    )
    has_reactions = models.BooleanField(_("reactions"), default=True)
    has_search = models.BooleanField(_("search"), default=True)
    index_url = models.URLField(
        _("address of the index of its pages"), max_length=ADDRESS_MAX_LENGTH, blank=True
    )
    is_paused = models.BooleanField(_("paused by staff"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = EmbedSiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("embedding site")
        verbose_name_plural = _("embedding sites")

    def __str__(self) -> str:
        return self.name


class EmbedThread(models.Model):
    """What is said under one page of a site: its comments hang on ``post``.

    ``key`` is the page's own name of it, or its path (``embed.keys``).
    """

    site = models.ForeignKey(
        EmbedSite,
        models.CASCADE,
        related_name="threads",
        db_index=False,
        verbose_name=_("embedding site"),
    )
    key = models.CharField(_("key"), max_length=KEY_MAX_LENGTH)
    post = models.OneToOneField(
        Post, models.CASCADE, related_name="embed_thread", verbose_name=_("post")
    )
    page_url = models.URLField(_("address of the page"), max_length=ADDRESS_MAX_LENGTH, blank=True)
    page_title = models.CharField(_("title of the page"), max_length=800, blank=True)
    guest_reaction_count = models.PositiveIntegerField(
        _("reactions of guests"), default=0, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = EmbedThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread of a page")
        verbose_name_plural = _("threads of pages")
        constraints = [models.UniqueConstraint(fields=["site", "key"], name="embed_thread_per_key")]

    def __str__(self) -> str:
        return self.page_title or self.key


class ThreadAlias(models.Model):
    """Another key that leads to a thread: the page was renamed, or came from another place."""

    site = models.ForeignKey(EmbedSite, models.CASCADE, related_name="aliases", db_index=False)
    key = models.CharField(_("key"), max_length=KEY_MAX_LENGTH)
    thread = models.ForeignKey(EmbedThread, models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name = _("other key of a thread")
        verbose_name_plural = _("other keys of threads")
        constraints = [models.UniqueConstraint(fields=["site", "key"], name="embed_alias_per_key")]

    def __str__(self) -> str:
        return f"{self.key} → {self.thread_id}"


class GuestReaction(models.Model):
    """A visitor liked a page on some day; the hash is of that day and leads to nobody (BL-39)."""

    thread = models.ForeignKey(
        EmbedThread, models.CASCADE, related_name="guest_reactions", db_index=False
    )
    day = models.DateField(_("day"))
    visitor = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("reaction of a guest")
        verbose_name_plural = _("reactions of guests")
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "day", "visitor"], name="embed_guest_reaction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} {self.day}"


class PageEntry(models.Model):
    """A page that the index file of a site lists, ready to be searched."""

    site = models.ForeignKey(EmbedSite, models.CASCADE, related_name="pages", db_index=False)
    url = models.URLField(_("address of the page"), max_length=ADDRESS_MAX_LENGTH)
    title = models.CharField(_("title of the page"), max_length=800)
    text = models.TextField(_("text"), blank=True)
    # Title and text in one spelling; what is typed is looked for in it.
    folded = models.TextField(editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("listed page")
        verbose_name_plural = _("listed pages")
        constraints = [models.UniqueConstraint(fields=["site", "url"], name="embed_page_per_site")]

    def __str__(self) -> str:
        return self.title
