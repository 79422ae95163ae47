"""Headings: levels below the page's own title, anchors that keep Hangul, the table of contents.

The page owns `<h1>`. A text's shallowest heading becomes `<h2>` and the others keep their distance
to it: `#` gives `h2` and `##` `h3`, and a text that starts at `##`, as many do, has no gap below
the title. `h6` is the floor.

The text of the heading itself links to its anchor, so that the link needs no words of its own
(the HTML is stored once for readers of every language), the heading's name stays its text, and the
keyboard reaches it. A heading that holds a link already keeps that one alone.
"""

import re
import unicodedata
from urllib.parse import unquote

from markdown_it.token import Token

from .context import Context
from .tokens import inline_blocks, inline_text, is_raw_link_open, text_token

TOP_LEVEL, FLOOR = 2, 6
#: Levels shown in the table of contents, after shifting.
TOC_LEVELS = range(2, 5)
#: Longest anchor, in code points, before the number that makes it unique.
MAX_ANCHOR_LENGTH = 80

_NOT_IN_ANCHOR = re.compile(r"[^\w\s-]")
_LINKS = ("link_open", "mention", "footnote_ref")


def slug_of(text: str) -> str:
    """Return the anchor for a heading's text: NFC, lower case, hyphens for spaces."""
    lowered = unicodedata.normalize("NFC", text).lower()
    kept = "".join(
        c if not _NOT_IN_ANCHOR.match(c) or unicodedata.category(c)[0] == "M" else ""
        for c in lowered
    )
    return re.sub(r"[\s-]+", "-", kept).strip("-")[:MAX_ANCHOR_LENGTH].strip("-")


def place_headings(tokens: list[Token], context: Context) -> None:
    """Shift levels, give ids, wrap texts in anchors, and fill the table of contents.

    Ids that are ASCII get the prefix `h-`: the page around has ids such as `main`, and a script
    reads names such as `location` from the window. Links in the text to the unprefixed form, as
    other platforms write them, are led to the right place.
    """
    opens = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    kept = {i for i in opens if _has_content(tokens[i + 1])}
    shift = TOP_LEVEL - min((int(tokens[i].tag[1]) for i in kept), default=TOP_LEVEL)
    counts: dict[str, int] = {}
    used: set[str] = set()
    for index in opens:
        opening, block, closing = tokens[index : index + 3]
        if index not in kept:
            # An empty heading is a stop without a name for people who jump by headings.
            opening.hidden = closing.hidden = True
            continue
        level = min(int(opening.tag[1]) + shift, FLOOR)
        opening.tag = closing.tag = f"h{level}"
        block.children = [
            text_token(t.content, t.level) if t.type == "hashtag" else t for t in block.children
        ]
        text = " ".join(inline_text(block.children).split())
        name = _unique(slug_of(text), counts, used, context)
        opening.attrSet("id", context.id_attribute(name))
        if not any(t.type in _LINKS or is_raw_link_open(t) for t in block.children):
            anchor = Token("link_open", "a", 1)
            anchor.attrs = {"class": "anchor", "href": context.fragment(name)}
            block.children = [anchor, *block.children, Token("link_close", "a", -1)]
            for token in block.children:
                if token.type == "image":
                    token.meta["in_link"] = True
        if level in TOC_LEVELS and opening.level == 0 and text:
            context.toc.append({"level": level, "id": f"{context.id_prefix}{name}", "text": text})


def _has_content(block: Token) -> bool:
    return any(t.type == "image" for t in block.children or ()) or bool(
        inline_text(block.children).strip()
    )


def _unique(slug: str, counts: dict[str, int], used: set[str], context: Context) -> str:
    base = f"h-{slug}" if slug.isascii() and slug else slug or "h"
    counts[base] = counts.get(base, 0) + 1
    name = base if counts[base] == 1 else f"{base}-{counts[base]}"
    while name in used:
        counts[base] += 1
        name = f"{base}-{counts[base]}"
    used.add(name)
    plain = name.removeprefix("h-") if base != slug else name
    context.heading_ids.setdefault(plain, name)
    return name


def lead_fragments(tokens: list[Token], context: Context) -> None:
    """Point `[…](#heading)` links at the ids that the headings really have."""
    for block in inline_blocks(tokens):
        for token in block.children:
            href = str(token.attrs.get("href", "")) if token.type == "link_open" else ""
            if href.startswith("#") and token.attrs.get("class") != "anchor":
                target = unicodedata.normalize("NFC", unquote(href[1:]))
                name = context.heading_ids.get(target) or context.heading_ids.get(target.lower())
                if name:
                    token.attrSet("href", context.fragment(name))
