"""Following a series: what its author adds comes to the timeline."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.exceptions import OwnSeries, TooManyFollowed
from blog.models import Series, SeriesFollow

FOLLOWED_SERIES_MAX = 200
"""A timeline asks each of them."""


@transaction.atomic
def follow_series(series: Series, *, actor: User) -> bool:
    """Let ``actor`` follow ``series``; return whether that is new. Idempotent.

    Raises PermissionRefused (see accounts.policies), OwnSeries, TooManyFollowed.
    """
    require_can_take_part(actor)
    if series.author_id == actor.pk:
        raise OwnSeries(_("This series is your own: its posts are in your timeline already."))
    if SeriesFollow.objects.filter(person=actor, series=series).exists():
        return False
    if SeriesFollow.objects.filter(person=actor).count() >= FOLLOWED_SERIES_MAX:
        raise TooManyFollowed(
            _("You can follow %(limit)s series. Stop following another one first.")
            % {"limit": FOLLOWED_SERIES_MAX}
        )
    try:
        with transaction.atomic():
            SeriesFollow.objects.create(person=actor, series=series)
    except IntegrityError:
        return False  # pressed twice
    return True


@transaction.atomic
def unfollow_series(series: Series, *, actor: User) -> bool:
    """Undo it; return whether there was something to undo. Idempotent."""
    deleted, _rows = SeriesFollow.objects.filter(person=actor, series=series).delete()
    return bool(deleted)
