"""What is read of what people send: prose and links, never code."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from blog.models import Comment, Post
from social.models import Message

MOST_HTML = 60_000
"""Characters of a rendered text that are looked at."""
MOST_READ = 4_000
"""Characters of its prose that are analysed: the beginning, and the end where links like to be."""
END_READ = 1_000

CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.S)
LANGUAGE = re.compile(r'<span class="code-block__language">.*?</span>', re.S)
ANCHOR = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.S)
BLOCK = re.compile(r"</(?:p|li|h[1-6]|blockquote|tr|dd|dt|figcaption)>|<br\s*/?>")
TAG = re.compile(r"<[^>]*>")
ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]}]+", re.I)
BARE = re.compile(r"(?<![\w./@:-])((?:[a-z0-9-]+\.)+[a-z]{2,})/[^\s<>\"'`)\]}]+", re.I)
MENTION = re.compile(r'<a[^>]*class="[^"]*\bmention\b')
NOTE_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
MOST_LINKS = 100
AUTHOR = tuple(
    f"author__{name}" for name in ("handle", "email", "links", "trust_level", "is_staff")
)
JUST_NOW = timedelta(minutes=5)


SHORTENERS = frozenset(
    "bit.ly t.co tinyurl.com goo.gl is.gd v.gd buly.kr han.gl vo.la me2.do url.kr c11.kr zrr.kr "
    "cutt.ly rebrand.ly ow.ly rb.gy shorturl.at t.ly s.id lnkd.in tny.im bl.ink linktr.ee".split()
)
"""Hosts that say nothing of where they lead."""

CHATS = frozenset(
    "t.me telegram.me open.kakao.com pf.kakao.com qr.kakao.com line.me lin.ee wa.me "
    "chat.whatsapp.com discord.gg signal.me".split()
)
"""Hosts that lead to a talk with a stranger."""

HIDING = SHORTENERS | CHATS


class Link(NamedTuple):
    """Where a link leads, and what it is called."""

    url: str
    label: str


class Text(NamedTuple):
    """What the rules look at. ``prose`` has no code, ``is_private`` is what staff must not read."""

    kind: str
    pk: int
    author: User | None
    prose: str
    links: tuple[Link, ...]
    mention_count: int = 0
    is_new: bool = True
    is_out: bool = True
    is_private: bool = False
    has_clock: bool = False
    created_at: datetime | None = None

    @property
    def trust(self) -> int:
        """Guests are trusted as somebody new."""
        return self.author.trust_level if self.author else 0


def read_html(html: str) -> tuple[str, tuple[Link, ...], int]:
    """Return the prose of rendered HTML without code, its outward links, how many are named."""
    html = html[:MOST_HTML]
    if "<code" in html or "<pre" in html:
        html = LANGUAGE.sub("", CODE.sub(" ", html))
    links = tuple(
        Link(unescape(url), unescape(TAG.sub("", label)).strip())
        for url, label in ANCHOR.findall(html)
        if url.startswith(("http://", "https://"))
    )[:MOST_LINKS]
    number = len(MENTION.findall(html))
    prose = unescape(TAG.sub("", BLOCK.sub("\n", html)))
    return shortened(prose.strip()), (*links, *bare_links(prose)), number


def read_note(html: str) -> tuple[str, tuple[Link, ...], int]:
    """Return the same of a note. Who types backticks means code, so their words are not read;
    but notes show them as they are typed, and links between them can be followed all the same."""
    prose, links, number = read_html(html)
    return NOTE_CODE.sub(" ", prose), links, number


def bare_links(prose: str) -> Iterator[Link]:
    """Yield addresses without https:// that hide where they lead; others may be file names."""
    for match in BARE.finditer(prose):
        if match[1].lower() in HIDING:
            yield Link(f"https://{match[0]}", match[0])


def read_plain(text: str) -> tuple[str, tuple[Link, ...]]:
    """Return a text without markup, and the addresses in it."""
    links = tuple(Link(url.rstrip(".,;:!?"), "") for url in ADDRESS.findall(text[:MOST_HTML]))
    return shortened(text), links


def shortened(prose: str) -> str:
    """Return what is analysed of a long text."""
    if len(prose) <= MOST_READ:
        return prose
    return f"{prose[: MOST_READ - END_READ]}\n{prose[-END_READ:]}"


def read_post(pk: int) -> Text | None:
    """Return a post as the rules see it; None of what hangs under pages elsewhere."""
    post = (
        Post.objects.select_related("author")
        .exclude(kind=Post.Kind.THREAD)
        .filter(pk=pk)
        .only(
            *("id", "kind", "status", "visibility", "title", "html"),
            *("edited_at", "published_at"),
            *AUTHOR,
        )
        .order_by()
        .first()
    )
    if post is None:
        return None
    prose, links, number = read_note(post.html) if post.is_note else read_html(post.html)
    return Text(
        kind="post",
        pk=pk,
        author=post.author,
        prose=f"{post.title}\n{prose}".strip(),
        links=links,
        mention_count=number,
        is_new=post.edited_at is None,
        is_out=post.status == Post.Status.PUBLISHED
        and post.visibility in {"public", "unlisted", "followers"},
        has_clock=post.is_note,
        created_at=post.published_at,
    )


def read_comment(pk: int) -> Text | None:
    """Return a comment as the rules see it, also one of a guest that waits."""
    comment = (
        Comment.objects.select_related("author")
        .filter(pk=pk)
        .only("id", "status", "html", "edited_at", "created_at", *AUTHOR)
        .order_by()
        .first()
    )
    if comment is None:
        return None
    prose, links, number = read_html(comment.html)
    return Text(
        kind="comment",
        pk=pk,
        author=comment.author,
        prose=prose,
        links=links,
        mention_count=number,
        is_new=comment.edited_at is None,
        is_out=comment.status in {Comment.Status.PUBLISHED, Comment.Status.WAITING},
        has_clock=comment.edited_at is None,
        created_at=comment.created_at,
    )


def read_person(pk: int) -> Text | None:
    """Return what somebody says of themselves."""
    person = User.objects.filter(pk=pk).first()
    if person is None:
        return None
    prose, links = read_plain("\n".join(filter(None, (person.display_name, person.bio))))
    is_new = person.joined_at > timezone.now() - JUST_NOW
    return Text(
        kind="person",
        pk=pk,
        author=person,
        prose=prose,
        links=(*links, *(Link(url, "") for url in person.links)),
        is_new=is_new,
        has_clock=is_new and not (person.bio or person.links),
        created_at=person.joined_at,
    )


def read_message(pk: int) -> Text | None:
    """Return what can be seen of a message without reading it: links, and whether it repeats."""
    message = Message.objects.select_related("sender").filter(pk=pk, deleted_at=None).first()
    if message is None:
        return None
    prose, links = read_plain(message.text)
    return Text(
        kind="message",
        pk=pk,
        author=message.sender,
        prose=prose,
        links=links,
        is_private=True,
        created_at=message.created_at,
    )


READERS: dict[str, Callable[[int], Text | None]] = {
    "post": read_post,
    "comment": read_comment,
    "person": read_person,
    "message": read_message,
}


def read_text(kind: str, pk: int) -> Text | None:
    """Return the thing as the rules see it, if they look at such things and it is there."""
    reader = READERS.get(kind)
    return reader(pk) if reader else None
