"""From stored HTML to XHTML that strict programs accept (EPUB 3.3, 6.1: XHTML content documents).

People's HTML is safe but not always well made: a list item without a list, a paragraph inside a
word. Browsers forgive that; validators and some book readers do not. Whatever stands where it may
not is renamed to the nearest element that may (``div``, ``span``), so that no text is lost.
Source of what may stand where: HTML Living Standard, content models.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from blog.takeout.mending import (
    Node,
    mend_caption,
    mend_list,
    mended_definitions,
    mended_details,
    mended_ruby,
    mended_table,
)
from blog.takeout.tree import Element, read_html

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | frozenset(
    "blockquote details div dl figure hr ol p pre section table ul".split()
)
TRANSPARENT = frozenset({"a", "del", "ins"})
MAY_HOLD_BLOCKS = TRANSPARENT | frozenset(
    "blockquote body caption dd details div dl dt figcaption figure li ol section table tbody td"
    " tfoot th thead tr ul".split()
)
ONLY_IN: dict[str, frozenset[str]] = {
    "li": frozenset({"ol", "ul"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
    "th": frozenset({"tr"}),
    "td": frozenset({"tr"}),
    "figcaption": frozenset({"figure"}),
    "summary": frozenset({"details"}),
    "rt": frozenset({"ruby"}),
    "rp": frozenset({"ruby"}),
}
NUMBER_OF_CELLS = re.compile(r"[1-9]\d{0,2}")
WHOLE_NUMBER = re.compile(r"-?\d{1,6}")
CHECKED, UNCHECKED = "☑", "☐"


@dataclass(frozen=True)
class Shown:
    """Where a picture is in the book, and its size in pixels."""

    address: str
    width: int
    height: int


@dataclass
class Conversion:
    """What a chapter needs from outside, and what was found in it.

    ``show_image(src)`` tells where the picture is, ``resolve(href)`` where a link leads; None:
    nowhere. ``headings`` fills with (level, id, text) in order.
    """

    show_image: Callable[[str], Shown | None]
    resolve: Callable[[str], str | None]
    ids: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    headings: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where an element stands: its parent, and what its ancestors forbid."""

    parent: str
    allows_blocks: bool = True
    is_in_link: bool = False
    is_in_definition: bool = False
    allows_headings: bool = True
    allows_tables: bool = True


def as_xhtml(html: str, conversion: Conversion) -> str:
    """Return ``html`` as the inside of a body in XHTML."""
    body = read_html(html)
    _name_ids(body, conversion)
    nodes = _children(body, Place("body"), conversion)
    _note_headings(nodes, conversion)
    out: list[str] = []
    _write(nodes, out)
    return "".join(out)


def _name_ids(element: Element, conversion: Conversion) -> None:
    """Give every id a short name in ASCII: fragments in Hangul confuse old readers."""
    for child in element.children:
        if isinstance(child, Element):
            if name := child.attributes.get("id"):
                conversion.ids.setdefault(name, f"n{len(conversion.ids) + 1}")
            _name_ids(child, conversion)


def _children(element: Element, place: Place, conversion: Conversion) -> list[Node]:
    found: list[Node] = []
    for child in element.children:
        if isinstance(child, str):
            found.append(child)
        else:
            found += _element(child, place, conversion)
    return found


def _element(element: Element, place: Place, conversion: Conversion) -> list[Node]:
    name = _name_here(element, place)
    if name == "input":
        return [CHECKED if "checked" in element.attributes else UNCHECKED]
    if name == "img":
        return _image(element, conversion)
    if name == "hr" and not place.allows_blocks:
        return [Element("br")]
    attributes = _attributes(name, element, place, conversion)
    if name == "a" and "href" not in attributes:
        name = "span"
    inside = _place_inside(name, place)
    made = Element(name, attributes)
    made.children = _children(element, inside, conversion)
    if name in {"ul", "ol"}:
        mend_list(made)
    elif name == "dl":
        made = mended_definitions(made)
    elif name == "table":
        return mended_table(made)
    elif name == "figure":
        mend_caption(made)
    elif name == "details":
        made = mended_details(made)
    elif name == "ruby":
        made = mended_ruby(made)
    return [made]


def _name_here(element: Element, place: Place) -> str:
    name = element.name
    if name in {"label", "time"} or (name == "bdo" and "dir" not in element.attributes):
        return "span"
    if (name == "a" and place.is_in_link) or (name == "dfn" and place.is_in_definition):
        return "span"
    if name in {"details", "summary"} and place.is_in_link:
        name = "div"
    if name in ONLY_IN and place.parent not in ONLY_IN[name]:
        name = "div"
    if name in HEADINGS | {"section"} and not place.allows_headings:
        name = "div"
    if name == "table" and not place.allows_tables:
        name = "div"
    if not place.allows_blocks:
        if name == "pre":
            return "code"
        if name in BLOCKS - {"hr"}:
            return "span"
    return name


def _place_inside(name: str, place: Place) -> Place:
    return replace(
        place,
        parent=place.parent if name in TRANSPARENT and place.parent not in ONLY_PARENTS else name,
        allows_blocks=place.allows_blocks and name in MAY_HOLD_BLOCKS,
        is_in_link=place.is_in_link or name == "a",
        is_in_definition=place.is_in_definition or name == "dfn",
        allows_headings=place.allows_headings and name not in {"dt", "th"},
        allows_tables=place.allows_tables and name != "caption",
    )


ONLY_PARENTS = frozenset().union(*ONLY_IN.values())


# Attributes ---------------------------------------------------------------------------------------


def _attributes(
    name: str, element: Element, place: Place, conversion: Conversion
) -> dict[str, str]:
    given, kept = element.attributes, {}
    if (own := given.get("id")) and (short := conversion.ids[own]) not in conversion.used:
        conversion.used.add(short)
        kept["id"] = short
    if given.get("class"):
        kept["class"] = given["class"]
    if name == "span" and element.name in BLOCKS | ONLY_IN.keys():
        kept["class"] = f"{kept.get('class', '')} block".strip()
    if given.get("title"):
        kept["title"] = given["title"]
    if given.get("lang"):
        kept["lang"] = kept["xml:lang"] = given["lang"]
    if given.get("dir") in {"ltr", "rtl", "auto"}:
        kept["dir"] = given["dir"]
    if name == "a":
        _link(element, kept, conversion)
    elif name == "ol":
        if WHOLE_NUMBER.fullmatch(given.get("start", "")):
            kept["start"] = given["start"]
        if "reversed" in given:
            kept["reversed"] = "reversed"
    elif name == "li":
        if place.parent == "ol" and WHOLE_NUMBER.fullmatch(given.get("value", "")):
            kept["value"] = given["value"]
    elif name in {"td", "th"}:
        for attribute in ("colspan", "rowspan"):
            if NUMBER_OF_CELLS.fullmatch(given.get(attribute, "")):
                kept[attribute] = given[attribute]
        if name == "th" and given.get("scope") in {"col", "row", "colgroup", "rowgroup"}:
            kept["scope"] = given["scope"]
    elif name == "details" and "open" in given:
        kept["open"] = "open"
    elif name == "div" and "footnotes" in element.classes:
        kept["epub:type"] = "footnotes"
    return kept


def _link(element: Element, kept: dict[str, str], conversion: Conversion) -> None:
    href = element.attributes.get("href", "")
    if href.startswith("#"):
        target = conversion.ids.get(href[1:])
        if target is None:
            return
        kept["href"] = f"#{target}"
    else:
        target = conversion.resolve(href)
        if target is None:
            return
        kept["href"] = target
    role = element.attributes.get("role")
    if role == "doc-noteref":
        kept["epub:type"] = "noteref"
    elif role == "doc-backlink":
        kept["epub:type"] = "backlink"


def _image(element: Element, conversion: Conversion) -> list[Node]:
    source, alt = element.attributes.get("src", ""), element.attributes.get("alt", "")
    shown = conversion.show_image(source)
    if shown is not None:
        attributes = {
            "src": shown.address,
            "alt": alt,
            "width": str(shown.width),
            "height": str(shown.height),
        }
        if title := element.attributes.get("title"):
            attributes["title"] = title
        return [Element("img", attributes)]
    return [alt] if alt else []


def _note_headings(nodes: list[Node], conversion: Conversion) -> None:
    """Note headings where they ended up: a table of contents follows the order of the text."""
    for node in nodes:
        if isinstance(node, str):
            continue
        text = " ".join(node.text().split()) if node.name in HEADINGS else ""
        if text:
            node.attributes.setdefault("id", f"h{len(conversion.headings) + 1}")
            conversion.headings.append((int(node.name[1]), node.attributes["id"], text))
        _note_headings(node.children, conversion)


# Writing ------------------------------------------------------------------------------------------

EMPTY = frozenset({"br", "hr", "img", "wbr"})


def _write(nodes: list[Node], out: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            out.append(escape(node))
            continue
        out.append(f"<{node.name}")
        out += [f" {name}={quoteattr(value)}" for name, value in node.attributes.items()]
        if node.name in EMPTY:
            out.append("/>")
            continue
        out.append(">")
        _write(node.children, out)
        out.append(f"</{node.name}>")
