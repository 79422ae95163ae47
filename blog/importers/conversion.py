"""From the dialects of other blogs to plain Markdown, never inside code.

Sources: Liquid tags of Jekyll (jekyllrb.com/docs/liquid), kramdown's attribute lists, shortcodes of
Hugo (gohugo.io/content-management/shortcodes) and Zola (getzola.org/documentation), tags of Hexo.
"""

import re
from collections.abc import Callable

Report = Callable[[int, str], None]
"""Called with an offset in the text and what was not understood."""

FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\2[`~]* *$|\Z)", re.M | re.S)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", re.S)
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
POST_URL = re.compile(r"\{%-?\s*(?:post_url|link|post_link)\s+[\"']?([^\s\"'%]+)[^%]*%\}")
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


def convert(text: str, report: Report, resolve: Callable[[str], str]) -> str:
    """Return ``text`` as plain Markdown.

    Args:
        text: the body of a post.
        report: told of everything that has no equal here, with its offset in ``text``.
        resolve: gives the address for what ``post_url``, ``link``, ``ref`` and ``@/`` name.
    """
    original = text
    text = HIGHLIGHT.sub(_as_fence, text)
    text = HUGO_HIGHLIGHT.sub(_as_fence, text)
    kept: list[str] = []

    def hide(match: re.Match) -> str:
        kept.append(match[0])
        return HIDDEN.format(len(kept) - 1)

    text = FENCE.sub(hide, text.replace("\ue000", "").replace("\ue001", ""))
    text = INLINE_CODE.sub(hide, text)

    def hide_inside(match: re.Match) -> str:
        kept.append(match[1])
        return HIDDEN.format(len(kept) - 1)

    text = RAW.sub(hide_inside, text)
    text = _convert_prose(text, lambda piece, words: report(original.find(piece), words), resolve)
    while HIDDEN_AT.search(text):
        text = HIDDEN_AT.sub(lambda match: kept[int(match[1])], text)
    return text.strip("\n") + "\n"


def _convert_prose(
    text: str, report: Callable[[str, str], None], resolve: Callable[[str], str]
) -> str:
    text = COMMENT.sub("", text)
    text = POST_URL.sub(lambda match: resolve(match[1]), text)
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
        report(match[0], f"shortcode {name}: only its text was kept")
        return inner.strip("\n")

    text = INCLUDE.sub(include, text)
    text = HUGO.sub(shortcode, text)
    text = ZOLA_BODY.sub(body, text)
    text = ZOLA.sub(lambda m: _picture_or_link(m[1], m[2], m[0], report), text)

    def unknown(match: re.Match) -> str:
        # It may be ordinary text: what a person wrote is kept, and reported.
        report(match[0], f"not understood, left as it is: {match[0][:60]}")
        return match[0]

    text = LIQUID.sub(unknown, text)
    return ATTRIBUTES.sub("", text)


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
    report(whole, f"shortcode {name}: left out")
    return ""
