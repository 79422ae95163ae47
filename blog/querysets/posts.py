"""Reading posts. ``visible_to`` is the only definition of who sees what."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from config.folding import any_word_pattern
from social.models import MutedTerm
from social.selectors import across_block, ids_followed_by, ids_muted_by, muted_terms_of

DESK_START = 400  # code points of a text that a line among the drafts may use
LISTED_VISIBILITIES = ("public", "followers")


def says_any(terms: Iterable[MutedTerm]) -> Q:
    """Return the condition that title, excerpt, text or a tag of a post says one of ``terms``.

    Words anywhere in them, whatever their case; tags as a whole.
    """
    from blog.models import PostTag

    words = {term.key for term in terms if term.kind == MutedTerm.Kind.WORD}
    tags = {term.key for term in terms if term.kind == MutedTerm.Kind.TAG}
    if not words and not tags:
        return Q(pk__in=[])
    said, tagged = Q(pk__in=[]), Q(tag__key__in=tags)
    if words:
        pattern = any_word_pattern(words)
        said = Q(title__regex=pattern) | Q(excerpt__regex=pattern) | Q(source__regex=pattern)
        tagged |= Q(tag__key__regex=pattern)
    rows = PostTag.objects.filter(tagged, post=models.OuterRef("pk"))
    return said | Q(models.Exists(rows))


def _tags_in_order() -> Prefetch:
    from blog.models import PostTag

    return Prefetch(
        "posttag_set", queryset=PostTag.objects.select_related("tag").order_by("position")
    )


class PostQuerySet(models.QuerySet):
    # Filters
    def published(self) -> "PostQuerySet":
        """Posts that went out, by people whose accounts are open."""
        return self.filter(status="published").exclude(author__state__in=HIDDEN_STATES)

    def public(self) -> "PostQuerySet":
        """What everybody may meet in lists, feeds and the sitemap."""
        return self.published().filter(visibility="public")

    def counted(self) -> "PostQuerySet":
        """What stored numbers of people and tags count; they stay while an account rests."""
        return self.filter(status="published", visibility="public")

    def by(self, author: User) -> "PostQuerySet":
        return self.filter(author=author)

    def articles(self) -> "PostQuerySet":
        return self.filter(kind="article")

    def notes(self) -> "PostQuerySet":
        return self.filter(kind="note")

    def written(self) -> "PostQuerySet":
        """What people wrote: no threads, which only hold what others say elsewhere."""
        return self.exclude(kind="thread")

    def tagged(self, tag) -> "PostQuerySet":
        return self.filter(posttag__tag=tag)

    def since_days(self, days: int) -> "PostQuerySet":
        """Published within the last ``days``."""
        return self.filter(published_at__gte=timezone.now() - timedelta(days=days))

    def unfinished(self) -> "PostQuerySet":
        """Drafts and scheduled posts."""
        return self.filter(status__in=("draft", "scheduled"))

    def due(self, now: datetime) -> "PostQuerySet":
        """Scheduled posts whose time has come."""
        return self.filter(status="scheduled", scheduled_at__lte=now).order_by("scheduled_at", "pk")

    def with_saved_at(self) -> "PostQuerySet":
        """Annotate ``saved_at``: when the draft layer, or else the post, was last saved."""
        return self.annotate(saved_at=Coalesce("draft__updated_at", "updated_at"))

    def on_desk(self) -> "PostQuerySet":
        """Texts with something that readers do not see yet, or not any more; latest first."""
        waiting = Q(status__in=("draft", "scheduled", "held")) | Q(
            status="published", draft__is_changed=True
        )
        return self.written().filter(waiting).with_saved_at().order_by("-saved_at", "-pk")

    # Who sees what
    def visible_to(self, user: User | AnonymousUser) -> "PostQuerySet":
        """Posts that ``user`` may open by their address.

        Own posts in any state but deleted; published ones that are public or unlisted, and those
        for followers if ``user`` follows; never across a block, never of hidden accounts; held
        ones to staff.
        """
        open_to_all = Q(status="published", visibility__in=("public", "unlisted"))
        if not user.is_authenticated:
            return self.filter(open_to_all).exclude(author__state__in=HIDDEN_STATES)
        rights = open_to_all | Q(
            status="published", visibility="followers", author__in=ids_followed_by(user)
        )
        if user.is_staff:
            rights |= Q(status="held", visibility__in=("public", "unlisted"))
        others = rights & ~Q(author__state__in=HIDDEN_STATES) & ~across_block(user, "author")
        return self.filter((Q(author=user) & ~Q(status="deleted")) | others)

    def listed_to(
        self,
        user: User | AnonymousUser,
        *,
        with_muted: bool = False,
        terms: Iterable[MutedTerm] | None = None,
    ) -> "PostQuerySet":
        """What of ``visible_to`` belongs in lists: published, and unlisted only to its author.

        Threads, which are unlisted, to nobody.
        Nothing of whom and what ``user`` muted (SO-08, SO-09), which one query asks here; but
        ``with_muted`` for pages about one person or one thing, where ``user`` went on purpose.
        ``terms`` are the muted words and tags, for who has asked already.
        """
        listed = Q(visibility__in=LISTED_VISIBILITIES)
        if user.is_authenticated:
            listed |= Q(author=user) & ~Q(kind="thread")
        posts = self.visible_to(user).filter(listed, status="published")
        if with_muted or not user.is_authenticated:
            return posts
        terms = muted_terms_of(user) if terms is None else terms
        muted = Q(author__in=ids_muted_by(user)) | says_any(terms)
        return posts.filter(Q(author=user) | ~muted)

    def restorable(self) -> "PostQuerySet":
        """Posts that their author can still bring back, latest deletion first."""
        cutoff = timezone.now() - timedelta(days=30)
        return self.filter(status="deleted", deleted_at__gte=cutoff).order_by("-deleted_at", "-pk")

    # Loading recipes
    def for_desk(self) -> "PostQuerySet":
        """Load what a line among one's drafts touches: one query; of long texts the start."""
        return (
            self.select_related("author")
            .annotate(
                desk_title=Case(
                    When(draft__is_changed=True, then=F("draft__title")),
                    default=F("title"),
                    output_field=models.TextField(),
                ),
                desk_start=Case(
                    When(draft__is_changed=True, then=Left("draft__source", DESK_START)),
                    default=Left("source", DESK_START),
                    output_field=models.TextField(),
                ),
            )
            .only(
                "pk",
                "kind",
                "status",
                "slug",
                "updated_at",
                "scheduled_at",
                "schedule_problem",
                "author__handle",
            )
        )

    def for_line(self) -> "PostQuerySet":
        """Load what a card without tags touches: one query however many rows."""
        return (
            self.select_related("author", "cover", "series", "views")
            .annotate(
                note_html=Case(
                    When(kind="note", then=F("html")),
                    default=Value(""),
                    output_field=models.TextField(),
                )
            )
            .defer("source", "html", "toc", "excerpt")
        )

    def for_card(self) -> "PostQuerySet":
        """Load what blog.cards touches: two queries however many rows."""
        return self.for_line().prefetch_related(_tags_in_order())

    def for_detail(self) -> "PostQuerySet":
        """Load what the page of one post touches: two queries."""
        return self.select_related(
            "author", "cover", "series", "series__author", "views", "topic"
        ).prefetch_related(_tags_in_order())

    def for_feed(self) -> "PostQuerySet":
        """Load what a feed item touches."""
        return (
            self.select_related("author", "cover").prefetch_related("tags").defer("source", "toc")
        )

    def with_viewer_state(self, user: User | AnonymousUser) -> "PostQuerySet":
        """Annotate ``is_liked`` and ``is_bookmarked``: what ``user`` did with each post."""
        from blog.models import Bookmark, PostLike

        if not user.is_authenticated:
            return self
        mine = {"post": models.OuterRef("pk"), "person": user}
        return self.annotate(
            is_liked=models.Exists(PostLike.objects.filter(**mine)),
            is_bookmarked=models.Exists(Bookmark.objects.filter(**mine)),
        )

    # Order
    def newest_first(self) -> "PostQuerySet":
        return self.order_by("-published_at", "-pk")
