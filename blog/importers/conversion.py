"""From the dialects of other blogs to plain Markdown, never inside code.

Sources: Liquid tags of Jekyll (jekyllrb.com/docs/liquid), kramdown's attribute lists, shortcodes of
Hugo (gohugo.io/content-management/shortcodes) and Zola (getzola.org/documentation), tags of Hexo.
"""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from blog.importers.rewriting import code_spans, masked

Report = Callable[[int, str], None]
"""Called with an offset in the text and what was not understood."""

HIGHLIGHT = re.compile(
    r"^[ \t]*\{%-?\s*(?:highlight|codeblock)\s*([^%]*?)-?%\}[ \t]*\n?(.*?)\n?[ \t]*"
    r"\{%-?\s*end(?:highlight|codeblock)\s*-?%\}",
    re.M | re.S,
)
HUGO_HIGHLIGHT = re.compile(
    r"\{\{[<%]\s*highlight\s+([^>%]*?)[>%]\}\}\n?(.*?)\n?\{\{[<%]\s*/\s*highlight\s*[>%]\}\}", re.S
)
COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.S)
RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.S)
POST_URL = re.compile(r"\{%-?\s*(?:post_url|link|post_path)\s+[\"']?([^\s\"'%]+)[\"']?[^%]*?-?%\}")
POST_LINK = re.compile(r"\{%-?\s*post_link\s+[\"']?([^\s\"'%]+)[\"']?\s*([^%]*?)-?%\}")
ASSET_PATH = re.compile(r"\{%-?\s*asset_path\s+([^\s%]+)\s*-?%\}")
ASSET_IMAGE = re.compile(r"\{%-?\s*asset_img\s+([^\s%]+)\s*([^%]*?)-?%\}")
FILTERED = re.compile(r"\{\{\s*[\"']([^\"']+)[\"']\s*\|\s*(?:relative_url|absolute_url)\s*\}\}")
SITE = re.compile(r"\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}")
INCLUDE = re.compile(r"\{%-?\s*(include|include_relative|include_cached)\s+([^%]*?)-?%\}")
ATTRIBUTES = re.compile(r"[ \t]*\{:[^{}\n]*\}")
TOC = re.compile(r"^[ \t]*[*\-+1.]+[ \t]*(?:TOC|toc|목차)[ \t]*\n[ \t]*\{:toc[^}]*\}[ \t]*$", re.M)
MORE = re.compile(r"^[ \t]*<!--\s*more\s*-->[ \t]*$", re.M | re.I)
HUGO = re.compile(r"\{\{[<%]\s*(/?)\s*([\w./-]+)((?:[^>%]|%(?!\}\}))*?)/?\s*[>%]\}\}")
ZOLA = re.compile(r"\{\{\s*(\w+)\(([^)]*)\)\s*\}\}")
ZOLA_BODY = re.compile(r"\{%\s*(\w+)\(([^)]*)\)\s*%\}(.*?)\{%\s*end\s*%\}", re.S)
LIQUID = re.compile(r"\{%-?\s*(\w+)[^%\n]*-?%\}|\{\{(?![<%])[^{}\n]*\}\}")
ARGUMENT = re.compile(r"(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,\"']+))")
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
POST_SCHEME = "post:"
"""Names a post of the same blog until its new address is known (see blog.importers.linking)."""


class _Lines:
    """Where a piece stands in the text as it came; the same piece again stands further down."""

    def __init__(self, original: str, report: Report):
        self.prose = masked(_without_highlights(original))
        self.original = original
        self.report = report
        self.seen: dict[str, int] = {}

    def __call__(self, piece: str, words: str) -> None:
        start = self.seen.get(piece, -1) + 1
        found = self.prose.find(piece, start)
        if found < 0:
            found = self.original.find(piece, start)
        self.seen[piece] = found
        self.report(found, words)


def _without_highlights(text: str) -> str:
    """Hide what highlight tags hold: it is code, wherever it stands."""
    for pattern in (HIGHLIGHT, HUGO_HIGHLIGHT):
        text = pattern.sub(lambda match: re.sub(r"[^\n]", "\ue002", match[0]), text)
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
    text = text.replace("\ue000", "").replace("\ue001", "").replace("\ue002", "")
    lines = _Lines(text, report)
    kept: list[str] = []

    def hide(piece: str) -> str:
        kept.append(piece)
        return HIDDEN.format(len(kept) - 1)

    text = _hide_code(text, hide)
    text = RAW.sub(lambda match: hide(match[1]), text)
    text = _convert_prose(text, lines, resolve, is_kramdown=dialect == "jekyll")
    while HIDDEN_AT.search(text):
        text = HIDDEN_AT.sub(lambda match: kept[int(match[1])], text)
    return text.strip("\n") + "\n"


def _hide_code(text: str, hide: Callable[[str], str]) -> str:
    """Hide code; highlight tags outside of it become fences and are hidden too."""
    spans = code_spans(text)

    def is_code(position: int) -> bool:
        return any(start <= position < end for start, end in spans)

    def fence(match: re.Match) -> str:
        return match[0] if is_code(match.start()) else _as_fence(match)

    highlighted = [
        match.span()
        for pattern in (HIGHLIGHT, HUGO_HIGHLIGHT)
        for match in pattern.finditer(text)
        if not is_code(match.start())
    ]
    if highlighted:
        # What looked like code inside a highlighted block was part of that block.
        for pattern in (HIGHLIGHT, HUGO_HIGHLIGHT):
            text = pattern.sub(fence, text)
            spans = code_spans(text)
    pieces, position = [], 0
    for start, end in spans:
        if start < position:
            continue
        pieces += [text[position:start], hide(RAW.sub(_raw_inside, text[start:end]))]
        position = end
    return "".join([*pieces, text[position:]])


def _raw_inside(match: re.Match) -> str:
    """Jekyll takes its marks away inside code too."""
    return match[1].strip("\n") if "\n" in match[0] else match[1]


def _convert_prose(
    text: str,
    report: Callable[[str, str], None],
    resolve: Callable[[str], str],
    *,
    is_kramdown: bool,
) -> str:
    text = COMMENT.sub("", text)
    text = POST_URL.sub(lambda match: resolve(match[1]), text)
    text = POST_LINK.sub(lambda match: _post_link(match, resolve), text)
    text = ASSET_PATH.sub(lambda match: match[1], text)
    text = ASSET_IMAGE.sub(lambda match: f"![{match[2].strip()}]({match[1]})", text)
    text = FILTERED.sub(lambda match: match[1], text)
    text = SITE.sub("", text)
    text = TOC.sub("", text)
    text = MORE.sub("", text)

    def include(match: re.Match) -> str:
        return _picture_or_link(match[2].split()[0].split(".")[0], match[2], match[0], report)

    def shortcode(match: re.Match) -> str:
        closing, name, rest = match.groups()
        if closing:
            return ""
        if name in {"ref", "relref"}:
            return resolve(_arguments(rest).get("0", ""))
        return _picture_or_link(name, rest, match[0], report)

    def body(match: re.Match) -> str:
        name, _rest, inner = match.groups()
        if name in {"quote", "blockquote"}:
            return "\n".join(f"> {line}".rstrip() for line in inner.strip().split("\n"))
        report(match[0], _("shortcode %(name)s: only its text was kept") % {"name": name})
        return inner.strip("\n")

    text = INCLUDE.sub(include, text)
    text = HUGO.sub(shortcode, text)
    text = ZOLA_BODY.sub(body, text)
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


def _as_fence(match: re.Match) -> str:
    language = LINE_NUMBERS.sub("", match[1]).strip().strip(",").split(" ")[0].strip(",")
    language = language.removeprefix("lang:")
    code = match[2].strip("\n")
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
