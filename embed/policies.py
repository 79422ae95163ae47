"""Who may do what with sites elsewhere, and with what is said on them."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts.models import User
from blog.guests import GuestRule
from blog.models import Comment, Post
from embed.exceptions import SitePaused
from embed.models import EmbedSite


def can_change_site(user: User | AnonymousUser, site: EmbedSite) -> bool:
    """Owners change their own sites, staff with that right those of everybody."""
    return user.is_authenticated and (site.owner_id == user.pk or can_pause_site(user))


def can_pause_site(user: User | AnonymousUser) -> bool:
    """Staff who may change sites of everybody let them rest, and register them for others."""
    return user.is_authenticated and user.is_staff and user.has_perm("embed.change_embedsite")


def require_awake(site: EmbedSite) -> None:
    """Raise SitePaused while staff let ``site`` rest."""
    if site.is_paused:
        raise SitePaused(_("This site is paused by the moderators. Nothing that was said is lost."))


def can_moderate_comment(user: User | AnonymousUser, comment: Comment) -> bool:
    """On the site itself its owner decides alone: staff do so on our own pages."""
    return user.is_authenticated and comment.post.author_id == user.pk


def guest_rule(post: Post) -> GuestRule:
    """Return what guests may do under a page: its site decides."""
    site = EmbedSite.objects.filter(threads__post=post).first()
    if site is None:
        return GuestRule(are_allowed=False)
    return GuestRule(site.allows_guests and not site.is_paused, site.needs_approval)
