"""Words, marks, links and pictures of a paragraph as Markdown that shows the same words again."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from blog.importers.html_escape import (
    SPACES,
    autolink,
    code_span,
    destination,
    escape,
    escaped_title,
)
from blog.importers.html_tree import Node
from blog.markdown.korean import is_cjk

MARKS = {
    "strong": "**",
    "em": "*",
    "del": "~~",
    "strong em": "***",
}
SAME = {"b": "strong", "i": "em", "s": "del", "strike": "del", "cite": "em", "dfn": "em"}
KEPT_AS_HTML = frozenset("u mark sub sup small ins kbd q abbr".split())
CODE = frozenset("code tt samp".split())
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
SLANTED = re.compile(r"font-style\s*:\s*italic", re.I)
STRUCK = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.I)
SIZE_IN_NAME = re.compile(r"(?:-\d+x\d+|-scaled|-e\d{10,})+$")
YOUTUBE = re.compile(r"(?:youtube(?:-nocookie)?\.com/(?:embed|v|shorts)/|youtu\.be/)([\w-]{6,20})")
VIMEO = re.compile(r"player\.vimeo\.com/video/(\d+)")
KAKAO = re.compile(r"play-tv\.kakao\.com/embed/player/cliplink/(\w+)")


@dataclass(frozen=True)
class Piece:
    """A part of a paragraph: ``text``, ``raw`` Markdown, ``break``, ``open`` or ``close``."""

    kind: str
    value: str = ""


BREAK = Piece("break")


def paragraphs(children: list[Node | str], *, one_line: bool = False) -> list[str]:
    """Return what stands in a run of words as paragraphs of Markdown.

    Two line breaks in a row begin a new one; with ``one_line`` they are spaces.
    """
    found = _pieces(children, in_link=False)
    return [text for part in _split(found, one_line=one_line) if (text := _written(part))]


def one_line(children: list[Node | str]) -> str:
    """Return a run of words as one line of Markdown."""
    return " ".join(paragraphs(children, one_line=True))


def picture(node: Node, title: str = "") -> str:
    """Return a picture as Markdown; only its description if it has no address."""
    source = source_of(node)
    alt = SPACES.sub(" ", node.get("alt")).strip()
    if not source or source.startswith("data:"):
        return escape(alt)
    title = SPACES.sub(" ", title).strip()
    ending = f' "{escaped_title(title)}"' if title else ""
    return f"![{escape(alt, in_link=True)}]({destination(source)}{ending})"


def source_of(node: Node) -> str:
    """Return the address of a picture, also if a script was to load it later."""
    for name in ("data-lazy-src", "data-original", "data-src", "src", "data-url"):
        value = node.get(name).strip()
        if value and not value.startswith("data:"):
            return value
    return node.get("src").strip()


def video_address(source: str) -> str:
    """Return the page of an embedded film, for people; else the address itself."""
    if found := YOUTUBE.search(source):
        return f"https://www.youtube.com/watch?v={found[1]}"
    if found := VIMEO.search(source):
        return f"https://vimeo.com/{found[1]}"
    if found := KAKAO.search(source):
        return f"https://tv.kakao.com/v/{found[1]}"
    return f"https:{source}" if source.startswith("//") else source


# Pieces ---------------------------------------------------------------------------------------


def _pieces(children: list[Node | str], *, in_link: bool) -> list[Piece]:
    found: list[Piece] = []
    for child in children:
        if isinstance(child, str):
            found.append(Piece("text", SPACES.sub(" ", child)))
        else:
            found += _of_node(child, in_link=in_link)
    return found


def _of_node(node: Node, *, in_link: bool) -> list[Piece]:
    tag = SAME.get(node.tag, node.tag)
    if tag == "br":
        return [BREAK]
    if tag == "img":
        return _of_image(node, in_link=in_link)
    if tag in CODE:
        return [Piece("raw", code_span(node.text()))]
    if tag == "a":
        return _of_link(node, in_link=in_link)
    if tag in {"iframe", "embed"}:
        source = node.get("src") or node.get("data-src")
        return [BREAK, Piece("raw", autolink(video_address(source))), BREAK] if source else []
    if tag in {"video", "audio"}:
        return _of_film(node)
    if tag == "input":
        return []
    if tag == "footnote":
        return [Piece("raw", f"[^{node.get('id')}]")]
    inner = _pieces(node.children, in_link=in_link)
    style = node.get("style")
    marks = [tag] if tag in MARKS else []
    if tag == "span" and style:
        marks += ["strong"] * bool(BOLD.search(style)) + ["em"] * bool(SLANTED.search(style))
        marks += ["del"] * bool(STRUCK.search(style))
    for mark in marks:
        inner = _marked(inner, mark)
    if tag in KEPT_AS_HTML and any(one.kind != "break" and one.value.strip() for one in inner):
        lead, inner, trail = _trimmed(inner)
        return [*lead, Piece("raw", f"<{tag}>"), *inner, Piece("raw", f"</{tag}>"), *trail]
    return inner


def _of_image(node: Node, *, in_link: bool) -> list[Piece]:
    if node.classes & {"wp-smiley", "emoji", "emoticon"} and node.get("alt"):
        return [Piece("text", node.get("alt"))]
    return [Piece("raw", picture(node, node.get("title") if not in_link else ""))]


def _of_film(node: Node) -> list[Piece]:
    sources = [node.get("src"), *(one.get("src") for one in node.nodes() if one.tag == "source")]
    found = next(filter(None, sources), "")
    return [Piece("raw", autolink(found))] if found else []


def _of_link(node: Node, *, in_link: bool) -> list[Piece]:
    href = node.get("href").strip()
    if "wp-block-file__button" in node.classes:
        return []  # says the same as the name of the file before it
    images = [one for one in node.all() if one.tag == "img"]
    if href and len(images) == 1 and not node.text().strip() and is_its_own_file(href, images[0]):
        return [Piece("raw", picture(_enlarged(images[0], href)))]
    if in_link or not href or href.startswith(("data:", "#")):
        return _pieces(node.children, in_link=in_link)
    lead, inner, trail = _trimmed(_pieces(node.children, in_link=True))
    plain = "".join(one.value for one in inner) if all(o.kind == "text" for o in inner) else ""
    if plain and plain == href and re.fullmatch(r"https?://[^\s<>]+", href):
        return [*lead, Piece("raw", f"<{href}>"), *trail]
    words = " ".join(
        text for part in _split(inner, one_line=True) if (text := _written(part, True))
    )
    if not words:
        return [*lead, *trail]
    return [*lead, Piece("raw", f"[{words}]({destination(href)})"), *trail]


def is_its_own_file(href: str, image: Node) -> bool:
    """Return whether a link around a picture only leads to its larger self."""
    return stem_of(href) == stem_of(source_of(image)) != "" and path_of(href).endswith(PICTURES)


def path_of(url: str) -> str:
    """Return the path of an address in lower case; of a broken one nothing."""
    try:
        return urlsplit(url).path.lower()
    except ValueError:
        return ""


def stem_of(url: str) -> str:
    """Return the name of a picture without its ending and the size WordPress adds."""
    name = path_of(url).rpartition("/")[2].rpartition(".")[0]
    return SIZE_IN_NAME.sub("", name)


def _enlarged(image: Node, href: str) -> Node:
    return Node("img", {"src": href, "alt": image.get("alt"), "title": image.get("title")})


def _trimmed(pieces: list[Piece]) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """Take spaces and breaks from both ends: marks and brackets stand close to their words."""
    pieces = [one for one in pieces if one.kind != "text" or one.value]
    lead: list[Piece] = []
    trail: list[Piece] = []
    while pieces and (pieces[0].kind == "break" or _is_space(pieces[0])):
        lead.append(pieces.pop(0))
    while pieces and (pieces[-1].kind == "break" or _is_space(pieces[-1])):
        trail.insert(0, pieces.pop())
    if pieces and pieces[0].kind == "text" and pieces[0].value[0] == " ":
        lead.append(Piece("text", " "))
        pieces[0] = Piece("text", pieces[0].value.lstrip())
    if pieces and pieces[-1].kind == "text" and pieces[-1].value[-1] == " ":
        trail.insert(0, Piece("text", " "))
        pieces[-1] = Piece("text", pieces[-1].value.rstrip())
    return lead, pieces, trail


def _is_space(piece: Piece) -> bool:
    return piece.kind == "text" and not piece.value.strip()


def _marked(pieces: list[Piece], mark: str) -> list[Piece]:
    """Put ``mark`` around ``pieces``, once, and as one with a mark that holds the same words."""
    lead, inner, trail = _trimmed(
        [one for one in pieces if one.kind not in {"open", "close"} or one.value != mark]
    )
    if not inner:
        return pieces
    other = "em" if mark == "strong" else "strong"
    if mark in {"strong", "em"} and inner[0] == Piece("open", other) == _opener(inner, -1):
        return [
            *lead,
            Piece("open", "strong em"),
            *inner[1:-1],
            Piece("close", "strong em"),
            *trail,
        ]
    return [*lead, Piece("open", mark), *inner, Piece("close", mark), *trail]


def _opener(pieces: list[Piece], at: int) -> Piece | None:
    """Return the piece that opens what the piece at the end closes, if it is the first one."""
    last = pieces[at]
    closes = [one for one in pieces if one.kind == "close" and one.value == last.value]
    if last.kind != "close" or len(closes) != 1:
        return None
    return Piece("open", last.value)


# Paragraphs -----------------------------------------------------------------------------------


def _split(pieces: list[Piece], *, one_line: bool) -> list[list[Piece]]:
    """Cut where two breaks follow each other; marks are closed before and opened after."""
    parts: list[list[Piece]] = [[]]
    opened: list[str] = []
    breaks = 0
    for one in pieces:
        if one.kind == "break":
            breaks += 1
            continue
        if _is_space(one) and breaks:
            continue
        if breaks:
            if one_line:
                parts[-1].append(Piece("text", " "))
            elif breaks == 1:
                parts[-1].append(BREAK)
            else:
                parts[-1] += [Piece("close", mark) for mark in reversed(opened)]
                parts.append([Piece("open", mark) for mark in opened])
            breaks = 0
        if one.kind == "open":
            opened.append(one.value)
        elif one.kind == "close" and opened:
            opened.remove(one.value)
        parts[-1].append(one)
    return parts


def _written(pieces: list[Piece], in_link: bool = False) -> str:
    pieces = _joined(pieces)
    written = ""
    by_html: list[str] = []
    is_start = True
    for at, one in enumerate(pieces):
        if one.kind == "break":
            written = f"{written.rstrip(' ')}\\\n" if written else ""
            is_start = True
            continue
        if one.kind == "text":
            value = (
                one.value.lstrip(" ") if is_start or written.endswith((" ", "\n")) else one.value
            )
            if not value:
                continue
            follows = pieces[at + 1].value[:1] if at + 1 < len(pieces) else ""
            text = escape(value, in_link=in_link, is_start=is_start, follows=follows)
            written += text
            is_start = False
        elif one.kind == "raw":
            written += one.value
            is_start = is_start and not one.value
        elif one.kind == "open":
            is_plain = _stands_free(pieces, at)
            by_html.append("" if is_plain else one.value)
            written += MARKS[one.value] if is_plain else _opening(one.value)
            is_start = False if one.value else is_start
        elif by_html:
            mark = by_html.pop()
            written += _closing(mark) if mark else MARKS[one.value]
    return re.sub(r"(?:\\\n|\s)+$", "", written).strip()


def _opening(mark: str) -> str:
    return "".join(f"<{name}>" for name in mark.split())


def _closing(mark: str) -> str:
    return "".join(f"</{name}>" for name in reversed(mark.split()))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join neighbours: texts, marks that end where they begin again; take empty marks out."""
    found: list[Piece] = []
    for one in pieces:
        if one.kind in {"text", "raw"} and not one.value:
            continue
        before = found[-1] if found else None
        if before is not None and one.kind == "text" and before.kind == "text":
            found[-1] = Piece("text", SPACES.sub(" ", before.value + one.value))
        elif (
            before is not None
            and {before.kind, one.kind} == {"open", "close"}
            and before.value == one.value
        ):
            found.pop()
        else:
            found.append(one)
    return found


def _stands_free(pieces: list[Piece], at: int) -> bool:
    """Return whether the mark opened at ``at`` is one to every reader of CommonMark."""
    mark = pieces[at].value
    end = at
    depth = 0
    for end in range(at, len(pieces)):
        depth += (pieces[end].kind == "open") - (pieces[end].kind == "close")
        if not depth:
            break
    before, first = _edge(pieces, at - 1, -1), _edge(pieces, at + 1, 0)
    last, after = _edge(pieces, end - 1, -1), _edge(pieces, end + 1, 0)
    if "mark" in (before, first, last, after) or {before, after} & set(MARKS[mark][0] + "\\"):
        return False
    if first.isspace() or last.isspace() or not first or not last:
        return False
    return _is_edge(before, first) and _is_edge(after, last)


def _is_edge(outside: str, inside: str) -> bool:
    """CommonMark's rule of flanking, with Korean's looser one (see blog.markdown.korean)."""
    if not _is_punctuation(inside) or not outside or outside.isspace():
        return True
    return _is_punctuation(outside) or is_cjk(outside)


def _edge(pieces: list[Piece], at: int, side: int) -> str:
    if not 0 <= at < len(pieces) or pieces[at].kind == "break":
        return ""
    if pieces[at].kind in {"open", "close"}:
        return "mark"
    edge = pieces[at].value[side]
    if pieces[at].kind == "text" and "://" in pieces[at].value:
        # An address that Markdown would read otherwise is written <like this>.
        written = escape(pieces[at].value)[side]
        return written if written in "<>" else edge
    return edge


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"
