"""Whom and which tag a filter of a query names."""

from django.db.models import Q

from accounts.models import FormerHandle, User
from blog.models import Tag, TagAlias
from config.text import clean_line, identity_key
from search.generations import document_model, live_slot
from search.hangul import to_jamo
from search.models import Document
from search.plan import exact_token
from search.vocabulary.stored import beginning

NAMESAKES = 12
LOOKED_AT = 100
TAGS_AT_MOST = 12


def author_tokens(name: str, *, is_beginning: bool = False) -> list[str]:
    """Return the tokens of whoever is called ``name``: by handle, else all of that display name.

    With ``is_beginning`` also of whose handle or name begins with it. A handle that somebody gave
    up still means them. For nobody it is the token of the handle that it would be.
    """
    key = identity_key(clean_line(name).lstrip("@"))
    if not key:
        return [exact_token("@", key)]
    former = FormerHandle.objects.filter(handle_key=key).values("user_id")
    keys = list(
        User.objects.filter(Q(handle_key=key) | Q(pk__in=former)).values_list(
            "handle_key", flat=True
        )
    )
    if key in keys:
        keys = [key]
    if not keys:
        called = _beginning_with(key)
        keys = [handle for handle, shown in called if identity_key(shown) == key]
        if is_beginning and not keys:
            keys = [handle for handle, _shown in called]
    return [exact_token("@", one) for one in keys[:NAMESAKES] or [key]]


def _beginning_with(key: str) -> list[tuple[str, str]]:
    """Return (handle key, display name) of people whose name or handle begins with ``key``."""
    people = document_model(live_slot())._default_manager.filter(kind=Document.Kind.PERSON)
    by_name = beginning(people, "title_jamo", to_jamo(key)).values_list("object_id", flat=True)
    by_handle = beginning(people, "key", key).values_list("object_id", flat=True)
    ids = {*by_name[:LOOKED_AT], *by_handle[:LOOKED_AT]}
    rows = User.objects.filter(pk__in=ids).order_by("handle_key")
    return [
        (handle, shown)
        for handle, shown in rows.values_list("handle_key", "display_name")
        if handle.startswith(key) or identity_key(shown).startswith(key)
    ]


def tag_token(name: str) -> tuple[str, int]:
    """Return the token of the tag called ``name`` and on how many posts it is.

    Names that staff merged away lead to the tag that took them in.
    """
    key = identity_key(clean_line(name))
    found = dict(Tag.objects.filter(key=key).values_list("key", "post_count"))
    if not found:
        aliases = TagAlias.objects.filter(key=key).values_list("tag__key", "tag__post_count")
        found = dict(aliases)
    for own, count in found.items():
        return exact_token("#", own), count
    return exact_token("#", key), 0


def tags_named(word: str) -> list[str]:
    """Return the tokens of the most used tags whose names begin with ``word``."""
    key = identity_key(clean_line(word))
    if not key:
        return []
    tags = beginning(Tag.objects.filter(post_count__gt=0), "key", key)
    keys = tags.order_by("-post_count", "key").values_list("key", flat=True)
    return [exact_token("#", one) for one in keys[:TAGS_AT_MOST]]
