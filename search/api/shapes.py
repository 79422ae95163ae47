"""Hits as JSON: texts and where in them the words are, in code points."""

from typing import Any
from urllib.parse import quote

from rest_framework import serializers

from accounts.api.shapes import AVATAR_PIXELS
from accounts.models import User
from blog.cards import PostCard
from blog.models import Comment, Series, Tag
from config import clock
from config.api import Addresses, Shape
from search.highlighting import Snippet
from search.hits import Hit
from search.suggesting import Suggestions

FOLDERS = {
    "post": "posts",
    "comment": "comments",
    "person": "users",
    "tag": "tags",
    "series": "series",
}
"""Kind of what is found → where the API keeps it."""


class SnippetShape(Shape):
    """A text, and from where to where in it the words are that were looked for."""

    text = serializers.CharField()
    ranges = serializers.ListField(
        child=serializers.ListField(
            child=serializers.IntegerField(), min_length=2, max_length=2, help_text="[start, end)"
        ),
        help_text="In code points of the text beside it.",
    )


class HitAuthorShape(Shape):
    """Who wrote what was found."""

    handle = serializers.CharField()
    display_name = serializers.CharField(help_text="The handle where there is none.")
    url = serializers.URLField()
    html_url = serializers.URLField()


class HitShape(Shape):
    """Something that was found; every hit has every key."""

    id = serializers.IntegerField()
    type = serializers.CharField(help_text="post, comment, person, tag or series")
    url = serializers.URLField()
    html_url = serializers.URLField()
    title = SnippetShape(help_text="Of a comment that of the post it is under; of a note none.")
    snippet = SnippetShape()
    author = HitAuthorShape(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    is_related = serializers.BooleanField(help_text="Not all of the words are in it.")


class FoundShape(Shape):
    """A page of hits."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitShape(many=True)
    total = serializers.IntegerField()
    total_is_exact = serializers.BooleanField(help_text="If not, there are more than that.")
    corrected = serializers.CharField(allow_null=True, help_text="What was searched instead of q.")
    suggestions = serializers.ListField(
        child=serializers.CharField(), help_text="What else may have been meant."
    )
    took_ms = serializers.FloatField()


class SuggestionShape(Shape):
    """Something that may be meant: words to search for, or a thing to go to."""

    label = serializers.CharField()
    hint = serializers.CharField()
    url = serializers.URLField()
    html_url = serializers.URLField()


class PersonSuggestionShape(SuggestionShape):
    """A person who may be meant."""

    avatar = serializers.URLField()


class SuggestedShape(Shape):
    """How a query may go on, by kind."""

    words = SuggestionShape(many=True)
    titles = SuggestionShape(many=True)
    people = PersonSuggestionShape(many=True)
    tags = SuggestionShape(many=True)


def hit_shape(hit: Hit, kind: str, addresses: Addresses) -> dict[str, Any]:
    """Return ``hit`` as programs read it; every hit has every key."""
    name = quote(hit.thing.key) if isinstance(hit.thing, Tag) else hit.id
    return {
        "id": hit.id,
        "type": kind,
        "url": addresses.api(f"{FOLDERS[kind]}/{name}/"),
        "html_url": addresses.page(hit.url),
        "title": _text(hit.title),
        "snippet": _text(hit.text),
        "author": _author(hit.thing, addresses),
        "published_at": _published_at(hit.thing),
        "is_related": hit.is_related,
    }


def _text(snippet: Snippet) -> dict[str, Any]:
    return {"text": snippet.text, "ranges": [list(span) for span in snippet.ranges]}


def _author(thing: object, addresses: Addresses) -> dict[str, str] | None:
    if isinstance(thing, PostCard):
        handle, name = thing.author_handle, thing.author_name
    elif isinstance(thing, Comment | Series) and thing.author:
        handle, name = thing.author.handle, thing.author.name
    elif isinstance(thing, User):
        handle, name = thing.handle, thing.name
    else:
        return None
    return {
        "handle": handle,
        "display_name": name,
        "url": addresses.api(f"users/@{quote(handle)}/"),
        "html_url": addresses.person(handle),
    }


def _published_at(thing: object) -> str | None:
    if isinstance(thing, PostCard):
        return thing.published_iso
    return clock.iso(thing.created_at) if isinstance(thing, Comment) else None


def suggested_shape(
    found: Suggestions, addresses: Addresses, search_page: str
) -> dict[str, list[dict[str, Any]]]:
    """Return ``found`` as programs read it; ``search_page`` is the path of the page of searching."""
    return {
        "words": [
            {
                "label": word,
                "hint": "",
                "url": addresses.api(f"search/?q={quote(word)}"),
                "html_url": addresses.page(f"{search_page}?q={quote(word)}"),
            }
            for word in found.words
        ],
        "titles": [
            {
                "label": post.title,
                "hint": post.author.name,
                "url": addresses.api(f"posts/{post.pk}/"),
                "html_url": addresses.page(post.get_absolute_url()),
            }
            for post in found.titles
        ],
        "people": [
            {
                "label": person.name,
                "hint": f"@{person.handle}",
                "url": addresses.api(f"users/{person.pk}/"),
                "html_url": addresses.person(person.handle),
                "avatar": addresses.page(person.avatar_url(AVATAR_PIXELS)),
            }
            for person in found.people
        ],
        "tags": [
            {
                "label": tag.name,
                "hint": str(tag.post_count),
                "url": addresses.api(f"tags/{quote(tag.key)}/"),
                "html_url": addresses.page(tag.get_absolute_url()),
            }
            for tag in found.tags
        ],
    }
