"""What WordPress keeps as the text of a post, as plain HTML: blocks, shortcodes, classic text.

Sources: developer.wordpress.org/apis/shortcode, the block grammar in its block editor handbook, and
what WordPress 6.1 itself wrote (tools/wordpress). Lines are kept, so that reports name the right one.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from blog.importers.html_inline import video_address
from blog.importers.pairs import find_pairs, replace_pairs

Report = Callable[[int, str], None]
"""Called with an offset in the text and what was not understood."""

CODE_NAMES = "code|sourcecode|source|highlight|prism|crayon|enlighter|python|php|javascript|js|css|html|xml|java|sql|bash|ruby|cpp|csharp"
# None of these reads past the next mark of its kind; ends are found by blog.importers.pairs.
CODE = re.compile(rf"\[(?P<name>{CODE_NAMES})(?P<rest>\s[^\[\]]*+)?\]")
CODE_ENDS = {name: re.compile(rf"\[/{name}\]") for name in CODE_NAMES.split("|")}
PRE = re.compile(r"<(?:(?P<name>pre|textarea)\b|(?P<code>code)\b[^<>]*+>)", re.I)
PRE_ENDS = {name: re.compile(f"</{name}>", re.I) for name in ("pre", "textarea", "code")}
CAPTION = re.compile(r"\[(?:wp_)?caption(?P<rest>\s[^\[\]]*+)?\]")
CAPTION_END = re.compile(r"\[/(?:wp_)?caption\]")
GALLERY = re.compile(r"\[gallery(?P<rest>\s[^\[\]]*+)?/?\](?!\])")
EMBED = re.compile(r"\[embed(?:\s[^\[\]]*+)?\]"), re.compile(r"\[/embed\]")
FILM = re.compile(
    r"\[(?P<name>youtube|vimeo|dailymotion|audio|video|tweet|instagram|soundcloud)"
    r"(?P<rest>[\s=][^\[\]]*+)?\](?:\s*+\[/(?P=name)\])?"
)
ESCAPED = re.compile(r"\[\[(?=[a-zA-Z][\w-]*+(?:\s[^\[\]]*+)?\])")
ESCAPED_END = re.compile(r"\]\]")
ENDED = re.compile(r"\[/[\w-]+\Z")
SHORTCODE = re.compile(r"\[(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:\s[^\[\]]*)?)/?\](?!\()")
ARGUMENT = re.compile(
    r"(?<![\w-])([\w-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|“([^“”]*)”|([^\s\"'\]]+))"
)
BLOCK = re.compile(r"<!--\s++(?P<end>/)?wp:(?P<name>[a-z0-9/_-]+)")
COMMENT_END = re.compile(r"-->")
EMPTY_WHEN_DYNAMIC = (
    "latest-posts latest-comments categories archives tag-cloud search calendar rss".split()
)
HIDDEN = re.compile("\ue000(\\d+)\ue001")
MARKS = re.compile(r"<!--\s*+(?:more|nextpage|noteaser)\b", re.I)
REMARKS_MOST = 500
"""Of one text, each with its line."""

WRAPS = "blockquote div section article aside main center details header footer nav".split()
INLINE_HOLDERS = "li td th dd dt figcaption caption summary h1 h2 h3 h4 h5 h6 address".split()
OPAQUE = "pre script style figure svg form select textarea object".split()
OTHERS = "ul ol dl table thead tbody tfoot tr p hr".split()
BLOCK_TAG = re.compile(
    rf"<(?P<end>/)?(?P<name>{'|'.join([*WRAPS, *INLINE_HOLDERS, *OTHERS])})\b[^<>]*>", re.I
)
OPAQUE_PART = re.compile(rf"<(?P<name>{'|'.join(OPAQUE)})\b|<!--", re.I)
OPAQUE_ENDS = {name: re.compile(rf"</{name}\s*+>", re.I) for name in OPAQUE} | {"": COMMENT_END}


@dataclass(frozen=True)
class Media:
    """One file of the media library."""

    url: str
    alt: str = ""
    caption: str = ""
    parent: str = ""


def post_html(text: str, media: dict[str, Media], own: list[Media], report: Report) -> str:
    """Return the text of a post as plain HTML.

    media: the library by number; own: what was uploaded to this very post.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    report = _first_ones(report)
    is_blocks = "<!-- wp:" in text
    if is_blocks:
        _tell_lost_blocks(text, report)
    kept: list[str] = []

    def hide(piece: str) -> str:
        kept.append(piece)
        return f"\ue000{len(kept) - 1}\ue001"

    text = text.replace("\ue000", "").replace("\ue001", "")
    lines = _Lines(text)
    text = replace_pairs(
        text,
        CODE,
        lambda begin: CODE_ENDS[begin["name"]],
        lambda begin, inner, _end: hide(_code(begin, inner)),
    )
    text = replace_pairs(
        text,
        PRE,
        lambda begin: PRE_ENDS[(begin["name"] or begin["code"]).lower()],
        lambda begin, inner, end: hide(begin[0] + inner + end[0]),
    )
    text = replace_pairs(
        text,
        ESCAPED,
        lambda _begin: ESCAPED_END,
        lambda _begin, inner, _end: (
            hide(f"[{html.escape(inner, quote=False)}]")
            if "]" not in inner or ENDED.search(inner)
            else f"[[{inner}]]"
        ),
    )
    text = replace_pairs(text, CAPTION, lambda _begin: CAPTION_END, _caption)
    text = GALLERY.sub(lambda found: _gallery(found, media, own, lines, report), text)
    text = replace_pairs(
        text,
        EMBED[0],
        lambda _begin: EMBED[1],
        lambda _begin, inner, _end: f"\n\n{_link(html.unescape(inner.strip()))}\n\n",
    )
    text = FILM.sub(_film, text)
    _tell_unknown(text, lines, report)
    text = replace_pairs(text, MARKS, lambda _begin: COMMENT_END, lambda *_pair: "")
    if not is_blocks:
        text = paragraphs_of(text, kept)
    while "\ue000" in text:
        text = HIDDEN.sub(lambda found: kept[int(found[1])], text)
    return text


def _first_ones(report: Report) -> Report:
    """Return ``report`` for texts of any kind: looking up lines must not take all day."""
    count = 0

    def tell(offset: int, words: str) -> None:
        nonlocal count
        count += 1
        if count <= REMARKS_MOST:
            report(offset, words)
        elif count == REMARKS_MOST + 1:
            report(0, _("much more was not understood; only the first of it is named"))

    return tell


class _Lines:
    """Where a piece stood in the text as it came."""

    def __init__(self, original: str):
        self.original = original
        self.seen: dict[str, int] = {}

    def find(self, piece: str) -> int:
        """Return the offset of ``piece``; the same again stands further down."""
        if len(self.seen) > REMARKS_MOST:
            return 0
        found = self.original.find(piece, self.seen.get(piece, -1) + 1)
        self.seen[piece] = max(found, 0)
        return max(found, 0)


def arguments(rest: str | None) -> dict[str, str]:
    """Return what a shortcode is told; a bare address under an empty name."""
    rest = html.unescape(rest or "")
    found = {m[1]: m[2] or m[3] or m[4] or m[5] or "" for m in ARGUMENT.finditer(rest)}
    bare = re.sub(r"^=", "", ARGUMENT.sub(" ", rest).strip()).strip("\"' ")
    return {**found, "": bare} if bare else found


def _code(found: re.Match, code: str) -> str:
    given = arguments(found["rest"])
    name = (
        ""
        if found["name"]
        in {"code", "sourcecode", "source", "highlight", "prism", "crayon", "enlighter"}
        else found["name"]
    )
    language = given.get("language") or given.get("lang") or given.get("") or name
    code = code.strip("\n")
    if "<" not in code:
        code = html.unescape(code)
    code = html.escape(code, quote=False)
    language = re.sub(r"[^\w+#.-]", "", language)
    named = f' class="language-{language}"' if language else ""
    return f"<pre><code{named}>{code}</code></pre>"


def _caption(found: re.Match, inner: str, _end: re.Match) -> str:
    inner = inner.strip()
    given = arguments(found["rest"])
    image = re.match(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", inner, re.S | re.I)
    if not image:
        return inner
    words = image[2].strip() or html.escape(given.get("caption", ""), quote=False)
    return f"\n\n<figure>{image[1]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(
    found: re.Match, media: dict[str, Media], own: list[Media], lines: _Lines, report: Report
) -> str:
    given = arguments(found["rest"])
    numbers = re.findall(r"\d+", given.get("ids") or given.get("include") or "")
    chosen = [media[number] for number in numbers if number in media] if numbers else own
    missing = len(numbers) - len(chosen) if numbers else 0
    if missing or not chosen:
        report(
            lines.find(found[0]),
            _("gallery: %(count)s pictures are not in this file") % {"count": missing}
            if missing
            else _("gallery: its pictures are not in this file"),
        )
    return "\n\n" + "".join(_figure(one) for one in chosen) + "\n\n"


def _figure(one: Media) -> str:
    caption = (
        f"<figcaption>{html.escape(one.caption, quote=False)}</figcaption>" if one.caption else ""
    )
    alt = html.escape(one.alt)
    return f'<figure><img src="{html.escape(one.url)}" alt="{alt}">{caption}</figure>'


def _link(url: str) -> str:
    url = html.escape(re.sub(r"<[^>]*>", "", url))
    return f'<p><a href="{url}">{url}</a></p>' if url else ""


def _film(found: re.Match) -> str:
    name, given = found["name"], arguments(found["rest"])
    url = (
        given.get("src")
        or given.get("mp4")
        or given.get("mp3")
        or given.get("url")
        or given.get("")
        or ""
    )
    key = given.get("id") or url
    if name == "youtube" and key and "/" not in key:
        url = f"https://www.youtube.com/watch?v={key}"
    elif name == "vimeo" and key and "/" not in key:
        url = f"https://vimeo.com/{key}"
    if not re.match(r"https?://|/", url):
        return found[0]
    return f"\n\n{_link(video_address(url))}\n\n"


def _tell_unknown(text: str, lines: _Lines, report: Report) -> None:
    """Name shortcodes that are not known; they stay in the text, for they may be words."""
    ended = {found["name"] for found in SHORTCODE.finditer(text) if found["end"]}
    for found in SHORTCODE.finditer(text):
        is_one = found["name"] in ended or "=" in found["rest"] or re.search(r"[_-]", found["name"])
        if is_one and not found["end"]:
            report(
                lines.find(found[0]),
                _("shortcode not known, left as it is: %(text)s") % {"text": found[0][:60]},
            )


def _tell_lost_blocks(text: str, report: Report) -> None:
    for found, end in find_pairs(text, BLOCK, lambda _begin: COMMENT_END):
        name = found["name"].removeprefix("core/")
        is_void = text[end.start() - 1] == "/"
        if found["end"] or (not is_void and name not in EMPTY_WHEN_DYNAMIC):
            continue
        if name in {"more", "nextpage", "spacer", "footnotes"}:
            continue
        report(
            found.start(),
            _("block %(name)s left out: its content is not in the post") % {"name": name},
        )


# Classic text ---------------------------------------------------------------------------------


def paragraphs_of(text: str, kept: list[str]) -> str:
    """Return classic text with its paragraphs: empty lines part them, line ends are breaks.

    ``kept`` are hidden pieces; those that are blocks stand alone.
    """
    alone = {
        f"\ue000{number}\ue001" for number, piece in enumerate(kept) if piece.startswith("<pre")
    }
    parts: list[tuple[bool, str]] = []
    position = 0
    opaque = find_pairs(text, OPAQUE_PART, lambda begin: OPAQUE_ENDS[(begin["name"] or "").lower()])
    for begin, end in opaque:
        parts.append((True, text[position : begin.start()]))
        parts.append((False, text[begin.start() : end.end()]))
        position = end.end()
    parts.append((True, text[position:]))
    stack: list[str] = []
    written = []
    for is_text, part in parts:
        if not is_text:
            written.append(part)
            continue
        position = 0
        for found in BLOCK_TAG.finditer(part):
            written.append(_words(part[position : found.start()], stack, alone))
            written.append(found[0])
            name = found["name"].lower()
            if name == "hr":
                pass
            elif not found["end"]:
                stack.append(name)
            elif name in stack:
                while stack.pop() != name:
                    pass
            position = found.end()
        written.append(_words(part[position:], stack, alone))
    return "".join(written)


def _words(text: str, stack: list[str], alone: set[str]) -> str:
    if not text.strip():
        return text
    here = stack[-1] if stack else ""
    if here in OTHERS and here != "p":
        return text
    chunks = [chunk for chunk in re.split(r"\n[ \t]*\n", text) if chunk.strip()]
    if here == "p" or (here in INLINE_HOLDERS and len(chunks) == 1):
        return (
            re.sub(r"(?<!<br>)(?<!<br />)\n(?=\S)", "<br>\n", text.strip("\n"))
            if here == "p" or chunks
            else text
        )
    written = []
    for chunk in chunks:
        for piece in _parted(chunk, alone):
            if piece in alone or not piece.strip():
                written.append(piece)
            else:
                lines = re.sub(r"(?<!<br>)(?<!<br/>)(?<!<br />)\n", "<br>\n", piece.strip())
                written.append(f"<p>{lines}</p>")
    return "\n" + "\n".join(written) + "\n"


def _parted(chunk: str, alone: set[str]) -> list[str]:
    return (
        [piece for piece in re.split("(\ue000\\d+\ue001)", chunk) if piece]
        if any(mark in chunk for mark in alone)
        else [chunk]
    )
