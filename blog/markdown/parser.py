"""The parsers, built once: Markdown as people write it here, and what is done to its tokens."""

from functools import lru_cache

from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from .context import Context
from .hashtags import hashtags_plugin
from .headings import lead_fragments, place_headings
from .images import place_images
from .korean import KoreanMarkdownIt
from .links import links_plugin
from .mentions import link_mentions, mentions_plugin
from .raw_html import prepare_raw_html
from .renderer import ArticleRenderer, note_footnotes, place_tables
from .tasks import place_tasks
from .tokens import inline_blocks

#: Deepest nesting of quotes, lists and inline marks; what is deeper is left out or stays text.
MAX_NESTING = 40


def _build(**extra: type) -> KoreanMarkdownIt:
    md = KoreanMarkdownIt("commonmark", {"maxNesting": MAX_NESTING}, **extra)
    md.enable(["table", "strikethrough"])
    footnote_plugin(md)
    links_plugin(md)
    # The footnote plugin puts its own methods over those of the renderer; ours go back on top.
    ours = vars(type(md.renderer))
    md.renderer.rules.update({n: getattr(md.renderer, n) for n in md.renderer.rules if n in ours})
    return md


@lru_cache(maxsize=1)
def core_parser() -> KoreanMarkdownIt:
    """Return the syntax alone, with markdown-it's own renderer: what the CommonMark tests read."""
    return _build()


@lru_cache(maxsize=1)
def article_parser() -> KoreanMarkdownIt:
    """Return the parser for articles: the whole syntax, names and tags."""
    md = _build(renderer_cls=ArticleRenderer)
    md.options["xhtmlOut"] = False
    mentions_plugin(md)
    hashtags_plugin(md)
    return md


@lru_cache(maxsize=1)
def comment_parser() -> KoreanMarkdownIt:
    """Return the parser for comments: no headings, no footnotes, and a line end is a line end."""
    md = _build(renderer_cls=ArticleRenderer)
    md.options["xhtmlOut"] = False
    md.options["breaks"] = True
    md.disable(["heading", "lheading", "footnote_def", "footnote_ref", "footnote_inline"])
    mentions_plugin(md)
    return md


def place(tokens: list[Token], context: Context) -> None:
    """Do to the tokens what makes them ours; fills `context`."""
    prepare_raw_html(tokens, context)
    link_mentions(tokens, context)
    place_tasks(tokens)
    place_images(tokens, context)
    place_headings(tokens, context)
    lead_fragments(tokens, context)
    place_tables(tokens, context)
    note_footnotes(tokens, context)
    for block in inline_blocks(tokens):
        for token in block.children:
            if token.type == "hashtag":
                context.note_hashtag(token.content[1:])
