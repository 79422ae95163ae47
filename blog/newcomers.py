"""What somebody new may write in a day, whichever door they come through (SO-46).

Counted by rows, also of what was deleted or held since. What is moved in has its own dates.
"""

import re
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.newcomers import is_newcomer, newcomer_refused
from blog.models import Comment, Post

POSTS_A_DAY = 5
COMMENTS_A_DAY = 20
LINKS_A_TEXT = 2
DAY = timedelta(days=1)
_ADDRESS = re.compile(r'<a\s[^>]*?\bhref="(https?://[^"]+)"', re.IGNORECASE)


def require_room_for_post(author: User) -> None:
    """Hold ``author`` and raise TrustLimit if they are new and have had a day's share of posts.

    What waits for its time counts as well, so that it is never refused when its time comes. Call it
    in the transaction that publishes or schedules.
    """
    if not _is_new(author):
        return
    began = timezone.now() - DAY
    taken = Post.objects.filter(author=author).exclude(kind=Post.Kind.THREAD)
    taken = taken.filter(Q(published_at__gt=began) | Q(status="scheduled"))
    if taken.count() >= POSTS_A_DAY:
        raise newcomer_refused(
            ngettext(
                "You can publish or schedule %(limit)s post a day.",
                "You can publish or schedule %(limit)s posts a day.",
                POSTS_A_DAY,
            )
            % {"limit": POSTS_A_DAY}
        )


def require_room_for_comment(author: User) -> None:
    """Hold ``author`` and raise TrustLimit if they are new and have had a day's share of comments."""
    if not _is_new(author):
        return
    said = Comment.objects.filter(author=author, created_at__gt=timezone.now() - DAY)
    if said.count() >= COMMENTS_A_DAY:
        raise newcomer_refused(
            ngettext(
                "You can write %(limit)s comment a day.",
                "You can write %(limit)s comments a day.",
                COMMENTS_A_DAY,
            )
            % {"limit": COMMENTS_A_DAY}
        )


def require_few_links(author: User, html: str, former: str = "") -> None:
    """Raise TrustLimit if a text of somebody new leads to more than LINKS_A_TEXT other places.

    ``former``: the text before, of which everything may stay. Code holds no links.
    """
    if not is_newcomer(author):
        return
    if len(links_in(html)) > max(LINKS_A_TEXT, len(links_in(former))):
        raise newcomer_refused(
            _("A text can have up to %(limit)s links to other places.") % {"limit": LINKS_A_TEXT},
            field="source",
        )


def links_in(html: str) -> list[str]:
    """Return where rendered text leads to on other sites."""
    own = f"{settings.SITE_URL}/"
    return [url for url in _ADDRESS.findall(html) if not f"{url}/".startswith(own)]


def _is_new(author: User) -> bool:
    """Return whether ``author`` is new, held if so: of two acts at once the second sees the first."""
    if not is_newcomer(author):
        return False
    return is_newcomer(User.objects.select_for_update(no_key=True).get(pk=author.pk))
