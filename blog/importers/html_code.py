"""Which language a block of code is in, as the usual highlighters mark it."""

import re

from blog.importers.html_tree import Node

LANGUAGE_CLASS = re.compile(r"(?:^|\s)(?:language|lang|highlight-source)-([\w+#.-]+)", re.I)
BRUSH = re.compile(r"brush:\s*([\w+#.-]+)", re.I)
HIGHLIGHTERS = frozenset("hljs prettyprint linenums wp-block-code code prism".split())
NO_LANGUAGE = frozenset("plain text plaintext none auto nohighlight undefined".split())


def language_of(node: Node) -> str:
    """Return the language of a code block as its highlighter wrote it; empty if none is named."""
    for one in (node, *node.all()):
        for name in ("data-ke-language", "data-enlighter-language", "data-language", "data-lang"):
            if found := _language(one.get(name)):
                return found
        for pattern in (LANGUAGE_CLASS, BRUSH):
            if match := pattern.search(one.get("class")):
                if found := _language(match[1]):
                    return found
        if one.tag in {"pre", "code"}:
            if found := _language(one.get("lang")):
                return found
            if "hljs" in one.classes or "prettyprint" in one.classes:
                rest = [name for name in one.get("class").split() if name not in HIGHLIGHTERS]
                if len(rest) == 1 and (found := _language(rest[0])):
                    return found
    return ""


def _language(name: str) -> str:
    name = name.strip().lower()
    return "" if name in NO_LANGUAGE or not re.fullmatch(r"[\w+#.-]{1,30}", name) else name
