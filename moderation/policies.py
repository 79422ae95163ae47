"""Who may decide what. Rights are permissions of the roles in moderation.roles."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from moderation.exceptions import NotAModerator
from moderation.models import Appeal, Decision
from moderation.models.decisions import APPEAL_DAYS
from moderation.querysets import EFFECTIVE

DECIDE = "moderation.add_decision"
UNDO = "moderation.change_decision"
BAN = "moderation.ban_person"
APPEALABLE = ("warn", *EFFECTIVE)
BACKEND = "django.contrib.auth.backends.ModelBackend"
"""Knows who has a permission; ours decide who may sign in."""


def is_moderator(user: User | AnonymousUser) -> bool:
    """Return whether ``user`` sees the desk and decides."""
    return user.is_authenticated and user.is_active and user.is_staff and user.has_perm(DECIDE)


def can_decide(user: User | AnonymousUser, kind: str) -> bool:
    """Moderators decide; closing an account for good takes a right of its own."""
    return is_moderator(user) and (kind != "ban" or user.has_perm(BAN))


def can_undo(user: User | AnonymousUser, decision: Decision) -> bool:
    """Moderators undo what any of them or a rule decided."""
    return is_moderator(user) and user.has_perm(UNDO) and can_decide(user, decision.kind)


def require_moderator(user: User | AnonymousUser) -> None:
    """Raise NotAModerator unless ``is_moderator(user)``."""
    if not is_moderator(user):
        raise NotAModerator(_("This is for moderators."))


def require_can_decide(user: User | AnonymousUser, kind: str) -> None:
    """Raise NotAModerator unless ``can_decide(user, kind)``."""
    if not can_decide(user, kind):
        raise NotAModerator(_("You may not decide this."))


def require_can_undo(user: User | AnonymousUser, decision: Decision) -> None:
    """Raise NotAModerator unless ``can_undo(user, decision)``."""
    if not can_undo(user, decision):
        raise NotAModerator(_("You may not undo this."))


def can_appeal(user: User | AnonymousUser, decision: Decision) -> bool:
    """Whose the thing is appeals once, within APPEAL_DAYS, to what stands and weighs on them."""
    return (
        user.is_authenticated
        and decision.owner_id == user.pk
        and decision.kind in APPEALABLE
        and not decision.is_undone
        and decision.created_at > timezone.now() - timedelta(APPEAL_DAYS)
        and not Appeal.objects.filter(decision=decision).exists()
    )


def other_moderators(user: User) -> QuerySet:
    """Return who else decides: moderators by role, and administrators."""
    return (
        User.objects.with_perm(DECIDE, include_superusers=True, backend=BACKEND)
        .filter(is_staff=True, state__in=("active", "limited"))
        .exclude(pk=user.pk)
    )
