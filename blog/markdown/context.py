"""What one rendering knows: who resolves names and images, and what was found on the way."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from config.text import identity_key

ResolveMention = Callable[[list[str]], dict[str, str]]
ResolveImage = Callable[[str], dict[str, Any] | None]
TagUrl = Callable[[str], str]

#: Most people one text can name (SO-34); names beyond stay plain text.
MAX_MENTIONS = 20


def default_tag_url(name: str) -> str:
    """Return `/tags/<name>/`, case-folded and percent-encoded."""
    return f"/tags/{quote(identity_key(name), safe='')}/"


@dataclass
class Context:
    """State of one rendering; lives in the parser's `env` under the key `context`.

    `nonce` marks the ids that we make: the sanitiser strips it from them and drops every id
    without it, so that nobody can write an id of ours, or of the page around, by hand.
    """

    resolve_mention: ResolveMention | None = None
    resolve_image: ResolveImage | None = None
    tag_url: TagUrl = default_tag_url
    id_prefix: str = ""
    allows_images: bool = True
    allows_ids: bool = True
    has_raw_html: bool = False
    nonce: str = field(default_factory=lambda: f"n{secrets.token_hex(8)}-")
    image_sources: list[str] = field(default_factory=list)
    images: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    loadable: set[str] = field(default_factory=set)
    mentions: list[str] = field(default_factory=list)
    mention_urls: dict[str, str] = field(default_factory=dict)
    hashtags: dict[str, str] = field(default_factory=dict)
    toc: list[dict[str, Any]] = field(default_factory=list)
    heading_ids: dict[str, str] = field(default_factory=dict)
    footnote_refs: set[tuple[int, int]] = field(default_factory=set)

    def id_attribute(self, name: str) -> str:
        """Return the marked form of an id, for `id` and `aria-labelledby` before cleaning."""
        return f"{self.nonce}{self.id_prefix}{name}"

    def fragment(self, name: str) -> str:
        """Return the `#…` that leads to an id of this rendering."""
        return f"#{self.id_prefix}{name}"

    def note_hashtag(self, name: str) -> None:
        """Remember a tag name once, as it was first written, under its identity key."""
        self.hashtags.setdefault(identity_key(name), name)
