"""What was found, as a page or a program shows it: loaded in the order of the ids, words marked.

Who may see what is asked once more of the rows themselves: an index may be a moment behind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, F, TextField, When
from django.db.models.functions import Left
from django.utils.safestring import SafeString

from accounts.models import User
from blog.cards import PostCard, cards_for
from blog.models import Comment, Post, Series, Tag
from search.highlighting import Snippet, marked_html, snippet, title_marks
from search.reading import read
from social.selectors import across_block

BODY_LOOKED_AT = 40_000  # characters of HTML
NOTE_LENGTH = 280  # characters
SNIPPET_LENGTH = 180  # characters

Viewer = User | AnonymousUser


@dataclass(frozen=True)
class Hit:
    """One thing that was found: a title (of a note: none) and what of its text says why.

    ``thing`` is the card of a post, or the row itself of anything else.
    """

    id: int
    url: str
    title: Snippet
    text: Snippet
    thing: object
    is_related: bool = False

    @property
    def title_html(self) -> SafeString:
        return marked_html(self.title.text, self.title.ranges)

    @property
    def text_html(self) -> SafeString:
        return marked_html(self.text.text, self.text.ranges)

    @property
    def card(self) -> PostCard:
        """The card of a post, with what was looked for marked in it."""
        return replace(cast(PostCard, self.thing), title=self.title_html, text=self.text_html)


def hits_of(
    kind: str,
    ids: Sequence[int],
    tokens: Iterable[str],
    viewer: Viewer,
    *,
    related_ids: Sequence[int] = (),
) -> list[Hit]:
    """Return what ``viewer`` may see of ``ids`` and then of ``related_ids``, in their order."""
    wanted = (*ids, *related_ids)
    if not wanted:
        return []
    found = {hit.id: hit for hit in _LOADERS[kind](wanted, frozenset(tokens), viewer)}
    hits = [found[pk] for pk in ids if pk in found]
    return hits + [replace(found[pk], is_related=True) for pk in related_ids if pk in found]


def _posts(ids: Sequence[int], tokens: frozenset[str], viewer: Viewer) -> list[Hit]:
    posts = list(
        Post.objects.listed_to(viewer)
        .filter(pk__in=ids)
        .for_card()
        .with_viewer_state(viewer)
        # Tables of contents and long texts are not needed whole.
        .annotate(body_start=Left("html", BODY_LOOKED_AT))
        .order_by()
    )
    bodies = {post.pk: read(post.body_start) for post in posts}
    return [_post(card, bodies[card.id], tokens) for card in cards_for(posts, viewer)]


def _post(card: PostCard, body: str, tokens: frozenset[str]) -> Hit:
    length = NOTE_LENGTH if card.is_note else SNIPPET_LENGTH
    text = snippet(body, tokens, length=length)
    if not text.ranges and not card.is_note and card.text:
        # The title says it all: then the author's own summary is the better second line.
        text = Snippet(str(card.text), ())
    return Hit(card.id, card.url, _title(card.title, tokens), text, card)


def _comments(ids: Sequence[int], tokens: frozenset[str], viewer: Viewer) -> list[Hit]:
    comments = (
        Comment.objects.listed_to(viewer)
        .filter(pk__in=ids)
        .select_related("author", "post", "post__author")
        .annotate(
            body_start=Left("html", BODY_LOOKED_AT),
            post_line=Case(
                When(post__title="", then=F("post__summary")),
                default=F("post__title"),
                output_field=TextField(),
            ),
        )
        .defer("source", "html", "post__source", "post__html", "post__toc", "post__excerpt")
    )
    return [
        Hit(
            comment.pk,
            comment.get_absolute_url(),
            Snippet(comment.post_line[:NOTE_LENGTH], ()),
            snippet(read(comment.body_start), tokens, length=SNIPPET_LENGTH),
            comment,
        )
        for comment in comments
    ]


def _people(ids: Sequence[int], tokens: frozenset[str], viewer: Viewer) -> list[Hit]:
    people = User.objects.present().exclude(across_block(viewer, "pk")).filter(pk__in=ids)
    return [
        Hit(
            person.pk,
            person.get_absolute_url(),
            _title(person.name, tokens),
            snippet(" ".join(person.bio.split()), tokens, length=SNIPPET_LENGTH),
            person,
        )
        for person in people
    ]


def _tags(ids: Sequence[int], tokens: frozenset[str], viewer: Viewer) -> list[Hit]:
    return [
        Hit(tag.pk, tag.get_absolute_url(), _title(tag.name, tokens), Snippet("", ()), tag)
        for tag in Tag.objects.used().filter(pk__in=ids)
    ]


def _series(ids: Sequence[int], tokens: frozenset[str], viewer: Viewer) -> list[Hit]:
    rows = Series.objects.with_visible_count(viewer).filter(pk__in=ids, visible_count__gt=0)
    return [
        Hit(
            series.pk,
            series.get_absolute_url(),
            _title(series.title, tokens),
            snippet(series.description, tokens, length=SNIPPET_LENGTH),
            series,
        )
        for series in rows.select_related("author")
    ]


_LOADERS = {
    "post": _posts,
    "comment": _comments,
    "person": _people,
    "tag": _tags,
    "series": _series,
}


def _title(text: str, tokens: frozenset[str]) -> Snippet:
    return Snippet(text, tuple(title_marks(text, tokens)))
