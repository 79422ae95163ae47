"""Tables: those that Markdown can write, frames around code, and the rest as HTML."""

import re
from html import escape as escape_html

from blog.importers.html_tree import Node

GUTTERS = frozenset("gutter line-numbers-rows crayon-nums lineno hljs-ln-numbers".split())
HTML_TABLE = frozenset(
    "table caption thead tbody tfoot tr td th p br strong b em i del s a img ul ol li code u sub "
    "sup mark".split()
)


def table_of(node: Node) -> Node | None:
    """Return the table in which ``node`` stands."""
    while node.parent is not None and node.tag != "table":
        node = node.parent
    return node if node.tag == "table" else None


def highlighted(table: Node) -> Node | None:
    """Return the code of a table that holds nothing but line numbers and code."""
    for one in table.all():
        if one.classes & GUTTERS:
            one.take_out()
    code = [one for one in table.all() if one.tag == "pre"]
    if len(code) == 1 and code[0].text().strip() == table.text().strip():
        return code[0]
    return None


def is_wide(cell: Node) -> bool:
    """Return whether Markdown has no way to write ``cell``."""
    spans = {cell.get("colspan"), cell.get("rowspan")} - {"", "1"}
    return bool(spans) or any(
        one.tag in {"ul", "ol", "pre", "table", "blockquote"} for one in cell.all()
    )


def as_html(node: Node) -> str:
    """Return a table that Markdown cannot write as the HTML it may keep, without empty lines."""
    if node.tag not in HTML_TABLE:
        return "".join(_html_of(child) for child in node.children)
    kept = {n: node.get(n) for n in ("href", "src", "alt", "colspan", "rowspan") if node.get(n)}
    words = "".join(f' {name}="{escape_html(value)}"' for name, value in kept.items())
    if node.tag in {"br", "img"}:
        return f"<{node.tag}{words}>"
    inner = "".join(_html_of(child) for child in node.children)
    ending = "\n" if node.tag in {"tr", "thead", "tbody", "table"} else ""
    return f"<{node.tag}{words}>{inner}</{node.tag}>{ending}".rstrip(
        "\n" if node.tag == "table" else ""
    )


def _html_of(child: Node | str) -> str:
    if isinstance(child, Node):
        return as_html(child)
    return escape_html(re.sub(r"\s+", " ", child), quote=False) if child.strip() else ""
