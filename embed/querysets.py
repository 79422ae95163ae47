"""Reading sites and threads."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import HIDDEN_STATES

if TYPE_CHECKING:
    from embed.models import EmbedSite


class EmbedSiteQuerySet(models.QuerySet):
    """Sites elsewhere that show what is said here."""

    def open(self) -> "EmbedSiteQuerySet":
        """Sites of people whose accounts are open: others embed nothing."""
        return self.exclude(owner__state__in=HIDDEN_STATES)

    def by(self, owner: User) -> "EmbedSiteQuerySet":
        return self.filter(owner=owner)

    def visible_to(self, user: User | AnonymousUser) -> "EmbedSiteQuerySet":
        """Sites whose settings ``user`` may look at: one's own; staff with that right all."""
        if not user.is_authenticated:
            return self.none()
        may_all = user.is_staff and user.has_perm("embed.view_embedsite")
        return self.all() if may_all else self.by(user)

    def newest_first(self) -> "EmbedSiteQuerySet":
        return self.order_by("-created_at", "-pk")


class EmbedThreadQuerySet(models.QuerySet):
    """What is said under pages of sites."""

    def called(self, site: "EmbedSite", keys: Iterable[str]) -> "EmbedThreadQuerySet":
        """Threads of ``site`` that stand at one of ``keys``, or did once."""
        from embed.models import ThreadAlias

        keys = list(keys)
        aliases = ThreadAlias.objects.filter(site=site, key__in=keys).values("thread")
        return self.filter(Q(site=site, key__in=keys) | Q(pk__in=aliases))

    def standing(self) -> "EmbedThreadQuerySet":
        """Threads whose post is out: no moderator holds it."""
        return self.filter(post__status="published")

    def with_post(self) -> "EmbedThreadQuerySet":
        """Load what an answer about a thread touches."""
        return self.select_related("post", "post__author", "site")
