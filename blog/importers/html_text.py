"""HTML of other blogs to the Markdown that this site shows, with the same words in the same order.

Known beyond plain HTML: figures and galleries of WordPress, cards of Ghost, the editor of Tistory
(``data-ke-…``), footnotes of several programs, code blocks of the usual highlighters.
"""

import re
from collections.abc import Callable
from html import escape as escape_html

from django.utils.translation import gettext as _

from blog.importers.html_code import language_of
from blog.importers.html_escape import autolink, destination, escape
from blog.importers.html_inline import (
    is_its_own_file,
    one_line,
    paragraphs,
    picture,
    video_address,
)
from blog.importers.html_notes import place_footnotes
from blog.importers.html_tables import GUTTERS, as_html, highlighted, is_wide, table_of
from blog.importers.html_tree import Node, read_tree

Report = Callable[[int, str], None]
"""Called with the line (from 0) in the HTML and what has no equal here."""

BLOCKS = frozenset(
    "address article aside big-block blockquote center dd del-block details div dl dt figcaption "
    "figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td "
    "tfoot th thead tr ul caption root".split()
)
MARKING = frozenset("a strong b em i del s strike".split())
LOST = re.compile(r"<(script|form|object|canvas|applet)\b([^>]*)>", re.I)
GIST = re.compile(
    r"<script\b[^>]*\bsrc=[\"'](https://gist\.github\.com/[^\"']+?)(?:\.js)?(?:\?[^\"']*)?[\"'][^>]*>"
    r"\s*</script>",
    re.I,
)
OBJECT_FILM = re.compile(r"<object\b.*?</object>", re.I | re.S)
FILM_IN_OBJECT = re.compile(r"(?:src|value|data)=[\"']((?:https?:)?//[^\"']+)[\"']", re.I)
ADVERTISING = re.compile(r"adsbygoogle|googlesyndication|adfit|daumcdn\.net/adfit", re.I)
INTERRUPTING = re.compile(r"(?:[-*]|1[.)]) ")


def html_to_markdown(html: str, report: Report = lambda line, text: None) -> str:
    """Return ``html`` as Markdown; what has no equal is told to ``report``. Never raises."""
    html = _without_films_of_old(GIST.sub(r'<p><a href="\1">\1</a></p>', html))
    for found in LOST.finditer(html):
        if not ADVERTISING.search(found[0]) and not _is_advertising(html, found.end()):
            report(
                html.count("\n", 0, found.start()),
                _("<%(name)s> left out") % {"name": found[1].lower()},
            )
    root = read_tree(html)
    for node in root.all():
        if node.tag == "img" and node.get("src").startswith("data:"):
            report(0, _("a picture that lies in the text itself was left out"))
    notes = place_footnotes(root)
    writer = _Writer(report)
    written = writer.blocks(root.children)
    for number, node in notes.items():
        text = "\n\n".join(writer.blocks(node.children)) or _("(empty)")
        written.append(f"[^{number}]: " + _indented(text, "    "))
    return "\n\n".join(written) + "\n" if written else ""


def plain_text(html: str) -> str:
    """Return the words of ``html`` as plain text, a line for each paragraph: for comments."""
    found = read_tree(re.sub(r"</(?:p|div|li|blockquote)>", r"\g<0><br>", html)).text()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in found.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_advertising(html: str, at: int) -> bool:
    return ADVERTISING.search(html, at, at + 200) is not None


def _without_films_of_old(html: str) -> str:
    """Flash players gave the address of the film somewhere inside."""

    def link(found: re.Match) -> str:
        address = FILM_IN_OBJECT.search(found[0])
        if not address:
            return found[0]
        url = escape_html(video_address(address[1]))
        return f'<p><a href="{url}">{url}</a></p>'

    return OBJECT_FILM.sub(link, html)


def _indented(text: str, indent: str) -> str:
    return "\n".join(f"{indent}{line}" if line else "" for line in text.split("\n")).lstrip(" ")


def _holds_blocks(node: Node) -> bool:
    return any(child.tag in BLOCKS or _holds_blocks(child) for child in node.nodes())


class _Writer:
    """Writes the blocks of one text."""

    def __init__(self, report: Report):
        self.report = report

    def blocks(self, children: list[Node | str], around: tuple[Node, ...] = ()) -> list[str]:
        """Return blocks of Markdown; ``around`` are marks that hold whole blocks."""
        written: list[str] = []
        run: list[Node | str] = []
        lists = ["", 0]  # kind and number of the lists that follow each other

        def flush() -> None:
            if not run:
                return
            inner: list[Node | str] = list(run)
            for node in reversed(around):
                inner = [Node(node.tag, node.attributes, inner)]
            found = paragraphs(inner)
            if found:
                lists[:] = ["", 0]
            written.extend(found)
            run.clear()

        for child in children:
            if isinstance(child, str) or (child.tag not in BLOCKS and not _holds_blocks(child)):
                run.append(child)
                continue
            flush()
            if child.tag in {"ul", "ol"}:
                lists[1] = lists[1] + 1 if lists[0] == child.tag else 0
                lists[0] = child.tag
                found = self._list(child, bool(lists[1] % 2))
            else:
                found = self._block(child, around)
                if found:
                    lists[:] = ["", 0]
            written.extend(found)
        flush()
        return written

    def _block(self, node: Node, around: tuple[Node, ...]) -> list[str]:
        tag = node.tag
        if tag in MARKING:
            return self.blocks(node.children, (*around, node))
        if card := self._card(node):
            return card
        if re.fullmatch("h[1-6]", tag):
            return self._heading(node)
        if tag == "hr":
            return ["---"]
        if tag == "pre":
            return self._pre(node)
        if tag == "blockquote":
            text = "\n\n".join(self.blocks(node.children))
            return ["\n".join(f"> {line}".rstrip() for line in text.split("\n"))] if text else []
        if tag == "table":
            return self._table(node)
        if tag == "figure":
            return self._figure(node)
        if tag == "details":
            summary = next((one for one in node.nodes() if one.tag == "summary"), None)
            rest = [one for one in node.children if one is not summary]
            return _fold(one_line(summary.children) if summary else "", self.blocks(rest))
        if tag == "dt":
            text = one_line(node.children)
            return [f"**{text}**" if text and "*" not in text else text] if text else []
        if tag == "li":
            return self._list(Node("ul", {}, [node]), False)
        if tag == "figcaption" and (text := one_line(node.children)):
            return [text]
        return self.blocks(node.children, around)

    def _heading(self, node: Node) -> list[str]:
        text = one_line(_flat(node))
        if not text:
            return []
        text = re.sub(r"(#+)$", r"\\\1", text)
        return [f"{'#' * int(node.tag[1])} {text}"]

    # Lists

    def _list(self, node: Node, is_second: bool) -> list[str]:
        start = node.get("start")
        number = int(start) if start.isdigit() and len(start) < 9 else 1
        items: list[tuple[str, bool]] = []
        for child in node.children:
            if isinstance(child, str):
                if not child.strip():
                    continue
                child = Node("li", {}, [child])
            if child.tag in {"ul", "ol"} and items:
                # A list right inside a list belongs to the item before it.
                inner = "\n\n".join(self._list(child, False))
                text, is_tight = items[-1]
                items[-1] = (f"{text}\n{_under(inner, items[-1][0])}", is_tight)
                continue
            parts = self.blocks(child.children if child.tag == "li" else [child])
            is_tight = _follow_closely(parts)
            marker = ("*" if is_second else "-") if node.tag == "ul" else ""
            marker = marker or f"{number}{')' if is_second else '.'}"
            number += 1
            text = ("\n" if is_tight else "\n\n").join(parts)
            box = _box(child)
            items.append(
                (f"{marker} {box}{_indented(text, ' ' * (len(marker) + 1))}".rstrip(), is_tight)
            )
        if not items:
            return []
        return [
            ("\n" if all(tight for _text, tight in items) else "\n\n").join(
                t for t, _tight in items
            )
        ]

    # Code

    def _pre(self, node: Node) -> list[str]:
        if "wp-block-verse" in node.classes:
            return paragraphs([_lines_as_breaks(node)])
        for inner in node.all():
            if inner.classes & GUTTERS:
                inner.take_out()
        text = node.text().replace("\xa0", " ").strip("\n").rstrip()
        if not text.strip():
            return []
        longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        return [f"{fence}{language_of(node)}\n{text}\n{fence}"]

    # Tables

    def _table(self, node: Node) -> list[str]:
        if pre := highlighted(node):
            return self._pre(pre)
        caption = next((one for one in node.all() if one.tag == "caption"), None)
        rows = [one for one in node.all() if one.tag == "tr" and table_of(one) is node]
        cells = [[c for c in row.nodes() if c.tag in {"td", "th"}] for row in rows]
        cells = [row for row in cells if row]
        after = [one_line(_flat(caption))] if caption and caption.text().strip() else []
        if not cells:
            return after
        if max(len(row) for row in cells) == 1 and not any(c.tag == "th" for r in cells for c in r):
            # A table of one column is a frame around a text.
            return [text for row in cells for text in self.blocks(row[0].children)] + after
        if any(is_wide(cell) for row in cells for cell in row):
            return [as_html(node), *after]
        width = max(len(row) for row in cells)
        lines = [[_cell(cell) for cell in row] + [""] * (width - len(row)) for row in cells]
        table = ["| " + " | ".join(row) + " |" for row in lines]
        table.insert(1, "|" + " --- |" * width)
        return ["\n".join(table), *after]

    # Figures and cards

    def _figure(self, node: Node) -> list[str]:
        captions = [
            one for one in node.all() if one.tag == "figcaption" and _figure_of(one) is node
        ]
        for one in captions:
            one.take_out()
        caption = " ".join(filter(None, (one_line(_flat(one)) for one in captions)))
        plain = " ".join(" ".join(one.text().split()) for one in captions)
        images = [one for one in node.all() if one.tag == "img"]
        if len(images) == 1 and not node.text().strip() and picture(images[0]).startswith("!"):
            image = images[0]
            link = next((one for one in node.all() if one.tag == "a" and one.get("href")), None)
            if link is None or is_its_own_file(link.get("href"), image):
                if link is not None:
                    image.attributes = {"alt": image.get("alt"), "src": link.get("href")}
                has_words_only = not any(
                    one.tag in {"a", "code"} for c in captions for one in c.all()
                )
                if has_words_only:
                    return [picture(image, plain)]
                return [picture(image), caption]
        if {"wp-block-embed", "kg-embed-card"} & node.classes:
            text = node.text().strip()
            if re.fullmatch(r"https?://\S+", text):
                return [autolink(text), *([caption] if caption else [])]
        if any("gallery" in name for name in node.classes) and images:
            return [picture(one) for one in images] + ([caption] if caption else [])
        return self.blocks(node.children) + ([caption] if caption else [])

    def _card(self, node: Node) -> list[str]:
        """Known blocks that HTML alone does not tell apart; nothing if it is none."""
        kind = node.get("data-ke-type").lower()
        if kind == "opengraph" and node.get("data-og-url"):
            title = node.get("data-og-title") or node.get("data-og-url")
            return [f"[{escape(title, in_link=True)}]({destination(node.get('data-og-url'))})"]
        if kind == "moreless":
            button = next((o for o in node.all() if "btn-toggle-moreless" in o.classes), None)
            title = node.get("data-text-more") or (button.text() if button else "")
            if button:
                button.take_out()
            return _fold(escape(title.strip()), self.blocks(node.children))
        if "kg-bookmark-card" in node.classes:
            link = next((one for one in node.all() if one.tag == "a" and one.get("href")), None)
            named = next((one for one in node.all() if "kg-bookmark-title" in one.classes), None)
            if link:
                title = " ".join((named or link).text().split()) or link.get("href")
                return [f"[{escape(title, in_link=True)}]({destination(link.get('href'))})"]
        if "kg-callout-card" in node.classes:
            emoji = next((one for one in node.all() if "kg-callout-emoji" in one.classes), None)
            words = next((one for one in node.all() if "kg-callout-text" in one.classes), None)
            if words:
                inner: list[Node | str] = [*(emoji.children if emoji else []), " ", *_flat(words)]
                return [f"> {text}" for text in [one_line(inner)] if text]
        if "kg-toggle-card" in node.classes:
            head = next(
                (one for one in node.all() if "kg-toggle-heading-text" in one.classes), None
            )
            body = next((one for one in node.all() if "kg-toggle-content" in one.classes), None)
            if head and body:
                return _fold(one_line(_flat(head)), self.blocks(body.children))
        return []


def _flat(node: Node) -> list[Node | str]:
    """Return what stands in a heading or caption, with blocks inside as words."""
    found: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and (child.tag in BLOCKS or _holds_blocks(child)):
            found += [" ", *_flat(child), " "]
        else:
            found.append(child)
    return found


def _fold(title: str, inside: list[str]) -> list[str]:
    if not inside:
        return [title] if title else []
    shown = title or _("More")
    return [f"<details><summary>{shown}</summary>", *inside, "</details>"]


def _follow_closely(parts: list[str]) -> bool:
    """Return whether the parts of an item need no empty lines: words and lists that may follow.

    A list whose numbers begin later may not follow a paragraph (CommonMark 0.31.2, section 5.3).
    """
    return not parts[:1] or (
        (len(parts) == 1 or not parts[0].startswith(("<", "`", "|", ">", "#")))
        and all(INTERRUPTING.match(part) for part in parts[1:])
    )


def _box(item: Node) -> str:
    box = next((one for one in item.all() if one.tag == "input"), None)
    if box is None or box.get("type") != "checkbox":
        return ""
    return "[x] " if "checked" in box.attributes else "[ ] "


def _under(text: str, item: str) -> str:
    width = len(item) - len(item.lstrip("-*0123456789.)")) + 1
    indent = " " * width
    return "\n".join(f"{indent}{line}" if line else "" for line in text.split("\n"))


def _lines_as_breaks(node: Node) -> Node:
    found = Node("span")
    for child in node.children:
        if isinstance(child, Node):
            found.children.append(_lines_as_breaks(child) if child.children else child)
            continue
        for number, line in enumerate(child.split("\n")):
            found.children += [Node("br"), line] if number else [line]
    return found


def _figure_of(node: Node) -> Node | None:
    while node.parent is not None and node.tag != "figure":
        node = node.parent
    return node if node.tag == "figure" else None


def _cell(cell: Node) -> str:
    found: list[str] = []
    for part in _Writer(lambda line, text: None).blocks(cell.children):
        found.append(part.replace("\\\n", "<br>").replace("\n", " "))
    return re.sub(r"(?<!\\)\|", r"\\|", "<br>".join(found))
