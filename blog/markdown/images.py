"""Images: ours are shown, those of other hosts are links (BL-28).

A reader's browser asks no other host for anything on our pages, so an image is loaded only if
`resolve_image` knows it or its address begins with `/media/`.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from markdown_it.token import Token

from .context import Context
from .tokens import inline_blocks, inline_text, is_raw_link_close, is_raw_link_open, text_token

MEDIA_PREFIX = "/media/"
# Used when the resolver gives candidates by width but no sizes: the measure of the prose column.
DEFAULT_SIZES = "(min-width: 44rem) 42rem, 100vw"

MARKED = re.compile(r"""[!-/:-@[-`{-~]""")
"""ASCII punctuation: all of it may be written with a backslash (CommonMark 0.31, 2.4)."""


def look_up(source: str, context: Context) -> dict[str, Any] | None:
    """Return what is known of an image of ours (at least `url`), else None.

    An empty `url` is an image of ours that cannot be shown: its description stands for it.
    """
    if source not in context.images:
        if source:
            context.image_sources.append(source)
        context.images[source] = known = _resolve(source, context)
        if known and known["url"]:
            context.loadable.add(known["url"])
    return context.images[source]


def _resolve(source: str, context: Context) -> dict[str, Any] | None:
    if not context.allows_images or not source:
        return None
    known = context.resolve_image(source) if context.resolve_image else None
    if known:
        return known
    is_ours = source.startswith(MEDIA_PREFIX) and ".." not in source and "\\" not in source
    return {"url": source} if is_ours else None


def image_html(source: str, alt: str, title: str, context: Context, *, in_link: bool) -> str:
    """Return the markup for one image: `<img>`, or a link to it, or its text alone."""
    known = look_up(source, context)
    if known is None:
        text = escape(alt or source)
        if in_link or not source:
            return text
        return f'<a class="external-image" href="{escape(source)}">{text}</a>'
    if not known["url"]:
        return escape(alt)
    attributes = {
        "src": known["url"],
        "alt": alt or known.get("alt") or "",
        "title": title or None,
        "width": known.get("width"),
        "height": known.get("height"),
        "srcset": known.get("srcset"),
        "loading": "lazy",
        "decoding": "async",
    }
    if known.get("srcset"):
        context.loadable.add(known["srcset"])
        attributes["sizes"] = known.get("sizes") or DEFAULT_SIZES
    pairs = (f'{key}="{escape(str(v))}"' for key, v in attributes.items() if v is not None)
    return f"<img {' '.join(pairs)}>"


def image_source(url: str, alt: str) -> str:
    """Return the Markdown that shows the image at ``url`` with exactly this description."""
    escaped = MARKED.sub(r"\\\g<0>", alt)
    return f"![{escaped}]({url})"


def place_images(tokens: list[Token], context: Context) -> None:
    """Look up every image, tell those inside links, and make figures.

    An image with a title, alone in its paragraph, becomes a figure with the title as caption.
    """
    for block in inline_blocks(tokens):
        for token, is_inside in _images_in(block.children):
            token.meta["in_link"] = is_inside
            look_up(str(token.attrs.get("src", "")), context)
    for index, block in enumerate(tokens):
        if block.type == "inline" and index and tokens[index - 1].type == "paragraph_open":
            if image := _lone_titled_image(block.children or [], context):
                _make_figure(tokens[index - 1], block, tokens[index + 1], image)


def _images_in(children: list[Token]) -> Iterator[tuple[Token, bool]]:
    depth = 0
    for token in children:
        if token.type == "link_open" or is_raw_link_open(token):
            depth += 1
        elif token.type == "link_close" or is_raw_link_close(token):
            depth = max(0, depth - 1)
        elif token.type == "image":
            yield token, depth > 0


def _lone_titled_image(children: list[Token], context: Context) -> Token | None:
    solid = [t for t in children if t.type != "softbreak" and (t.type != "text" or t.content)]
    if len(solid) != 1 or solid[0].type != "image" or not solid[0].attrs.get("title"):
        return None
    known = context.images.get(str(solid[0].attrs.get("src")))
    return solid[0] if known and known["url"] else None


def _make_figure(opening: Token, block: Token, closing: Token, image: Token) -> None:
    caption = str(image.attrs.pop("title"))
    opening.tag = closing.tag = "figure"
    opening.hidden = closing.hidden = False
    block.children = [
        image,
        Token("figcaption_open", "figcaption", 1),
        text_token(caption),
        Token("figcaption_close", "figcaption", -1),
    ]


def alt_text(token: Token) -> str:
    """Return the text of an image token's description."""
    return inline_text(token.children)
