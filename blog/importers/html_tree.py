"""HTML of other blogs as a small, well-formed tree; nothing of it is ever shown as it is."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Union

import nh3

DEEPEST = 60
"""Elements inside one another; what is deeper belongs to the last one that counts."""

UNCLOSED_MOST = 400
"""A parser of HTML works in the square of the nesting: beyond this, marks are taken out first."""

VOID = frozenset("area br col embed hr img input source track wbr".split())
TAGS = frozenset(
    "a abbr address article aside audio b big blockquote br caption center cite code col colgroup "
    "dd del details dfn div dl dt em embed figcaption figure font footer h1 h2 h3 h4 h5 h6 header "
    "hr i iframe img input ins kbd label li main mark nav ol p picture pre q s samp section small "
    "source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var "
    "video".split()
)
ATTRIBUTES = {
    "*": {"class", "id", "style", "lang", "title", "data-ke-type", "data-ke-language", "data-lang"}
    | {"data-language", "data-enlighter-language", "data-text-more", "data-og-title", "align"}
    | {"data-og-url", "data-fn"},
    "a": {"href", "name"},
    "img": {"src", "alt", "data-src", "data-lazy-src", "data-original", "data-url", "srcset"},
    "iframe": {"src", "data-src"},
    "embed": {"src"},
    "video": {"src", "poster"},
    "audio": {"src"},
    "source": {"src", "srcset"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "input": {"type", "checked"},
}
SCHEMES = {"http", "https", "mailto", "tel", "data", "ftp"}
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)[^<>]*?(/?)>")


@dataclass(eq=False)
class Node:
    """One element; its children are elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Union["Node", str]] = field(default_factory=list)
    parent: "Node | None" = None

    @property
    def classes(self) -> set[str]:
        return set(self.get("class").split())

    def get(self, name: str) -> str:
        """Return an attribute; empty if it is not there."""
        return self.attributes.get(name, "")

    def nodes(self) -> list["Node"]:
        """Return the elements right inside."""
        return [child for child in self.children if isinstance(child, Node)]

    def all(self) -> list["Node"]:
        """Return every element inside, in order."""
        found: list[Node] = []
        for child in self.nodes():
            found += [child, *child.all()]
        return found

    def text(self) -> str:
        """Return all words inside; line breaks as such."""
        if self.tag == "br":
            return "\n"
        return "".join(one if isinstance(one, str) else one.text() for one in self.children)

    def take_out(self) -> None:
        """Remove this element from its place."""
        if self.parent is not None:
            self.parent.children = [one for one in self.parent.children if one is not self]
            self.parent = None


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.stack = [self.root]
        self.too_deep: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.stack[-1])
        if tag in VOID:
            self.stack[-1].children.append(node)
        elif len(self.stack) >= DEEPEST:
            self.too_deep.append(tag)
        else:
            self.stack[-1].children.append(node)
            self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep:
            self.too_deep.pop()
        elif tag not in VOID and len(self.stack) > 1:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        here = self.stack[-1].children
        if here and isinstance(here[-1], str):
            here[-1] += data
        else:
            here.append(data)


def read_tree(html: str) -> Node:
    """Return ``html`` as a tree, closed as a browser closes it; scripts and styles are gone."""
    builder = _Builder()
    builder.feed(
        nh3.clean(
            _bounded(html),
            tags=set(TAGS),
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel=None,
            strip_comments=True,
            clean_content_tags={"script", "style", "template", "textarea", "select", "title"},
        )
    )
    builder.close()
    return builder.root


def _bounded(html: str) -> str:
    """Take the marks out of a text that leaves more of them open than any person would."""
    depth = deepest = 0
    for found in TAG.finditer(html):
        if found[2].lower() in VOID or found[3]:
            continue
        depth = max(depth - 1, 0) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return TAG.sub(" ", html) if deepest > UNCLOSED_MOST and html.count("<") > 2000 else html
