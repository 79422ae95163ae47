"""Addresses of posts: Hangul kept, unique per author, never a word of our own routes."""

from django.utils.translation import gettext as _

from blog.exceptions import SlugRefused, SlugTaken
from blog.models import Post, PostRedirect
from config.text import slugify_title

ROUTE_WORDS = frozenset(
    "about archive articles avatar block edit feed feeds follow followers following mute new notes"
    " popup remove-follower report series tags unblock unfollow unmute".split()
)


def is_free(slug: str, post: Post) -> bool:
    """Return whether the author has no other post, and no other post's old address, there."""
    return (
        not Post.objects.filter(author_id=post.author_id, slug=slug).exclude(pk=post.pk).exists()
        and not PostRedirect.objects.filter(author_id=post.author_id, slug=slug)
        .exclude(post_id=post.pk)
        .exists()
    )


def slug_for(post: Post) -> str:
    """Return a free slug made from the title of ``post``: ``제목``, then ``제목-2`` and so on."""
    base = slugify_title(post.title) or "post"
    if base in ROUTE_WORDS or base.isdigit():
        base = f"{base}-1"
    slug, number = base, 1
    while not is_free(slug, post):
        number += 1
        ending = f"-{number}"
        slug = f"{base[: 80 - len(ending)]}{ending}"
    return slug


def clean_slug(text: str, post: Post) -> str:
    """Return what a person typed as the slug of ``post``.

    Raises SlugRefused if nothing is left or it is a route word, SlugTaken if it is in use.
    """
    slug = slugify_title(text)
    if not slug or slug in ROUTE_WORDS:
        raise SlugRefused(_("This address cannot be used. Choose other words."), field="slug")
    if not is_free(slug, post):
        raise SlugTaken(_("You already have a post at this address."), field="slug")
    return slug
