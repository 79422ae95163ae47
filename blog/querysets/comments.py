"""Reading what readers answer. ``visible_to`` is the only definition of who sees what."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from config.folding import any_word_pattern
from social.models import MutedTerm
from social.selectors import across_block, ids_muted_by, muted_terms_of

# Guests have no account. Said aloud: the negation alone is neither true nor false of them.
OF_OPEN_ACCOUNTS = Q(author=None) | ~Q(author__state__in=HIDDEN_STATES)


class CommentQuerySet(models.QuerySet):
    """Comments; who sees a post sees what is said under it, across no block."""

    # Filters
    def threads(self) -> "CommentQuerySet":
        """Comments that answer the post itself."""
        return self.filter(root=None)

    def counted(self) -> "CommentQuerySet":
        """What the number under a post counts: published, hidden by nobody, of open accounts."""
        return self.filter(OF_OPEN_ACCOUNTS, status="published", is_hidden=False)

    # Who sees what
    def visible_to(self, user: User | AnonymousUser) -> "CommentQuerySet":
        """Comments that ``user`` may read: under posts that ``user`` may open, and said to them."""
        from blog.models import Post

        return self.filter(post__in=Post.objects.visible_to(user).order_by()).filter(
            self.said_to(user)
        )

    def listed_to(self, user: User | AnonymousUser) -> "CommentQuerySet":
        """What of ``visible_to`` is shown under a post: nothing of whom and what ``user`` mutes."""
        return self.visible_to(user).filter(self.unmuted_for(user))

    @staticmethod
    def said_to(user: User | AnonymousUser) -> Q:
        """Return the condition on a comment alone, for pages that checked its post already.

        Never what was deleted, never across a block, never of hidden accounts. What is hidden or
        waits: to its author, the author of the post, and staff; what moderators hold: not to the
        author of the post.
        """
        is_open = Q(status="published", is_hidden=False)
        if not user.is_authenticated:
            return is_open & OF_OPEN_ACCOUNTS
        rights = is_open | Q(post__author=user, status__in=("published", "waiting"))
        if user.is_staff:
            rights |= Q(status__in=("published", "waiting", "held"))
        others = rights & OF_OPEN_ACCOUNTS & ~across_block(user, "author")
        return (Q(author=user) & ~Q(status="deleted")) | others

    @staticmethod
    def unmuted_for(user: User | AnonymousUser) -> Q:
        """Return the condition that ``user`` mutes neither who says it nor a word in it."""
        if not user.is_authenticated:
            return Q()
        muted = Q(author__in=ids_muted_by(user))
        words = [term.key for term in muted_terms_of(user) if term.kind == MutedTerm.Kind.WORD]
        if words:
            muted |= Q(source__regex=any_word_pattern(words))
        return Q(author=user) | ~muted

    # Loading recipes
    def with_viewer_state(self, user: User | AnonymousUser) -> "CommentQuerySet":
        """Annotate ``is_liked``: whether ``user`` likes the comment."""
        from blog.models import CommentLike

        if not user.is_authenticated:
            return self.annotate(is_liked=Value(False))
        likes = CommentLike.objects.filter(comment=OuterRef("pk"), person=user)
        return self.annotate(is_liked=Exists(likes))
