"""A post as lists show it: everything prepared in Python, so that templates only print."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from blog.models import Image, Post
from blog.policies import can_meet_image, can_meet_series
from config import clock
from config.addresses import address_of
from config.text import excerpt

AVATAR_SIZE = 36  # pixels
DESK_TEXT_LENGTH = 120  # graphemes
THUMBNAIL_WIDTH = 480  # pixels


@dataclass(frozen=True)
class Cover:
    src: str
    srcset: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class TagLink:
    name: str
    url: str


@dataclass(frozen=True)
class Reactions:
    """What readers did with a post, and what this one may do: signed in, like and keep it.

    ``address`` is the beginning of the addresses of the forms.
    """

    post_id: int
    address: str
    like_count: int
    is_liked: bool
    is_bookmarked: bool


@dataclass(frozen=True)
class PostCard:
    """One line of a list. Times: ISO 8601 in UTC, and text in the reader's zone and language."""

    id: int
    kind: str
    is_note: bool
    url: str
    title: str
    text: str | SafeString
    lang: str
    cover: Cover | None
    author_name: str
    author_handle: str
    author_url: str
    author_avatar: str
    published_iso: str
    published_exact: str
    published_relative: str
    reading_minutes: int
    like_count: int
    comment_count: int
    view_count: int
    visibility: str
    is_edited: bool
    series_title: str
    is_own: bool
    edit_url: str = ""
    tags: tuple[TagLink, ...] = ()
    reactions: Reactions | None = None


def reactions_of(post: Post, root: str | None = None) -> Reactions | None:
    """Return the reactions of a post loaded ``with_viewer_state``; None without, or signed out.

    ``root`` is the address of the site's root without its last slash, for who has it at hand.
    """
    if not hasattr(post, "is_liked") or not post.is_published:
        return None
    if root is None:
        root = address_of("home").rstrip("/")
    return Reactions(
        post_id=post.pk,
        address=f"{root}/posts/{post.pk}/",
        like_count=post.like_count,
        is_liked=post.is_liked,
        is_bookmarked=post.is_bookmarked,
    )


def cover_of(image: Image | None, width: int = THUMBNAIL_WIDTH) -> Cover | None:
    """Return what a template needs to show ``image`` at about ``width`` pixels."""
    if image is None:
        return None
    fitting = min((held for held in image.widths if held >= width), default=image.width)
    return Cover(
        src=image.url_for(fitting),
        srcset=image.srcset,
        width=image.width,
        height=image.height,
        alt=image.alt,
    )


def cover_for(
    viewer: User | AnonymousUser, post: Post, width: int = THUMBNAIL_WIDTH
) -> Cover | None:
    """Return the cover of ``post`` (loaded with it), unless moderators hide it from ``viewer``."""
    image = post.cover
    return cover_of(image, width) if image and can_meet_image(viewer, image) else None


def cards_for(
    posts: Iterable[Post], viewer: User | AnonymousUser, *, with_tags: bool = True
) -> list[PostCard]:
    """Return the cards of ``posts`` loaded by ``for_card()``, or by ``for_line()`` without tags;
    makes no query.
    """
    profile_urls: dict[str, str] = {}
    root = address_of("home").rstrip("/")

    def profile_url(handle: str) -> str:
        # reverse() for every row would cost more than the rest of the card.
        if handle not in profile_urls:
            profile_urls[handle] = f"{root}/@{quote(handle)}/"
        return profile_urls[handle]

    cards = []
    for post in posts:
        author = post.author
        home = profile_url(author.handle)
        is_note = post.is_note
        cards.append(
            PostCard(
                id=post.pk,
                kind=post.kind,
                is_note=is_note,
                url=f"{home}notes/{post.pk}/" if is_note else f"{home}{quote(post.slug)}/",
                title=post.title,
                text=mark_safe(post.note_html) if is_note else post.summary,  # noqa: S308 stored clean
                lang=post.language,
                cover=cover_for(viewer, post),
                author_name=author.name,
                author_handle=author.handle,
                author_url=home,
                author_avatar=author.avatar_url(AVATAR_SIZE),
                published_iso=clock.iso(post.published_at),
                published_exact=clock.exact(post.published_at),
                published_relative=clock.relative(post.published_at),
                reading_minutes=post.reading_minutes,
                like_count=post.like_count,
                comment_count=post.comment_count,
                view_count=view_count(post),
                visibility=post.visibility,
                is_edited=post.is_edited,
                series_title=post.series.title
                if post.series and can_meet_series(viewer, post.series)
                else "",
                is_own=viewer.pk == post.author_id,
                edit_url=address_of("blog:edit", post.pk) if viewer.pk == post.author_id else "",
                tags=tuple(
                    TagLink(row.tag.name, f"{root}/tags/{quote(row.tag.key)}/")
                    for row in post.posttag_set.all()
                )
                if with_tags
                else (),
                reactions=reactions_of(post, root),
            )
        )
    return cards


@dataclass(frozen=True)
class PostLine:
    """A post by its title alone. Times as in PostCard."""

    id: int
    url: str
    title: str
    lang: str
    author_name: str
    published_iso: str
    published_exact: str
    published_relative: str


def lines_for(posts: Iterable[Post]) -> tuple[PostLine, ...]:
    """Return the lines of articles loaded by ``for_line()``; makes no query."""
    return tuple(
        PostLine(
            id=post.pk,
            url=post.get_absolute_url(),
            title=post.title,
            lang=post.language,
            author_name=post.author.name,
            published_iso=clock.iso(post.published_at),
            published_exact=clock.exact(post.published_at),
            published_relative=clock.relative(post.published_at),
        )
        for post in posts
    )


def view_count(post: Post) -> int:
    """Return the stored views of a post loaded with ``views``."""
    return post.views.count if hasattr(post, "views") else 0


def absolute(path: str) -> str:
    """Return ``path`` as an address that works outside the site."""
    return path if "://" in path else f"{settings.SITE_URL}{path}"


@dataclass(frozen=True)
class DeskLine:
    """A text among one's drafts."""

    id: int
    title: str
    text: str
    status: str
    saved_iso: str
    saved_exact: str
    saved_relative: str
    goes_out: str
    has_problem: bool


def desk_line(post: Post) -> DeskLine:
    """Return ``post`` (loaded by for_desk) as the list of drafts shows it."""
    return DeskLine(
        id=post.pk,
        title=post.desk_title,
        text=excerpt(" ".join(post.desk_start.split()), DESK_TEXT_LENGTH),
        status=post.status,
        saved_iso=clock.iso(post.saved_at),
        saved_exact=clock.exact(post.saved_at),
        saved_relative=clock.relative(post.saved_at),
        goes_out=clock.exact(post.scheduled_at) if post.scheduled_at else "",
        has_problem=bool(post.schedule_problem),
    )
