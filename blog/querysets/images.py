"""Reading pictures: who sees one follows from the posts that show it.

Unless moderators hold it: then its owner and staff see it, wherever it is shown.
"""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from blog.querysets.posts import PostQuerySet


class ImageQuerySet(models.QuerySet):
    # Filters
    def by(self, owner: User) -> "ImageQuerySet":
        return self.filter(owner=owner)

    def in_use(self) -> "ImageQuerySet":
        """Images that a post shows, or that a draft or an old text of one names."""
        return self.filter(self._used())

    def unused(self) -> "ImageQuerySet":
        return self.exclude(self._used())

    def unused_for_days(self, days: int) -> "ImageQuerySet":
        """Images that nothing has used for ``days``: not now, nor at any nightly look since."""
        return self.unused().filter(unused_since__lte=timezone.now() - timedelta(days=days))

    @staticmethod
    def _used() -> Q:
        from blog.models import Post

        this = models.OuterRef("pk")
        return (
            Q(models.Exists(Post.images.through.objects.filter(image=this)))
            | Q(models.Exists(Post.kept_images.through.objects.filter(image=this)))
            | Q(models.Exists(Post.objects.filter(cover=this)))
        )

    # Who sees what
    def visible_to(self, user: User | AnonymousUser) -> "ImageQuerySet":
        """Images of posts that ``user`` may open, and ``user``'s own; held ones to staff."""
        from blog.models import Post

        seen = self._shown_by(Post.objects.visible_to(user)) & Q(is_held=False)
        if user.is_authenticated:
            seen |= Q(owner=user)
            if user.is_staff:
                seen |= Q(is_held=True)
        return self.filter(seen)

    def visible_by_preview(self, key: str) -> "ImageQuerySet":
        """Images of the post, and of its draft, that the open preview link ``key`` shows.

        To whoever has the link; nothing of a deleted or held post or a hidden account, no held image.
        """
        from blog.models import Draft, Post

        posts = (
            Post.objects.filter(preview_link__key=key, preview_link__expires_at__gt=timezone.now())
            .exclude(status__in=("deleted", "held"))
            .exclude(author__state__in=HIDDEN_STATES)
        )
        address = Concat(Value("/images/"), models.OuterRef("key"), Value("/"))
        drafts = Draft.objects.filter(post__in=posts, post__author=models.OuterRef("owner"))
        typed = drafts.annotate(cover_key=KT("details__cover")).filter(
            Q(source__contains=address) | Q(cover_key=models.OuterRef("key"))
        )
        shown = self._shown_by(posts) | Q(models.Exists(typed))
        return self.filter(shown, is_held=False)

    def with_publicity(self) -> "ImageQuerySet":
        """Annotate ``is_public``: a post that is for everybody shows it."""
        from blog.models import Post

        shown = self._shown_by(Post.objects.public()) & Q(is_held=False)
        return self.annotate(
            is_public=models.ExpressionWrapper(shown, output_field=models.BooleanField())
        )

    @staticmethod
    def _shown_by(posts: PostQuerySet) -> Q:
        this = models.OuterRef("pk")
        return Q(models.Exists(posts.filter(images=this))) | Q(
            models.Exists(posts.filter(cover=this))
        )
