"""Markdown and notes to safe HTML: one renderer for pages, previews, feeds and the API.

Rendered once when a text is saved and stored; `RENDERER_VERSION` is stored with it, so that texts
made by an older renderer can be found and rendered again.

Source: CommonMark 0.31.2 with tables, strike-through, task lists (GitHub Flavored Markdown 0.29)
and footnotes; the Korean rules are told in `korean.py` (emphasis) and `links.py` (addresses).
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from config.text import clean

from .context import (
    MAX_MENTIONS,
    Context,
    ResolveImage,
    ResolveMention,
    TagUrl,
    default_tag_url,
)
from .notes import note_html
from .parser import article_parser, comment_parser, core_parser, place
from .plain_text import plain_text
from .sanitise import ARTICLE_TAGS, COMMENT_TAGS, NOTE_TAGS, sanitise

__all__ = [
    "MAX_MENTIONS",
    "RENDERER_VERSION",
    "Rendered",
    "render_article",
    "render_comment",
    "render_core",
    "render_note",
]

#: Raise whenever the same source gives other HTML.
RENDERER_VERSION = 1

_MAX_PASSES = 5
# Code points that HTML forbids; line ends and tabs stay.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)


@dataclass(frozen=True)
class Rendered:
    """What one text became.

    html: cleaned HTML, ready to be stored and shown.
    toc: headings of levels 2 to 4 in order, each `{"level": int, "id": str, "text": str}`.
    mentions: identity keys of the people named and found, in order, each once, at most 20.
    hashtags: tag names as first written, without `#`, each once.
    image_sources: addresses of all images, as in the source after percent-encoding, each once,
        shown or not; those not shown are what an author can be offered to bring in.
    plain_text: prose without marks, one block a line, code blocks left out.
    version: `RENDERER_VERSION` at the time.
    """

    html: str
    toc: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    hashtags: list[str] = field(default_factory=list)
    image_sources: list[str] = field(default_factory=list)
    plain_text: str = ""
    version: int = RENDERER_VERSION


def render_article(
    source: str,
    *,
    resolve_mention: ResolveMention | None = None,
    resolve_image: ResolveImage | None = None,
    tag_url: TagUrl | None = None,
    id_prefix: str = "",
) -> Rendered:
    """Render the Markdown of an article.

    resolve_mention: called at most once with the identity keys of all names that may be meant;
        returns the URL for each that may be linked. Without it, names stay text.
    resolve_image: called once for each image address; returns None for what must not be loaded,
        else a dict with `url` and, where known, `width` and `height` (CSS pixels), `srcset`,
        `sizes`, `alt`; with an empty `url` the description is shown. Addresses under `/media/`
        are shown without it.
    tag_url: URL for a tag name as written; default `/tags/<case-folded name>/`.
    id_prefix: put before every id, for several articles on one page; ASCII letters, digits, `-`.

    Never raises for any `source`; what the callables raise passes through.
    """
    context = Context(
        resolve_mention=resolve_mention,
        resolve_image=resolve_image,
        tag_url=tag_url or default_tag_url,
        id_prefix=id_prefix,
    )
    return _render(article_parser(), source, context, ARTICLE_TAGS)


def render_comment(source: str, *, resolve_mention: ResolveMention | None = None) -> Rendered:
    """Render the Markdown of a comment: no headings, images, footnotes or ids (BL-51).

    A single line end is a line break. Images become links. Many comments share a page, so nothing
    in them has an id. Arguments and errors as in `render_article`.
    """
    context = Context(resolve_mention=resolve_mention, allows_images=False, allows_ids=False)
    return _render(comment_parser(), source, context, COMMENT_TAGS)


def render_note(
    text: str,
    *,
    resolve_mention: ResolveMention | None = None,
    tag_url: TagUrl | None = None,
) -> Rendered:
    """Render a note: plain text with addresses, `@handle` and `#태그` as links (BL-02).

    Lines stay; everything else is escaped. Arguments and errors as in `render_article`.
    """
    text = _cleaned(text).strip()
    context = Context(resolve_mention=resolve_mention, tag_url=tag_url or default_tag_url)
    html = sanitise(note_html(text, context), tags=NOTE_TAGS) if text else ""
    return Rendered(
        html=html,
        mentions=context.mentions,
        hashtags=list(context.hashtags.values()),
        plain_text=text,
    )


def render_core(source: str) -> str:
    """Return unclean HTML of the bare syntax in markdown-it's own form; for tests of the syntax."""
    return core_parser().render(source)


def _cleaned(source: str) -> str:
    # A lone surrogate cannot be encoded; NFC makes one name of one name.
    return _FORBIDDEN.sub("", unicodedata.normalize("NFC", clean(source)))


def _render(parser: Any, source: str, context: Context, tags: frozenset[str]) -> Rendered:
    env = {"context": context}
    tokens = parser.parse(_cleaned(source), env)
    place(tokens, context)
    html = parser.renderer.render(tokens, parser.options, env)
    return Rendered(
        html=_sanitised(html, tags, context),
        toc=context.toc,
        mentions=context.mentions,
        hashtags=list(context.hashtags.values()),
        image_sources=context.image_sources,
        plain_text=plain_text(tokens),
    )


def _sanitised(html: str, tags: frozenset[str], context: Context) -> str:
    html = sanitise(html, tags=tags, id_mark=context.nonce, loadable=context.loadable)
    # A parser moves things out of malformed tables and links, and reading the result moves them
    # again. People's own tags are therefore read until nothing moves: what the browser builds is
    # then what was judged.
    for _ in range(_MAX_PASSES if context.has_raw_html else 0):
        again = sanitise(html, tags=tags, id_mark="", loadable=context.loadable)
        if again == html:
            break
        html = again
    return html
