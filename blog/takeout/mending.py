"""Lists, tables and the like as their content models want them; nothing in them is lost.

Source: HTML Living Standard, content models of ul, dl, table, figure, details and ruby.
"""

import re
from typing import TypeGuard

from blog.takeout.tree import Element

Node = Element | str


def _is_space(node: Node) -> bool:
    return isinstance(node, str) and not node.strip()


def _is(node: Node, *names: str) -> TypeGuard[Element]:
    return isinstance(node, Element) and node.name in names


def mend_list(made: Element) -> None:
    """Let a list hold items alone: what stands between them becomes an item."""
    items: list[Element] = []
    for child in made.children:
        if _is(child, "li"):
            items.append(child)
        elif _is_space(child):
            continue
        elif items and "data-made" in items[-1].attributes:
            items[-1].children.append(child)
        else:
            items.append(Element("li", {"data-made": ""}, [child]))
    for item in items:
        item.attributes.pop("data-made", None)
    made.children = list(items)
    if not items:
        made.name, made.attributes = "div", _plain(made)


def _plain(made: Element) -> dict[str, str]:
    kept = ("id", "class", "title", "lang", "xml:lang", "dir")
    return {name: value for name, value in made.attributes.items() if name in kept}


def mended_definitions(made: Element) -> Element:
    """Keep a list of names and descriptions that is one: names, then descriptions, and so on."""
    kinds = "".join(
        child.name[1] if _is(child, "dt", "dd") else "x"
        for child in made.children
        if not _is_space(child)
    )
    if re.fullmatch(r"(?:t+d+)+", kinds):
        made.children = [child for child in made.children if not _is_space(child)]
        return made
    for child in made.children:
        if _is(child, "dt", "dd"):
            child.name, child.attributes = "div", _plain(child)
    return Element("div", _plain(made), made.children)


def mended_table(made: Element) -> list[Node]:
    """Put the parts of a table into their order; what is no part of one stands before it."""
    before: list[Node] = []
    captions: list[Element] = []
    heads: list[Element] = []
    bodies: list[Element] = []
    feet: list[Element] = []
    for child in made.children:
        if _is(child, "caption"):
            captions.append(child)
        elif _is(child, "thead", "tbody", "tfoot"):
            before += _mend_rows(child)
            {"thead": heads, "tbody": bodies, "tfoot": feet}[child.name].append(child)
        elif _is(child, "tr"):
            if not bodies or "data-made" not in bodies[-1].attributes:
                bodies.append(Element("tbody", {"data-made": ""}))
            bodies[-1].children.append(child)
        elif not _is_space(child):
            before.append(child)
    for body in bodies:
        if body.attributes.pop("data-made", None) is not None:
            before += _mend_rows(body)
    for extra in heads[1:] + feet[1:]:
        extra.name = "tbody"
        bodies.append(extra)
    parts = captions[:1] + heads[:1] + bodies + feet[:1]
    parts = [part for part in parts if part.name == "caption" or part.children]
    for caption in captions[1:]:
        caption.name = "div"
        before.append(caption)
    if not any(part.name != "caption" for part in parts):
        for part in parts:
            part.name = "div"
        return [*before, *parts]
    made.children = list(parts)
    return [*before, made]


def _mend_rows(group: Element) -> list[Node]:
    """Let a group hold rows, and rows hold cells; return what else was in it."""
    others: list[Node] = []
    rows: list[Node] = []
    for child in group.children:
        if _is(child, "tr"):
            cells: list[Node] = [cell for cell in child.children if _is(cell, "td", "th")]
            others += [
                cell for cell in child.children if not _is(cell, "td", "th") and not _is_space(cell)
            ]
            child.children = cells
            if cells:
                rows.append(child)
        elif not _is_space(child):
            others.append(child)
    group.children = rows
    return others


def mend_caption(made: Element) -> None:
    """Keep one caption of a figure, at its beginning or end; others become plain."""
    solid = [child for child in made.children if not _is_space(child)]
    kept = next((child for child in solid[:1] + solid[-1:] if _is(child, "figcaption")), None)
    for child in made.children:
        if _is(child, "figcaption") and child is not kept:
            child.name = "div"


def mended_details(made: Element) -> Element:
    """Keep a fold that has a name at its beginning; another one lies open."""
    solid = [child for child in made.children if not _is_space(child)]
    has_name = bool(solid) and _is(solid[0], "summary")
    for child in made.children:
        if _is(child, "summary") and not (has_name and child is solid[0]):
            child.name = "div"
    if has_name:
        made.children = solid
        return made
    return Element("div", _plain(made), made.children)


def mended_ruby(made: Element) -> Element:
    """Keep a reading that stands behind its characters; else show both in a row."""
    kinds = "".join(
        {"rt": "t", "rp": "p"}.get(child.name, "x") if isinstance(child, Element) else "x"
        for child in made.children
        if not _is_space(child)
    )
    if re.fullmatch(r"(?:x+(?:t|ptp))+", kinds):
        return made
    for child in made.children:
        if _is(child, "rt", "rp"):
            child.name = "span"
    return Element("span", _plain(made), made.children)
