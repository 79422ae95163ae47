"""From an address to a site or thread: 404 if it is not for the one who asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import Http404

from accounts.models import User
from embed.models import EmbedSite, EmbedThread
from embed.policies import require_awake
from embed.selectors import is_thread_seen, thread_of_post
from moderation.actions.chain import write_log


def get_site_for_settings(key: str, user: User) -> EmbedSite:
    """Return a site that ``user`` may change. Raises Http404."""
    site = EmbedSite.objects.visible_to(user).filter(key=key).select_related("owner").first()
    if site is None:
        raise Http404
    return site


def get_own_site(key: str, user: User) -> EmbedSite:
    """Return a site of ``user``'s own. Raises Http404."""
    site = EmbedSite.objects.by(user).filter(key=key).select_related("owner").first()
    if site is None:
        raise Http404
    return site


def get_open_site(key: str) -> EmbedSite:
    """Return the site of that key whose owner's account is open. Raises Http404, SitePaused."""
    site = EmbedSite.objects.open().filter(key=key).select_related("owner").first()
    if site is None:
        raise Http404
    require_awake(site)
    return site


def get_thread_for_settings(site: EmbedSite, pk: int) -> EmbedThread:
    """Return a thread of ``site``. Raises Http404."""
    thread = EmbedThread.objects.with_post().filter(site=site, pk=pk).first()
    if thread is None:
        raise Http404
    return thread


def get_thread_for_reading(pk: int, viewer: User | AnonymousUser) -> EmbedThread:
    """Return the thread that hangs on the post ``pk``. Raises Http404."""
    thread = thread_of_post(pk)
    if thread is None or not is_thread_seen(thread, viewer):
        raise Http404
    return thread


@contextmanager
def noted(user: User, site: EmbedSite, act: str) -> Iterator[None]:
    """Log what staff do to a site of somebody else, in the transaction of the act (SO-42)."""
    with transaction.atomic():
        pk, is_own = site.pk, site.owner_id == user.pk
        yield
        if not is_own:
            write_log(f"embedsite_{act}", actor=user, target=("embedsite", pk))
