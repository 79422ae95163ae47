"""Passwords, factors and sessions."""

import logging
from importlib import import_module

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actions.addresses import confirm_email_without_mail
from accounts.actions.tokens import revoke_tokens
from accounts.models import User
from accounts.signals import password_replaced
from config.commits import after_commit

logger = logging.getLogger(__name__)


def session_store(key: str | None = None):
    """Return the store of the session ``key``, whatever engine is set."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


@transaction.atomic
def set_password(
    user: User, password: str, *, except_session: str = "", keeps_tokens: bool = False
) -> None:
    """Give ``user`` another password; end all sessions but ``except_session``, revoke all tokens.

    ``keeps_tokens``: the owner, who changes it by choice, lets programs go on (AC-31). After commit
    ``password_replaced`` is sent.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user, except_session=except_session)
    if not keeps_tokens:
        revoke_tokens(user)
    after_commit(password_replaced.send_robust, User, person=user)


@transaction.atomic
def end_sessions(user: User, *, except_session: str = "") -> int:
    """End the sessions of ``user`` except one; return how many. Idempotent."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=except_session)
    keys = list(rows.values_list("session_key", flat=True))
    _delete_sessions(keys)
    rows.delete()
    return len(keys)


@transaction.atomic
def end_session(user: User, pk: int) -> bool:
    """End one session of ``user`` by the number of its row; return whether there was one."""
    row = UserSession.objects.filter(user=user, pk=pk).first()
    if row is None:
        return False
    _delete_sessions([row.session_key])
    row.delete()
    return True


def _delete_sessions(keys: list[str]) -> None:
    """Delete sessions from the table, and from the cache in front of it if there is one."""
    store = session_store()
    store.get_model_class().objects.filter(session_key__in=keys).delete()
    if end_copies := getattr(store, "end_copies", None):
        end_copies(keys)
        # Whatever this transaction took: the mark that they are over begins with the commit.
        after_commit(end_copies, keys)


def clear_expired_sessions() -> None:
    """Delete sessions that are over, and the rows that described them."""
    session_store().clear_expired()
    model = session_store().get_model_class()
    alive = model.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()


@transaction.atomic
def use_factor(factor: Authenticator) -> None:
    """Remember that a code of ``factor`` was taken just now."""
    factor.record_usage()


@transaction.atomic
def clear_factors(user: User) -> int:
    """Remove every second factor of ``user``; return how many."""
    deleted, _rows = Authenticator.objects.filter(user=user).delete()
    return deleted


@transaction.atomic
def rescue(
    user: User, *, password: str | None = None, factors: bool = False, address: bool = False
) -> list[str]:
    """Let somebody back in who is locked out; return what was done. Logged.

    ``password``: the new one; ``factors``: clear them; ``address``: count it as confirmed.
    """
    done = []
    if password is not None:
        set_password(user, password)
        done.append("password set, sessions ended, tokens revoked")
    if factors:
        done.append(f"{clear_factors(user)} factors cleared")
    if address and user.email:
        confirm_email_without_mail(user)
        done.append("address confirmed")
    logger.warning("account_rescued", extra={"user_id": user.pk, "done": "; ".join(done)})
    return done
