"""Publishing at a time: once, also after a stop, with everything that publishing does."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import queue_mail
from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.posts import apply_draft, publish_post, require_text
from blog.actions.telling import tell_of_schedule
from blog.exceptions import NotSchedulable, NotTheAuthor
from blog.models import Post
from blog.newcomers import require_few_links, require_room_for_post
from blog.policies import can_publish_post
from config.exceptions import DomainError

FARTHEST_YEARS = 5
FARTHEST = timedelta(days=366 * FARTHEST_YEARS)
log = structlog.get_logger(__name__)


@transaction.atomic
def schedule_post(post: Post, *, actor: User, at: datetime) -> Post:
    """Let ``post`` go out at ``at``; a second call moves the time. It can be written on until then.

    Raises NotSchedulable for a past or far time or a post that is out, and what publish_post raises.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if post.author_id != actor.pk or post.is_note:
        raise NotTheAuthor(_("Only its author can publish this."))
    require_can_take_part(actor)
    if post.is_published or not can_publish_post(actor, post):
        raise NotSchedulable(_("This post cannot be scheduled now."), field="scheduled_at")
    now = timezone.now()
    if at <= now:
        raise NotSchedulable(_("Choose a time that is still to come."), field="scheduled_at")
    if at >= now + FARTHEST:
        raise NotSchedulable(
            _("Choose a time within the next %(years)s years.") % {"years": FARTHEST_YEARS},
            field="scheduled_at",
        )
    if post.published_at is None and post.status != Post.Status.SCHEDULED:
        require_room_for_post(post.author)
    _try_out(post)
    post.refresh_from_db()
    post.status, post.scheduled_at, post.schedule_problem = Post.Status.SCHEDULED, at, ""
    post.updated_at = timezone.now()
    post.save(update_fields=["status", "scheduled_at", "schedule_problem", "updated_at"])
    return post


class _TriedOut(Exception):
    """All went well; nothing of it stays."""


def _try_out(post: Post) -> None:
    """Let what would fail at the time fail now, while its author is here to mend it.

    The text goes no further than the draft layer until then.
    """
    try:
        with transaction.atomic():
            apply_draft(post)
            require_text(post)
            require_few_links(post.author, post.html)
            raise _TriedOut
    except _TriedOut:
        pass


@transaction.atomic
def unschedule_post(post: Post, *, actor: User) -> Post:
    """Make a plain draft of a scheduled post again. Idempotent. Raises NotTheAuthor."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if post.author_id != actor.pk:
        raise NotTheAuthor(_("Only its author can change this."))
    if post.status == Post.Status.SCHEDULED:
        post.status, post.scheduled_at = Post.Status.DRAFT, None
        post.save(update_fields=["status", "scheduled_at"])
    return post


def publish_due_posts(now: datetime | None = None) -> int:
    """Publish what is due, each in a transaction of its own; returns how many went out.

    A post that cannot go out becomes a draft again, says why, and its author gets a mail.
    """
    now = now or timezone.now()
    due = Post.objects.due(now).values_list("pk", flat=True)
    return sum(_publish_due(pk, now) for pk in list(due))


def _publish_due(pk: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            post = _locked(pk, now)
            if post is None:  # another worker was here, or its author moved it
                return False
            at = post.scheduled_at
            publish_post(post, actor=post.author)
            post.refresh_from_db(fields=["status"])
            if post.is_published:  # of what is held its author hears from the moderators
                tell_of_schedule(post, at=at)
            return True
    except DomainError as error:
        _give_back(pk, now, error.code)
    except Exception:
        log.exception("schedule_failed", post=pk)
        _give_back(pk, now, "server_error")
    return False


def _locked(pk: int, now: datetime) -> Post | None:
    due = Post.objects.due(now).select_for_update(of=("self",)).select_related("author")
    return due.filter(pk=pk).first()


@transaction.atomic
def _give_back(pk: int, now: datetime, code: str) -> None:
    post = _locked(pk, now)
    if post is None:
        return
    post.status, post.schedule_problem = Post.Status.DRAFT, code
    post.save(update_fields=["status", "schedule_problem"])
    queue_mail("schedule_failed", post_id=post.pk)
    tell_of_schedule(post, at=post.scheduled_at, has_failed=True)
