"""From an address to an object: 404 if hidden, 403 if visible but not allowed, 410 if deleted."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from blog.absences import raise_absence
from blog.exceptions import NotTheAuthor, PostIsNote, Withheld
from blog.models import Bookmark, Comment, Post, PostRedirect, Series, Tag, TagAlias
from blog.policies import can_edit_post, can_edit_series, can_host_comments
from blog.ready import article_at
from config.exceptions import Gone
from config.text import identity_key, nfc
from social.selectors import is_hidden_from
from social.shortcuts import get_person_for_reading


def get_post_for_reading(handle: str, slug: str, viewer: User | AnonymousUser) -> Post:
    """Return the article at that address, whatever its case, Unicode form or age.

    The caller compares ``get_absolute_url()`` with the request and redirects. Raises Http404;
    Gone if it was public and its author deleted it, and what is known of why it is held.
    """
    slug = nfc(slug)
    post = article_at(identity_key(handle), slug, viewer)
    if post is not None:
        return post
    # Everything from here on is rare: another spelling, an old address, hidden or missing.
    person = get_person_for_reading(handle, viewer)
    posts = Post.objects.by(person).articles()
    for candidate in dict.fromkeys((slug, nfc(slug.lower()))):
        pk = posts.filter(slug=candidate).values_list("pk", flat=True).first()
        if pk is None:
            pk = (
                PostRedirect.objects.filter(author=person, slug=candidate)
                .values_list("post_id", flat=True)
                .first()
            )
        if pk is not None:
            return _visible_or_gone(pk, viewer)
    raise Http404


def get_note_for_reading(handle: str, pk: int, viewer: User | AnonymousUser) -> Post:
    """Return the note at that address. Raises Http404, Gone."""
    post = _visible_or_gone(pk, viewer)
    if not post.is_note:
        raise Http404
    if post.author.handle_key != identity_key(handle):
        # A former handle of the author still leads here; anybody else's does not.
        if get_person_for_reading(handle, viewer).pk != post.author_id:
            raise Http404
    return post


def get_post_by_permalink(pk: int, viewer: User | AnonymousUser) -> Post:
    """Return the post of that number. Raises Http404, Gone."""
    return _visible_or_gone(pk, viewer)


def _visible_or_gone(pk: int, viewer: User | AnonymousUser) -> Post:
    posts = Post.objects.visible_to(viewer).for_detail().with_viewer_state(viewer)
    post = posts.filter(pk=pk).first()
    if post is not None:
        return post
    gone = (
        Post.objects.filter(
            pk=pk, status__in=(Post.Status.DELETED, Post.Status.HELD), published_at__isnull=False
        )
        .filter(visibility__in=("public", "unlisted"))
        .select_related("author")
        .first()
    )
    if gone and gone.author.is_active and not is_hidden_from(viewer, gone.author):
        if gone.status == Post.Status.DELETED:
            raise Gone(_("This post was deleted by its author."))
        raise_absence("post", pk)
    raise Http404


def get_post_for_editing(pk: int, user: User) -> Post:
    """Return a post that ``user`` may edit. Raises Http404, NotTheAuthor."""
    post = Post.objects.visible_to(user).for_detail().filter(pk=pk).first()
    if post is None:
        raise Http404
    if not can_edit_post(user, post):
        raise NotTheAuthor(_("Only its author can change this."))
    return post


def get_article_for_editing(pk: int, user: User) -> Post:
    """Return an article that ``user`` may edit. Raises Http404, NotTheAuthor, PostIsNote."""
    post = get_post_for_editing(pk, user)
    if post.is_note:
        raise PostIsNote(_("A note has no draft."))
    return post


def get_post_for_talk(pk: int, viewer: User | AnonymousUser) -> Post:
    """Return a post for what is said under it: with its author alone. Raises Http404, Gone."""
    found = Post.objects.visible_to(viewer).select_related("author").filter(pk=pk)
    post = found.defer("source", "html", "toc").first()
    return post or get_post_by_permalink(pk, viewer)


def get_post_to_unlike(pk: int, user: User) -> Post:
    """Return a post that ``user`` sees, or liked while it was seen. Raises Http404, Gone."""
    try:
        return get_post_for_talk(pk, user)
    except (Http404, Gone, Withheld):
        post = Post.objects.filter(pk=pk, likes__person=user).first()
        if post is None:
            raise
        return post


def get_post_for_hosting(pk: int, user: User) -> Post:
    """Return a post under which ``user`` says who may speak. Raises Http404, NotTheAuthor."""
    post = Post.objects.visible_to(user).for_detail().filter(pk=pk).first()
    if post is None:
        raise Http404
    if not can_host_comments(user, post):
        raise NotTheAuthor(_("Only its author can change this."))
    return post


def get_tag_for_reading(name: str) -> Tag:
    """Return the tag of that name or former name. Raises Http404."""
    tag = find_tag(name)
    if tag is None:
        raise Http404
    return tag


def find_tag(name: str) -> Tag | None:
    """Return the tag of that name or former name; None if there is none or it is banned."""
    tag = Tag.objects.by_name(name).first()
    if tag is None:
        alias = TagAlias.objects.filter(key=identity_key(name)).select_related("tag").first()
        tag = alias.tag if alias else None
    return None if tag is None or tag.is_banned else tag


def get_series_for_reading(handle: str, slug: str, viewer: User | AnonymousUser) -> Series:
    """Return the series at that address. Raises Http404, Gone.

    Its title belongs to what it holds: nobody but its author sees a series of hidden posts.
    """
    person = get_person_for_reading(handle, viewer)
    series = Series.objects.by(person).filter(slug=nfc(slug).lower()).first()
    if series is None or not _has_something_for(viewer, series):
        if series is not None and series.is_held:
            raise_absence("series", series.pk)
        raise Http404
    series.author = person
    return series


def get_series_by_key(pk: int, viewer: User | AnonymousUser) -> Series:
    """Return the series of that number, with its author and what ``viewer`` meets. Raises Http404."""
    found = Series.objects.visible_to(viewer).for_shelf(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_series_for_editing(pk: int, user: User) -> Series:
    """Return a series that ``user`` may edit. Raises Http404, NotTheAuthor."""
    series = Series.objects.filter(pk=pk).select_related("author").first()
    if series is None or not _has_something_for(user, series):
        raise Http404
    if not can_edit_series(user, series):
        raise NotTheAuthor(_("Only its author can change this."))
    return series


def _has_something_for(viewer: User | AnonymousUser, series: Series) -> bool:
    is_own = viewer.is_authenticated and viewer.pk == series.author_id
    return is_own or Series.objects.visible_to(viewer).filter(pk=series.pk).exists()


def get_comment_for_reading(pk: int, viewer: User | AnonymousUser) -> Comment:
    """Return a comment that ``viewer`` may read, with its post and thread. Raises Http404."""
    found = (
        Comment.objects.visible_to(viewer)
        .select_related("author", "root", "post", "post__author")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        _raise_absence_of_comment(pk, viewer)
        raise Http404
    return found


def _raise_absence_of_comment(pk: int, viewer: User | AnonymousUser) -> None:
    """Say why a comment is held, to who would see it under its post."""
    held = (
        Comment.objects.filter(pk=pk, status=Comment.Status.HELD).select_related("author").first()
    )
    if held is None or (held.author is not None and is_hidden_from(viewer, held.author)):
        return
    if Post.objects.visible_to(viewer).filter(pk=held.post_id).exists():
        raise_absence("comment", pk)


def get_comment_to_unlike(pk: int, user: User) -> Comment:
    """Return a comment that ``user`` may read, or liked while it was read. Raises Http404."""
    try:
        return get_comment_for_reading(pk, user)
    except (Http404, Withheld):
        comment = Comment.objects.filter(pk=pk, likes__person=user).first()
        if comment is None:
            raise
        return comment


def get_comment_to_delete(pk: int, user: User) -> Comment:
    """Return a comment that ``user`` wrote, wherever it stands, or may read. Raises Http404."""
    own = Comment.objects.filter(pk=pk, author=user).exclude(status=Comment.Status.DELETED)
    found = own.select_related("author", "root", "post", "post__author").first()
    return found or get_comment_for_reading(pk, user)


def get_own_bookmark(pk: int, user: User) -> Bookmark:
    """Return one's own bookmark; another's is as if there were none. Raises Http404."""
    found = Bookmark.objects.filter(pk=pk, person=user).select_related("post__author").first()
    if found is None:
        raise Http404
    return found
