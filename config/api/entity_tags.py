"""Entity tags (RFC 9110, 8.8.3): a version for If-Match, and the whole answer for If-None-Match.

A tag is ``"version.answer"``: hashes of what people change, and of all there is. Numbers that move
by themselves (views, likes) make a new answer but no new version: an edit is not refused because
somebody looked.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _

from config.api.problems import Stale
from config.api.rendering import dumps

TAG = re.compile(r'(?:W/)?"([^"]*)"')
MOVES_BY_ITSELF = frozenset(
    {
        *("view_count", "like_count", "comment_count", "post_count", "last_seen_at"),
        *("follower_count", "following_count", "viewer"),
    }
)


def entity_tag(data: dict[str, Any]) -> str:
    """Return the tag of ``data``, an answer of one object."""
    version = {name: value for name, value in data.items() if name not in MOVES_BY_ITSELF}
    return f'"{_hash(version)}.{_hash(data)}"'


def matches(header: str, tag: str) -> bool:
    """Return whether ``header`` (If-None-Match) names ``tag``, or whatever there is."""
    return header.strip() == "*" or tag.strip('"') in TAG.findall(header)


def require_version(header: str, data: dict[str, Any]) -> None:
    """Raise Stale if ``header`` (If-Match) was sent and names another version than ``data`` is."""
    if not header or header.strip() == "*":
        return
    version = entity_tag(data).strip('"').partition(".")[0]
    if version not in _versions(header):
        raise Stale(_("This was changed in the meantime. Read it again first."))


def _versions(header: str) -> Iterable[str]:
    return {tag.partition(".")[0] for tag in TAG.findall(header)}


def _hash(data: Any) -> str:
    return blake2b(dumps(data), digest_size=9).hexdigest()
