"""Footnotes: a mark in the text that leads to an element below, whichever program made them."""

import re

from blog.importers.html_tree import Node

NAMED = re.compile(r"^(?:fn|_?ftn|footnote|note|cite_note|easy-footnote|_edn)", re.I)
SHORT = re.compile(r"^[\[(]?\s*(?:\d{1,4}|[*†‡]{1,3}|[ivx]{1,5})\s*[\])]?$", re.I)
BACK = re.compile(r"^[\s\[(]*(?:[↩↑⏎^]\ufe0e?|\u21a9\ufe0f?|back|위로)[\s\])]*$", re.I)


def place_footnotes(root: Node) -> dict[str, Node]:
    """Replace marks by ``footnote`` elements, take their texts out; by number, in order."""
    by_id = {node.get("id"): node for node in root.all() if node.get("id")}
    notes: dict[str, Node] = {}
    numbers: dict[str, str] = {}
    for link in [one for one in root.all() if one.tag == "a"]:
        target = by_id.get(link.get("href").removeprefix("#"))
        if not link.get("href").startswith("#") or target is None or not _is_mark(link, target):
            continue
        key = link.get("href")
        if key not in numbers:
            numbers[key] = str(len(numbers) + 1)
            notes[numbers[key]] = target
        _replace(link, Node("footnote", {"id": numbers[key]}))
    for node in notes.values():
        for inner in node.all():
            if inner.tag == "a" and (inner.get("href").startswith("#") and _leads_back(inner)):
                inner.take_out()
        _take_out_with_frame(node)
    return notes


def _is_mark(link: Node, target: Node) -> bool:
    if target.tag not in {"li", "p", "div", "span", "dd", "td", "aside"} or _is_in(link, target):
        return False
    if not SHORT.match(link.text().strip()):
        return False
    return bool(
        NAMED.match(target.get("id")) or (link.parent is not None and link.parent.get("data-fn"))
    ) or any(
        "footnote" in name for node in (target, target.parent) if node for name in node.classes
    )


def _is_in(node: Node, other: Node) -> bool:
    here: Node | None = node
    while here is not None:
        if here is other:
            return True
        here = here.parent
    return False


def _leads_back(link: Node) -> bool:
    text = link.text().strip()
    return not text or bool(BACK.match(text) or SHORT.match(text)) or "backref" in link.get("class")


def _replace(link: Node, mark: Node) -> None:
    here = link
    # The mark is often a <sup> of its own, sometimes with brackets around it.
    while here.parent is not None and here.parent.tag in {"sup", "span"}:
        if here.parent.text().strip() != link.text().strip() and not SHORT.match(
            here.parent.text().strip()
        ):
            break
        here = here.parent
    parent = here.parent
    if parent is not None:
        mark.parent = parent
        parent.children = [mark if one is here else one for one in parent.children]


def _take_out_with_frame(node: Node) -> None:
    parent = node.parent
    node.take_out()
    while parent is not None and parent.tag in {"ol", "ul", "div", "section", "aside", "footer"}:
        if parent.text().strip() or any(one.tag == "img" for one in parent.all()):
            return
        above = parent.parent
        parent.take_out()
        parent = above
