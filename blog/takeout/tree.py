"""Stored HTML as a tree: what a browser would build, in Python's own words."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "wbr"})
DEPTH_MAX = 120
"""Deeper elements are flattened into their parents: readers of books have small stacks."""

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) allows in no document, not even escaped."""


@dataclass(slots=True)
class Element:
    """An element with its attributes, and its children: elements and texts."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def text(self) -> str:
        """Return all text inside."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("body")
        self.open = [self.root]
        self.ignored: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: NOT_XML.sub("", value or "") for name, value in reversed(attrs)}
        element = Element(tag, held)
        if tag not in VOID and len(self.open) > DEPTH_MAX:
            self.ignored.append(tag)
            return
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.ignored and self.ignored[-1] == tag:
            self.ignored.pop()
            return
        if any(element.name == tag for element in self.open[1:]):
            while self.open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        data = NOT_XML.sub("", data)
        children = self.open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        elif data:
            children.append(data)


def read_html(html: str) -> Element:
    """Return the body of sanitised ``html``: every element in it was closed by the sanitiser."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root
