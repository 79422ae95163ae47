"""Sites elsewhere: to register one, to change what it may, to let it go."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions import delete_thread
from config.text import clean_line, count_graphemes, is_blank
from embed.exceptions import NotTheSiteOwner, OriginInvalid, SiteInvalid, TooManySites
from embed.models import (
    ADDRESS_MAX_LENGTH,
    ORIGINS_PER_SITE,
    SITE_NAME_MAX_LENGTH,
    EmbedSite,
    PageEntry,
    new_site_key,
)
from embed.origins import clean_origin, origin_of
from embed.policies import can_change_site, can_pause_site

SITES_PER_PERSON = 20
SWITCHES = ("allows_guests", "needs_approval", "has_reactions", "has_search")


@transaction.atomic
def register_site(
    *,
    actor: User,
    name: str,
    origins: Iterable[str],
    index_url: str = "",
    owner: User | None = None,
    **switches: bool,
) -> EmbedSite:
    """Let ``origins`` show what is said here. ``switches``: see SWITCHES; what is absent is on.

    ``owner``: for whom staff register it, if not for themselves. Raises SiteInvalid, OriginInvalid,
    TooManySites, NotTheSiteOwner, PermissionRefused (see accounts.policies).
    """
    owner = owner or actor
    if owner.pk != actor.pk and not can_pause_site(actor):
        raise NotTheSiteOwner(_("You register sites of your own alone."))
    require_can_take_part(owner)
    # Held, so that two at once do not pass the limit together.
    owner = User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if EmbedSite.objects.by(owner).count() >= SITES_PER_PERSON:
        raise TooManySites(
            _("You have %(most)d sites. Delete one first.") % {"most": SITES_PER_PERSON}
        )
    site = EmbedSite(owner=owner)
    _apply(site, {"name": name, "origins": origins, "index_url": index_url} | switches)
    site.save()
    _read_index_later(site)
    return site


@transaction.atomic
def change_site(site: EmbedSite, *, actor: User, **changes: Any) -> EmbedSite:
    """Change a site: ``name``, ``origins``, ``index_url`` and SWITCHES; what is absent stays.

    Raises NotTheSiteOwner, SiteInvalid, OriginInvalid, EmbedSite.DoesNotExist.
    """
    site = EmbedSite.objects.select_for_update(of=("self",)).select_related("owner").get(pk=site.pk)
    if not can_change_site(actor, site):
        raise NotTheSiteOwner(_("Only its owner can change this site."))
    former = site.index_url
    _apply(site, changes)
    site.save()
    if site.index_url != former:
        PageEntry.objects.filter(site=site).delete()
        _read_index_later(site)
    return site


@transaction.atomic
def rotate_site_key(site: EmbedSite, *, actor: User) -> EmbedSite:
    """Give a site another key; pages elsewhere that have the old one show nothing any more.

    Raises NotTheSiteOwner.
    """
    site = EmbedSite.objects.select_for_update(of=("self",)).select_related("owner").get(pk=site.pk)
    if not can_change_site(actor, site):
        raise NotTheSiteOwner(_("Only its owner can change this site."))
    site.key = new_site_key()
    site.save(update_fields=["key"])
    return site


@transaction.atomic
def pause_site(site: EmbedSite, *, actor: User, is_paused: bool = True) -> EmbedSite:
    """Let a site rest, or go on: nothing is read or said there meanwhile, and nothing is lost.

    Idempotent. Raises NotTheSiteOwner.
    """
    if not can_pause_site(actor):
        raise NotTheSiteOwner(_("Only staff pause a site."))
    site = EmbedSite.objects.select_for_update(of=("self",)).get(pk=site.pk)
    site.is_paused = is_paused
    site.save(update_fields=["is_paused"])
    return site


def delete_site(site: EmbedSite, *, actor: User) -> None:
    """Delete a site and its threads; what members said stays in their own archives. Idempotent.

    Raises NotTheSiteOwner.
    """
    held = EmbedSite.objects.select_related("owner").filter(pk=site.pk).first()
    if held is None:
        return
    if not can_change_site(actor, held):
        raise NotTheSiteOwner(_("Only its owner can change this site."))
    remove_site(held)


def remove_site(site: EmbedSite) -> None:
    """Take a site away. It closes first, its threads follow one by one."""
    EmbedSite.objects.filter(pk=site.pk).update(origins=[], allows_guests=False)
    for thread in site.threads.select_related("post").order_by("pk"):
        with transaction.atomic():
            post = thread.post
            thread.delete()
            delete_thread(post)
    with transaction.atomic():
        EmbedSite.objects.filter(pk=site.pk).delete()


def _apply(site: EmbedSite, changes: dict[str, Any]) -> None:
    if "name" in changes:
        site.name = clean_line(changes["name"])
        if is_blank(site.name) or count_graphemes(site.name) > SITE_NAME_MAX_LENGTH:
            raise SiteInvalid(
                _("Give the site a name of up to %(limit)s characters.")
                % {"limit": SITE_NAME_MAX_LENGTH},
                field="name",
            )
    if "origins" in changes:
        site.origins = _clean_origins(changes["origins"])
    if "index_url" in changes:
        site.index_url = clean_line(changes["index_url"])
    if site.index_url:
        _require_own_address(site)
    for name in SWITCHES:
        if name in changes:
            setattr(site, name, bool(changes[name]))


def _clean_origins(origins: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(clean_origin(one) for one in origins))
    if not found:
        raise OriginInvalid(_("Name at least one origin."), field="origins")
    if len(found) > ORIGINS_PER_SITE:
        raise OriginInvalid(
            _("A site can have up to %(limit)s origins.") % {"limit": ORIGINS_PER_SITE},
            field="origins",
        )
    return found


def _require_own_address(site: EmbedSite) -> None:
    origin = origin_of(site.index_url)
    is_own, is_secure = origin in site.origins, origin.startswith("https://")
    if not (is_own and is_secure and len(site.index_url) <= ADDRESS_MAX_LENGTH):
        raise SiteInvalid(
            _("The index is a file of the site itself, at an address that begins with https."),
            field="index_url",
        )


def _read_index_later(site: EmbedSite) -> None:
    from embed import tasks

    if site.index_url:
        tasks.refresh_pages.delay_on_commit(site.pk)
