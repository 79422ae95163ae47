"""Reads about accounts that are not one queryset."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actions.credentials import session_store
from accounts.browsers import coarse_network, describe_browser, is_phone
from accounts.models import Job, User
from config.prepared import Prepared


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in, as its owner reads about it."""

    id: int
    browser: str
    network: str
    is_phone: bool
    is_current: bool
    started_at: datetime
    last_seen_at: datetime


def open_sessions(user: User, current_key: str) -> list[OpenSession]:
    """Return the sessions of ``user`` that are still good, the current one first."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    alive = set(
        session_store()
        .get_model_class()
        .objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        )
        .values_list("session_key", flat=True)
    )
    found = [
        OpenSession(
            id=row.pk,
            browser=describe_browser(row.user_agent),
            network=coarse_network(row.ip),
            is_phone=is_phone(row.user_agent),
            is_current=row.session_key == current_key,
            started_at=row.created_at,
            last_seen_at=row.last_seen_at,
        )
        for row in rows
        if row.session_key in alive
    ]
    return sorted(found, key=lambda session: not session.is_current)


def wanted_address(user: User) -> EmailAddress | None:
    """Return the address that ``user`` wants and has not confirmed yet."""
    return (
        EmailAddress.objects.filter(user=user, verified=False, primary=False)
        .order_by("-pk")
        .first()
    )


def has_providers() -> bool:
    """Return whether accounts elsewhere can open accounts here."""
    return bool(settings.SOCIAL_CREDENTIALS)


def _running(_shape: str, *, owner: int) -> QuerySet:
    # In the order of the index over unfinished jobs, which answers this alone.
    jobs = Job.objects.by_owner(User(pk=owner)).unfinished().for_line()
    return jobs.order_by("kind")


RUNNING = Prepared(_running, is_own=True)


def running_jobs(user: User | AnonymousUser) -> list[Job]:
    """Return the unfinished long work of ``user``; of anonymous people without a query."""
    if not user.is_authenticated:
        return []
    return RUNNING.objects("", owner=user.pk)


def job_news(user: User, pks: list[int]) -> list[Job]:
    """Return the unfinished work of ``user``, and what became of the jobs ``pks``."""
    return list(
        Job.objects.by_owner(user).filter(Q(finished_at=None) | Q(pk__in=pks)).order_by("pk")
    )
