"""Who may decide what. Rights are permissions of the roles in moderation.roles."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from moderation.exceptions import NotAModerator
from moderation.models import Appeal, Decision
from moderation.models.decisions import APPEAL_DAYS
from moderation.querysets import EFFECTIVE
from moderation.roles import ADMINISTRATOR

DECIDE = "moderation.add_decision"
UNDO = "moderation.change_decision"
BAN = "moderation.ban_person"
APPEALABLE = ("warn", *EFFECTIVE)


def is_moderator(user: User | AnonymousUser) -> bool:
    """Return whether ``user`` sees the desk and decides."""
    return user.is_authenticated and user.is_active and user.is_staff and user.has_perm(DECIDE)


def can_decide(user: User | AnonymousUser, kind: str) -> bool:
    """Moderators decide; closing an account for good takes a right of its own."""
    return is_moderator(user) and (kind != "ban" or user.has_perm(BAN))


def can_judge(user: User, person: User) -> bool:
    """Nobody decides about themselves, nor about staff of a higher rank."""
    return user.pk != person.pk and (not (rank := _rank(person)) or rank <= _rank(user))


def _rank(person: User) -> int:
    """Return 2 for who has every right, 1 for administrators by role, 0 for everybody else."""
    if person.is_superuser:
        return 2
    return int(person.is_staff and person.groups.filter(name=ADMINISTRATOR).exists())


def can_review(user: User, decision: Decision) -> bool:
    """Who could decide about its owner looks at a decision again; one who is alone also at their own."""
    owner = decision.owner
    if owner is None or can_judge(user, owner):
        return True
    return owner.pk == user.pk and not other_moderators(user).exists()


def can_undo(user: User | AnonymousUser, decision: Decision) -> bool:
    """Moderators undo what any of them or a rule decided, but not about themselves."""
    return (
        is_moderator(user)
        and user.has_perm(UNDO)
        and can_decide(user, decision.kind)
        and can_review(user, decision)
    )


def can_read_log(user: User | AnonymousUser) -> bool:
    """Staff with the right to it read, export and verify the log (AD-07)."""
    return (
        user.is_authenticated
        and user.is_active
        and user.is_staff
        and user.has_perm("moderation.view_logentry")
    )


def require_may_read_log(user: User | AnonymousUser) -> None:
    """Raise NotAModerator unless ``can_read_log(user)``."""
    if not can_read_log(user):
        raise NotAModerator(_("You may not read the log."))


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
        and not is_held_for_takedown(decision)
        and decision.created_at > timezone.now() - timedelta(APPEAL_DAYS)
        and not Appeal.objects.filter(decision=decision).exists()
    )


def is_held_for_takedown(decision: Decision) -> bool:
    """Return whether a request for a takedown holds it: to that one objects instead (SO-50)."""
    return decision.kind == "hold" and "takedown" in decision.evidence


def moderators() -> QuerySet:
    """Return who decides: moderators by role, and administrators."""
    app, _dot, codename = DECIDE.partition(".")
    by_role = Permission.objects.filter(content_type__app_label=app, codename=codename)
    may = Q(is_superuser=True) | Q(groups__permissions__in=by_role)
    may |= Q(user_permissions__in=by_role)
    staff = User.objects.filter(is_staff=True, state__in=("active", "limited"))
    return staff.filter(pk__in=User.objects.filter(may).values("pk"))


def other_moderators(user: User) -> QuerySet:
    """Return who else decides than ``user``."""
    return moderators().exclude(pk=user.pk)


def can_keep_rules(user: User | AnonymousUser) -> bool:
    """Administrators write, try and switch rules; moderators read them (AD-02)."""
    return is_moderator(user) and user.has_perm("moderation.change_rule")


def require_can_keep_rules(user: User | AnonymousUser) -> None:
    """Raise NotAModerator unless ``can_keep_rules(user)``."""
    if not can_keep_rules(user):
        raise NotAModerator(_("You may not change rules."))


def can_block_sources(user: User | AnonymousUser) -> bool:
    """Moderators block sources and let them in again (AD-10)."""
    return is_moderator(user) and user.has_perm("moderation.add_blockedsource")


def require_can_block_sources(user: User | AnonymousUser) -> None:
    """Raise NotAModerator unless ``can_block_sources(user)``."""
    if not can_block_sources(user):
        raise NotAModerator(_("You may not block sources."))


def can_change_people(user: User | AnonymousUser) -> bool:
    """Administrators change handles, addresses, profiles and passwords of others."""
    return user.is_authenticated and user.is_active and user.has_perm("accounts.change_user")


def require_can_change_people(user: User | AnonymousUser) -> None:
    """Raise NotAModerator unless ``can_change_people(user)``."""
    if not can_change_people(user):
        raise NotAModerator(_("You may not change people."))


def can_help_people(user: User | AnonymousUser) -> bool:
    """Moderators, too, end sessions and reset second factors of who lost a device (AD-09)."""
    return is_moderator(user) or can_change_people(user)


def require_can_help_people(user: User | AnonymousUser) -> None:
    """Raise NotAModerator unless ``can_help_people(user)``."""
    if not can_help_people(user):
        raise NotAModerator(_("You may not do this for people."))
