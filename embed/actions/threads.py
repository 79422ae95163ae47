"""Threads: made at the first word under a page, and found again by every name it had."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from blog.actions import open_thread, rename_thread
from config.text import clean_line
from embed.exceptions import KeyTaken, NotTheSiteOwner
from embed.keys import clean_key
from embed.models import ADDRESS_MAX_LENGTH, EmbedSite, EmbedThread, ThreadAlias
from embed.origins import origin_of
from embed.policies import can_change_site
from embed.selectors import thread_at

TITLE_MOST = 800  # code points


def find_or_create_thread(
    site: EmbedSite, key: str, *, page_url: str = "", page_title: str = ""
) -> EmbedThread:
    """Return the thread of a page, made if there was none; fifty at once make one.

    ``page_url`` counts only if it lies on one of the site's origins. Raises KeyRefused.
    """
    key = clean_key(key)
    held = thread_at(site, key)
    if held is not None:
        return held
    title = clean_line(page_title)[:TITLE_MOST]
    try:
        with transaction.atomic():
            # The owner is held: of two that find nothing one makes it, and the other finds that.
            owner = User.objects.select_for_update(no_key=True).get(pk=site.owner_id)
            if held := thread_at(site, key):
                return held
            post = open_thread(owner=owner, title=title or key)
            return EmbedThread.objects.create(
                site=site,
                key=key,
                post=post,
                page_url=_own_address(site, page_url),
                page_title=title,
            )
    except IntegrityError:
        held = thread_at(site, key)
        if held is None:
            raise
        return held


@transaction.atomic
def alias_thread(thread: EmbedThread, *, actor: User, key: str) -> ThreadAlias:
    """Let another key lead to ``thread``, too. Idempotent.

    Raises NotTheSiteOwner, KeyRefused, KeyTaken if another thread has that key.
    """
    thread = _held(thread, actor)
    key = clean_key(key)
    if key == thread.key:
        raise KeyTaken(_("A page of this site is called so already."), field="key")
    other = thread_at(thread.site, key)
    if other is not None and other.pk != thread.pk:
        raise KeyTaken(_("A page of this site is called so already."), field="key")
    alias, _is_new = ThreadAlias.objects.get_or_create(
        site=thread.site, key=key, defaults={"thread": thread}
    )
    return alias


@transaction.atomic
def drop_alias(alias: ThreadAlias, *, actor: User) -> None:
    """Let a key lead nowhere any more. Idempotent. Raises NotTheSiteOwner."""
    held = ThreadAlias.objects.select_related("thread", "site").filter(pk=alias.pk).first()
    if held is not None:
        _held(held.thread, actor)
        held.delete()


@transaction.atomic
def move_thread(
    thread: EmbedThread, *, actor: User, key: str, page_url: str = "", page_title: str = ""
) -> EmbedThread:
    """Give ``thread`` another key; the former one goes on leading to it.

    Raises NotTheSiteOwner, KeyRefused, KeyTaken.
    """
    thread = _held(thread, actor)
    key, former = clean_key(key), thread.key
    if key != former:
        other = thread_at(thread.site, key)
        if other is not None and other.pk != thread.pk:
            raise KeyTaken(_("A page of this site is called so already."), field="key")
        ThreadAlias.objects.filter(site=thread.site, key=key).delete()
        ThreadAlias.objects.create(site=thread.site, key=former, thread=thread)
        thread.key = key
    if page_url:
        thread.page_url = _own_address(thread.site, page_url)
    if page_title:
        thread.page_title = clean_line(page_title)[:TITLE_MOST]
        rename_thread(thread.post, title=thread.page_title)
    thread.save(update_fields=["key", "page_url", "page_title"])
    return thread


@transaction.atomic
def recount_guest_reactions(thread: EmbedThread) -> bool:
    """Set the number of guests' reactions to what is there; return whether it moved."""
    held = EmbedThread.objects.select_for_update(no_key=True, of=("self",)).get(pk=thread.pk)
    number = held.guest_reactions.count()
    wrong = EmbedThread.objects.filter(pk=held.pk).exclude(guest_reaction_count=number)
    return bool(wrong.update(guest_reaction_count=number))


def _held(thread: EmbedThread, actor: User) -> EmbedThread:
    threads = EmbedThread.objects.select_for_update(of=("self",))
    held = threads.select_related("site", "post").get(pk=thread.pk)
    if not can_change_site(actor, held.site):
        raise NotTheSiteOwner(_("Only its owner can change this site."))
    return held


def _own_address(site: EmbedSite, address: str) -> str:
    """Return ``address`` if it is one of the site's pages; nobody's link enters by a comment."""
    address = clean_line(address)
    is_own = origin_of(address) in site.origins and len(address) <= ADDRESS_MAX_LENGTH
    return address if is_own else ""
