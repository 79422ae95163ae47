"""What a text was before: kept at each publication, every ten minutes of writing, and by name."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from blog.exceptions import NotTheAuthor, TextTooLong
from blog.models import Post, Revision
from blog.policies import can_edit_post
from blog.working_copy import WorkingCopy, details_of, working_copy
from config.text import clean_line, count_graphemes

AUTOMATIC_EVERY = timedelta(minutes=10)
KEEP_ALL = timedelta(days=7)
KEEP_DAILY = timedelta(days=90)
NAME_MAX_LENGTH = 100  # graphemes
LOSS_SHARE = 0.5  # a save that takes away this much of the text keeps it first
LOSS_LEAST = 200  # characters


def keep_revision(post: Post, copy: WorkingCopy, *, kind: str, name: str = "") -> Revision | None:
    """Store ``copy`` as a revision of ``post`` unless it is empty or the newest says the same.

    A name, or a publication, marks the newest revision instead of storing its text twice.
    """
    if not (copy.title or copy.source):
        return None
    newest = Revision.objects.filter(post=post).order_by("-created_at", "-pk").first()
    if newest and (newest.title, newest.source, newest.details) == copy.content:
        if kind == Revision.Kind.AUTOMATIC:
            return newest
        if newest.kind == Revision.Kind.AUTOMATIC:
            newest.kind, newest.name, newest.created_at = kind, name, timezone.now()
            newest.save(update_fields=["kind", "name", "created_at"])
            return newest
        if kind == newest.kind and name == newest.name:
            return newest
    return Revision.objects.create(
        post=post,
        kind=kind,
        name=name,
        title=copy.title,
        source=copy.source,
        details=copy.details,
        created_at=copy.saved_at
        if kind == Revision.Kind.AUTOMATIC and copy.saved_at
        else timezone.now(),
    )


def keep_before_saving(post: Post, before: WorkingCopy, new_source: str) -> None:
    """Keep the present text if ten minutes passed since the last, or if much of it goes away."""
    newest_at = (
        Revision.objects.filter(post=post)
        .order_by("-created_at", "-pk")
        .values_list("created_at", flat=True)
        .first()
    )
    lost = len(before.source) - len(new_source)
    is_due = newest_at is None or timezone.now() - newest_at >= AUTOMATIC_EVERY
    if is_due or lost >= max(LOSS_LEAST, LOSS_SHARE * len(before.source)):
        keep_revision(post, before, kind=Revision.Kind.AUTOMATIC)


def keep_published(post: Post) -> Revision | None:
    """Keep what readers see of ``post`` as a revision that stays for ever."""
    copy = WorkingCopy(post.title, post.source, details_of(post))
    newest = (
        Revision.objects.filter(post=post, kind=Revision.Kind.PUBLISHED)
        .order_by("-created_at", "-pk")
        .first()
    )
    if newest and (newest.title, newest.source, newest.details) == copy.content:
        return newest
    return keep_revision(post, copy, kind=Revision.Kind.PUBLISHED)


@transaction.atomic
def name_revision(post: Post, *, actor: User, name: str) -> Revision:
    """Keep the present text of ``post`` under a name, for ever.

    Raises NotTheAuthor, TextTooLong.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    name = clean_line(name)
    if count_graphemes(name) > NAME_MAX_LENGTH:
        raise TextTooLong(
            _("This text is longer than %(limit)s characters.") % {"limit": NAME_MAX_LENGTH},
            field="name",
        )
    kept = keep_revision(post, working_copy(post), kind=Revision.Kind.NAMED, name=name)
    if kept is None:
        raise NotTheAuthor(_("There is no text to keep yet."))
    return kept


def thin_revisions(now: datetime | None = None) -> int:
    """Delete automatic revisions beyond all of 7 days, the last of each day to 90, then of a week.

    Returns how many went. Published and named ones stay.
    """
    now = now or timezone.now()
    old = Revision.objects.filter(
        kind=Revision.Kind.AUTOMATIC, created_at__lt=now - KEEP_ALL
    ).order_by("post_id", "-created_at", "-pk")
    doomed: list[int] = []
    rows = old.values_list("post_id", "pk", "created_at").iterator(chunk_size=2000)
    for _post, group in groupby(rows, key=lambda row: row[0]):
        doomed.extend(_beyond(group, now))
    removed = 0
    for start in range(0, len(doomed), 500):
        removed += Revision.objects.filter(pk__in=doomed[start : start + 500]).delete()[0]
    return removed


def _beyond(rows: Iterator[tuple[int, int, datetime]], now: datetime) -> Iterator[int]:
    held = set()
    for _post, pk, created_at in rows:
        day = timezone.localtime(created_at, timezone.get_default_timezone()).date()
        is_weekly = now - created_at > KEEP_DAILY
        period = ("week", *day.isocalendar()[:2]) if is_weekly else ("day", day)
        if period in held:
            yield pk
        held.add(period)
