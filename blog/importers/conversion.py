"""From the dialects of other blogs to plain Markdown, never inside code.

Sources: Liquid tags of Jekyll (jekyllrb.com/docs/liquid), kramdown's attribute lists, shortcodes of
Hugo (gohugo.io/content-management/shortcodes) and Zola (getzola.org/documentation), tags of Hexo.
"""

import re
from bisect import bisect_right
from collections.abc import Callable

from django.utils.translation import gettext as _

from blog.importers.linking import POST_SCHEME
from blog.importers.pairs import replace_pairs
from blog.importers.rewriting import code_spans, masked

Report = Callable[[int, str], None]
"""Called with an offset in the text and what was not understood."""

# None of these reads past the next mark of its kind, and none goes back: a file of a hundred
# thousand opening marks is read once. What has an end is found by blog.importers.pairs.
HIGHLIGHT = (
    re.compile(
        r"^[ \t]*+\{%-?\s*+(?:highlight|codeblock)\s*+([^%]*?)-?%\}[ \t]*+\n?",
        re.M,
    ),
    re.compile(r"\{%-?\s*+end(?:highlight|codeblock)\s*+-?%\}"),
)
HUGO_HIGHLIGHT = (
    re.compile(r"\{\{[<%]\s*+highlight\s++((?:[^>%{]++|\{(?!\{))*+)[>%]\}\}\n?"),
    re.compile(r"\{\{[<%]\s*+/\s*+highlight\s*+[>%]\}\}"),
)
COMMENT = (
    re.compile(r"\{%-?\s*+comment\s*+-?%\}"),
    re.compile(r"\{%-?\s*+endcomment\s*+-?%\}"),
)
RAW = re.compile(r"\{%-?\s*+raw\s*+-?%\}"), re.compile(r"\{%-?\s*+endraw\s*+-?%\}")
POST_URL = re.compile(r"\{%-?\s*+(?:post_url|link|post_path)\s++[\"']?([^\s\"'%]++)[\"']?[^%]*+%\}")
POST_LINK = re.compile(r"\{%-?\s*+post_link\s++[\"']?([^\s\"'%]++)[\"']?\s*+([^%]*?)-?%\}")
ASSET_PATH = re.compile(r"\{%-?\s*+asset_path\s++([^\s%]++)\s*+-?%\}")
ASSET_IMAGE = re.compile(r"\{%-?\s*+asset_img\s++([^\s%]++)\s*+([^%]*?)-?%\}")
FILTERED = re.compile(
    r"\{\{\s*+[\"']([^\"']++)[\"']\s*+\|\s*+(?:relative_url|absolute_url)\s*+\}\}"
)
SITE = re.compile(r"\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}")
INCLUDE = re.compile(r"\{%-?\s*+(include|include_relative|include_cached)\s++([^%]*?)-?%\}")
ATTRIBUTES = re.compile(r"(?:(?<![ \t])[ \t]++)?\{:[^{}\n]*+\}")
TOC = re.compile(
    r"^[ \t]*+[*\-+1.]++[ \t]*+(?:TOC|toc|목차)[ \t]*+\n[ \t]*+\{:toc[^{}]*+\}[ \t]*+$", re.M
)
MORE = re.compile(r"^[ \t]*+<!--\s*+more\s*+-->[ \t]*+$", re.M | re.I)
HUGO = re.compile(r"\{\{[<%]\s*+(/?)\s*+([\w./-]++)((?:[^>%{]++|%(?!\}\})|\{(?!\{))*+)[>%]\}\}")
ZOLA = re.compile(r"\{\{\s*+(\w++)\(((?:[^){]++|\{(?!\{))*+)\)\s*+\}\}")
ZOLA_BODY = (
    re.compile(r"\{%\s*+(\w++)\((?:[^){]++|\{(?!%))*+\)\s*+%\}"),
    re.compile(r"\{%\s*+end\s*+%\}"),
)
LIQUID = re.compile(r"\{%-?\s*+(\w++)[^%\n]*+%\}|\{\{(?![<%])[^{}\n]*+\}\}")
ARGUMENT = re.compile(r"(?<!\w)(\w++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s,\"']+))")
POSITIONAL = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"'=,]+)")
LINE_NUMBERS = re.compile(r"\blinenos\b\S*|\blinenostart=\S+|\bhl_lines=\S+")
VIDEO = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}",
    "tweet": "https://x.com/i/status/{}",
    "x": "https://x.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
}
PICTURES = frozenset({"figure", "image", "img", "picture", "photo"})
HIDDEN = "\ue000{}\ue001"
HIDDEN_AT = re.compile("\ue000(\\d+)\ue001")
REMARKS_MOST = 500
"""Of one text, each with its line."""


class _Lines:
    """Where a piece stands in the text as it came; the same piece again stands further down."""

    def __init__(self, original: str, report: Report):
        self.prose = masked(_without_highlights(original))
        self.original = original
        self.report = report
        self.seen: dict[str, int] = {}
        self.count = 0

    def __call__(self, piece: str, words: str) -> None:
        self.count += 1
        if self.count > REMARKS_MOST:
            if self.count == REMARKS_MOST + 1:
                self.report(-1, _("much more was not understood; only the first of it is named"))
            return
        start = self.seen.get(piece, -1) + 1
        found = self.prose.find(piece, start)
        if found < 0:
            found = self.original.find(piece, start)
        self.seen[piece] = found
        self.report(found, words)


def _without_highlights(text: str) -> str:
    """Hide what highlight tags hold: it is code, wherever it stands."""

    def hidden(begin: re.Match, inner: str, end: re.Match) -> str:
        return re.sub(r"[^\n]", "\ue002", begin[0] + inner + end[0])

    for opening, closing in (HIGHLIGHT, HUGO_HIGHLIGHT):
        text = replace_pairs(text, opening, lambda _begin, mark=closing: mark, hidden)
    return text


def convert(
    text: str, report: Report, resolve: Callable[[str], str], *, dialect: str = "jekyll"
) -> str:
    """Return ``text`` as plain Markdown.

    Args:
        text: the body of a post.
        report: told of everything that has no equal here, with its offset in ``text``.
        resolve: gives the address for what ``post_url``, ``link``, ``ref`` and ``@/`` name.
        dialect: jekyll, hexo, hugo, zola or plain; only Jekyll has kramdown's attribute lists.
    """
    for mark in ("\ue000", "\ue001", "\ue002", POST_SCHEME[0]):
        text = text.replace(mark, "")
    lines = _Lines(text, report)
    kept: list[str] = []

    def hide(piece: str) -> str:
        kept.append(piece)
        return HIDDEN.format(len(kept) - 1)

    text = _hide_code(text, hide)
    text = replace_pairs(text, RAW[0], lambda _begin: RAW[1], lambda _b, inner, _e: hide(inner))
    text = _convert_prose(text, lines, resolve, is_kramdown=dialect == "jekyll")
    while HIDDEN_AT.search(text):
        text = HIDDEN_AT.sub(lambda match: kept[int(match[1])], text)
    return text.strip("\n") + "\n"


def _hide_code(text: str, hide: Callable[[str], str]) -> str:
    """Hide code; highlight tags outside of it become fences and are hidden too."""
    spans = code_spans(text)

    def fence(begin: re.Match, inner: str, end: re.Match) -> str:
        at = bisect_right(spans, begin.start(), key=lambda span: span[0])
        is_code = at and begin.start() < spans[at - 1][1]
        return begin[0] + inner + end[0] if is_code else _as_fence(begin[1], inner)

    # What looks like code inside a highlighted block is part of that block.
    for opening, closing in (HIGHLIGHT, HUGO_HIGHLIGHT):
        fenced = replace_pairs(text, opening, lambda _begin, mark=closing: mark, fence)
        if fenced != text:
            text = fenced
            spans = code_spans(text)
    pieces, position = [], 0
    for start, end in spans:
        if start < position:
            continue
        code = replace_pairs(text[start:end], RAW[0], lambda _begin: RAW[1], _raw_inside)
        pieces += [text[position:start], hide(code)]
        position = end
    return "".join([*pieces, text[position:]])


def _raw_inside(begin: re.Match, inner: str, end: re.Match) -> str:
    """Jekyll takes its marks away inside code too."""
    return inner.strip("\n") if "\n" in begin[0] + inner + end[0] else inner


def _convert_prose(
    text: str,
    report: Callable[[str, str], None],
    resolve: Callable[[str], str],
    *,
    is_kramdown: bool,
) -> str:
    text = replace_pairs(text, COMMENT[0], lambda _begin: COMMENT[1], lambda *_pair: "")
    text = POST_URL.sub(lambda match: resolve(match[1]), text)
    text = POST_LINK.sub(lambda match: _post_link(match, resolve), text)
    text = ASSET_PATH.sub(lambda match: match[1], text)
    text = ASSET_IMAGE.sub(lambda match: f"![{match[2].strip()}]({match[1]})", text)
    text = FILTERED.sub(lambda match: match[1], text)
    text = SITE.sub("", text)
    text = TOC.sub("", text)
    text = MORE.sub("", text)

    def include(match: re.Match) -> str:
        name = match[2].partition(" ")[0].strip().split(".")[0]
        return _picture_or_link(name, match[2], match[0], report)

    def shortcode(match: re.Match) -> str:
        closing, name, rest = match.groups()
        rest = rest.rstrip().removesuffix("/")
        if closing:
            return ""
        if name in {"ref", "relref"}:
            return resolve(_arguments(rest).get("0", ""))
        return _picture_or_link(name, rest, match[0], report)

    def body(begin: re.Match, inner: str, end: re.Match) -> str:
        name = begin[1]
        if name in {"quote", "blockquote"}:
            return "\n".join(f"> {line}".rstrip() for line in inner.strip().split("\n"))
        words = _("shortcode %(name)s: only its text was kept") % {"name": name}
        report(begin[0] + inner + end[0], words)
        return inner.strip("\n")

    text = INCLUDE.sub(include, text)
    text = HUGO.sub(shortcode, text)
    text = replace_pairs(text, ZOLA_BODY[0], lambda _begin: ZOLA_BODY[1], body)
    text = ZOLA.sub(lambda m: _picture_or_link(m[1], m[2], m[0], report), text)

    def unknown(match: re.Match) -> str:
        # It may be ordinary text: what a person wrote is kept, and reported.
        report(match[0], _("not understood, left as it is: %(text)s") % {"text": match[0][:60]})
        return match[0]

    text = LIQUID.sub(unknown, text)
    return ATTRIBUTES.sub("", text) if is_kramdown else text


def _post_link(match: re.Match, resolve: Callable[[str], str]) -> str:
    """Hexo's tag makes the whole link: a name, then perhaps words (and whether to escape them)."""
    words = re.sub(r"\s+(?:true|false)$", "", match[2].strip()).strip("\"'")
    return f"[{words or match[1]}]({resolve(match[1])})"


def _as_fence(options: str, code: str) -> str:
    language = LINE_NUMBERS.sub("", options).strip().strip(",").split(" ")[0].strip(",")
    language = language.removeprefix("lang:")
    code = code.rstrip(" \t").strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _arguments(text: str) -> dict[str, str]:
    """Return the named arguments and, under their number, the positional ones."""
    found = {match[1]: match[2] or match[3] or match[4] or "" for match in ARGUMENT.finditer(text)}
    rest = ARGUMENT.sub(" ", text)
    for number, match in enumerate(POSITIONAL.finditer(rest)):
        found[str(number)] = match[1] or match[2] or match[3] or ""
    return found


def _picture_or_link(name: str, rest: str, whole: str, report: Callable[[str, str], None]) -> str:
    arguments = _arguments(rest)
    short = name.rsplit("/", 1)[-1].lower()
    source = arguments.get("src") or arguments.get("path") or arguments.get("url") or ""
    if short in PICTURES and (source or arguments.get("image_path") or arguments.get("0")):
        source = source or arguments.get("image_path") or arguments["0"]
        caption = (arguments.get("caption") or arguments.get("title") or "").replace('"', "”")
        alt = arguments.get("alt") or caption
        return f'![{alt}](<{source}> "{caption}")' if caption else f"![{alt}](<{source}>)"
    if short in VIDEO:
        key = arguments.get("id") or arguments.get("0") or ""
        if short == "gist" and arguments.get("1"):
            key = f"{arguments['0']}/{arguments['1']}"
        if key:
            return f"<{VIDEO[short].format(key)}>"
    report(whole, _("shortcode %(name)s: left out") % {"name": name})
    return ""
