"""Leaving: asked for, taken back within two weeks, or carried out for good."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import erasure
from accounts.actions.archives import (
    delete_export_folder,
    delete_import_folder,
    remove_working_folder,
)
from accounts.actions.credentials import end_sessions
from accounts.actions.mails import queue_mail
from accounts.actions.pictures import delete_avatar_files
from accounts.actions.states import keep_an_administrator
from accounts.actions.tokens import revoke_tokens
from accounts.exceptions import LeavingRefused
from accounts.models import ArchiveImport, CarriedRecord, DelayedMail, Job, User
from accounts.signals import person_state_changed
from config.commits import after_commit
from config.text import identity_key

logger = logging.getLogger(__name__)
LEAVING_DAYS = 14
State = User.State
MAY_LEAVE = (State.ACTIVE, State.LIMITED)
COMES_BACK_AS = (*MAY_LEAVE, State.SUSPENDED)
"""Whoever gave an account up may be suspended before the two weeks are over."""


@transaction.atomic
def ask_to_leave(user: User, *, handle: str) -> User:
    """Hide the account of ``user`` at once, sign it out, and let it be erased in LEAVING_DAYS.

    ``handle`` is what was typed to confirm. After commit a mail tells how to take it back, and
    ``person_state_changed`` is sent. Raises LeavingRefused, LastAdministrator.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    if identity_key(handle.strip().removeprefix("@")) != held.handle_key:
        raise LeavingRefused(_("This is not your handle."), field="handle")
    if held.state not in MAY_LEAVE:
        raise LeavingRefused(_("This cannot be done now."))
    keep_an_administrator(held)
    # A limit by staff comes back with the account: leaving is no way around it.
    former = user.left_as = held.state
    user.state = State.LEAVING
    user.erase_at = timezone.now() + timedelta(days=LEAVING_DAYS)
    user.save(update_fields=["state", "left_as", "erase_at"])
    end_sessions(user)
    if user.email:
        queue_mail("leaving", user=user)
    _tell(user, former)
    return user


@transaction.atomic
def stay(user: User) -> User:
    """Take leaving back: the account is as it was, or as staff decided meanwhile.

    Raises LeavingRefused if nothing is to take back, or if the time for it is over: the erasure may
    be at work.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    if held.state != State.LEAVING:
        raise LeavingRefused(_("This account is not on its way out."))
    if held.erase_at is not None and held.erase_at <= timezone.now():
        raise LeavingRefused(_("It is too late: this account is being erased."))
    user.state = held.left_as if held.left_as in COMES_BACK_AS else State.ACTIVE
    user.left_as, user.erase_at = "", None
    user.save(update_fields=["state", "left_as", "erase_at"])
    _tell(user, State.LEAVING)
    return user


def _tell(user: User, former: str) -> None:
    logger.info(
        "account_state_changed",
        extra={"user_id": user.pk, "actor_id": user.pk, "former": former, "state": user.state},
    )
    after_commit(person_state_changed.send_robust, User, person=user, former=former)


# By the clock -------------------------------------------------------------------------------------


def erase_leavers(now: datetime | None = None) -> int:
    """Erase everybody whose time has come; return how many. One that fails stops no other."""
    due = User.objects.filter(state=State.LEAVING, erase_at__lte=now or timezone.now())
    number = 0
    for person in due.order_by("erase_at"):
        try:
            erase_account(person)
            number += 1
        except SoftTimeLimitExceeded:
            raise  # the task has to end
        except Exception:
            # The next night goes on where this one stopped.
            logger.exception("account_not_erased", extra={"user_id": person.pk})
    return number


def erase_account(person: User) -> dict[str, int]:
    """Take away all that is of ``person`` but the handle, which nobody gets again.

    Goes on where it was stopped. Afterwards a receipt leaves with how many things went. Raises
    LastAdministrator, LeavingRefused if the account is not on its way out (any more).
    """
    _require_leaving(person)
    counts: Counter[str] = Counter()
    for eraser in erasure.all_erasers():
        counts.update(eraser.erase(person))
    with transaction.atomic():
        _empty(person, dict(+counts))
    logger.info("account_erased", extra={"user_id": person.pk, "counts": dict(+counts)})
    return dict(+counts)


@transaction.atomic
def _require_leaving(person: User) -> None:
    held = User.objects.select_for_update().get(pk=person.pk)
    if held.state != State.LEAVING:
        raise LeavingRefused(_("This account is not on its way out."))
    keep_an_administrator(held)


def _empty(person: User, counts: dict[str, int]) -> None:
    """Leave of the account its handle and nothing else; the receipt goes to the last address."""
    held = User.objects.select_for_update().get(pk=person.pk)
    if held.state != State.LEAVING:
        raise LeavingRefused(_("This account is not on its way out."))
    if held.email:
        queue_mail(
            "leaving_receipt",
            to=held.email,
            language=held.language,
            time_zone=held.time_zone,
            handle=held.handle,
            counts=counts,
        )
    blank = User()
    kept = {"id", "handle", "handle_key", "handle_skeleton", "joined_at", "state", "password"}
    names = [field.name for field in User._meta.concrete_fields if field.name not in kept]
    for name in names:
        setattr(held, name, getattr(blank, name))
    held.state = State.ERASED
    held.set_unusable_password()
    held.save()
    held.groups.clear()
    held.user_permissions.clear()
    person.refresh_from_db()
    after_commit(person_state_changed.send_robust, User, person=person, former=State.LEAVING)


# What this app has of people ----------------------------------------------------------------------


@transaction.atomic
def erase_access(person: User) -> dict[str, int]:
    """Take away every way in: sessions, tokens, factors, linked accounts, addresses."""
    end_sessions(person)
    revoke_tokens(person)
    UserSession.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    EmailAddress.objects.filter(user=person).delete()
    DelayedMail.objects.filter(person=person).delete()
    return {}


def erase_files_of(person: User) -> dict[str, int]:
    """Take away long work with its results, archives both ways, and the uploaded picture.

    The files first: as long as a row names them, the next night finds those that stayed. Raises
    OSError for the first that cannot be deleted, after all others.
    """
    jobs, runs = Job.objects.filter(owner=person), ArchiveImport.objects.filter(owner=person)
    keys = {str(job.params["key"]) for job in jobs if job.params.get("key")}
    for key in keys:
        remove_working_folder(key)
    _delete_all(delete_export_folder, keys)
    _delete_all(delete_import_folder, runs.values_list("key", flat=True))
    if person.avatar_key:
        delete_avatar_files(person.avatar_key)
    with transaction.atomic():
        jobs.delete()
        carried = CarriedRecord.objects.filter(owner=person).delete()[0]
        runs.delete()
    return {"pictures": int(bool(person.avatar_key)), "carried": carried}


def _delete_all(delete: Callable[[str], int], keys: Iterable[str]) -> None:
    problems = []
    for key in keys:
        try:
            delete(key)
        except OSError as error:
            problems.append(error)
    if problems:
        raise problems[0]
