"""Hits as JSON: texts and where in them the words are, in code points."""

from rest_framework.request import Request

from accounts.models import User
from blog.cards import PostCard
from blog.models import Comment, Series
from config import clock
from search.highlighting import Snippet
from search.hits import Hit


def hit_shape(hit: Hit, kind: str, request: Request) -> dict[str, object]:
    """Return ``hit`` as programs read it; every hit has every key."""
    address = request.build_absolute_uri(hit.url)
    return {
        "id": hit.id,
        "type": kind,
        "url": address,
        "html_url": address,
        "title": _text(hit.title),
        "snippet": _text(hit.text),
        "author": _author(hit.thing, request),
        "published_at": _published_at(hit.thing),
        "is_related": hit.is_related,
    }


def _text(snippet: Snippet) -> dict[str, object]:
    return {"text": snippet.text, "ranges": [list(span) for span in snippet.ranges]}


def _author(thing: object, request: Request) -> dict[str, str] | None:
    if isinstance(thing, PostCard):
        handle, name, url = thing.author_handle, thing.author_name, thing.author_url
    elif isinstance(thing, Comment | Series) and thing.author:
        handle, name, url = thing.author.handle, thing.author.name, thing.author.get_absolute_url()
    elif isinstance(thing, User):
        handle, name, url = thing.handle, thing.name, thing.get_absolute_url()
    else:
        return None
    return {"handle": handle, "display_name": name, "url": request.build_absolute_uri(url)}


def _published_at(thing: object) -> str | None:
    if isinstance(thing, PostCard):
        return thing.published_iso
    return clock.iso(thing.created_at) if isinstance(thing, Comment) else None
