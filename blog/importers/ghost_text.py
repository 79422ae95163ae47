"""Texts of Ghost's editors, Lexical and Mobiledoc, as HTML, for exports without HTML.

Sources: lexical.dev/docs/concepts/nodes (formats are bits), the node names of Koenig's cards, and the
Mobiledoc 0.3 specification (bustle/mobiledoc-kit).
"""

import html
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

Report = Callable[[str], None]
FORMATS = (
    (1, "strong"),
    (2, "em"),
    (4, "del"),
    (8, "u"),
    (16, "code"),
    (32, "sub"),
    (64, "sup"),
    (128, "mark"),
)
DEEPEST = 60


def _attribute(value: Any) -> str:
    return html.escape(str(value or ""))


def lexical_html(document: dict[str, Any], report: Report) -> str:
    """Return a Lexical document as HTML."""
    return _children(document.get("root") or {}, report, 0)


def _children(node: dict[str, Any], report: Report, depth: int) -> str:
    if depth > DEEPEST:
        return ""
    found = node.get("children")
    return "".join(
        _lexical(child, report, depth + 1)
        for child in (found if isinstance(found, list) else [])
        if isinstance(child, dict)
    )


def _lexical(node: dict[str, Any], report: Report, depth: int) -> str:
    kind = str(node.get("type") or "")
    if kind in {"text", "extended-text"}:
        text = html.escape(str(node.get("text") or ""), quote=False)
        bits = node.get("format") if isinstance(node.get("format"), int) else 0
        for bit, tag in FORMATS:
            if bits & bit:
                text = f"<{tag}>{text}</{tag}>"
        return text
    if kind == "linebreak":
        return "<br>"
    inner = _children(node, report, depth)
    if kind == "paragraph":
        return f"<p>{inner}</p>"
    if kind in {"heading", "extended-heading"}:
        tag = node.get("tag") if node.get("tag") in {"h1", "h2", "h3", "h4", "h5", "h6"} else "h2"
        return f"<{tag}>{inner}</{tag}>"
    if kind in {"quote", "extended-quote", "aside"}:
        return f"<blockquote><p>{inner}</p></blockquote>"
    if kind == "list":
        tag = "ol" if node.get("listType") == "number" else "ul"
        return f"<{tag}>{inner}</{tag}>"
    if kind == "listitem":
        return f"<li>{inner}</li>"
    if kind in {"link", "autolink"}:
        return f'<a href="{_attribute(node.get("url"))}">{inner}</a>'
    return _card(kind.removeprefix("extended-"), node, inner, report)


def _card(kind: str, card: dict[str, Any], inner: str, report: Report) -> str:
    if kind == "image":
        return _figure(card.get("src"), card.get("alt"), card.get("caption"))
    if kind == "gallery":
        images = [one for one in card.get("images") or [] if isinstance(one, dict)]
        return "".join(_figure(one.get("src"), one.get("alt"), "") for one in images) + (
            f"<p>{card['caption']}</p>" if card.get("caption") else ""
        )
    if kind in {"codeblock", "code"}:
        language = (
            f' class="language-{_attribute(card["language"])}"' if card.get("language") else ""
        )
        code = html.escape(str(card.get("code") or ""), quote=False)
        return f"<pre><code{language}>{code}</code></pre>"
    if kind in {"html"}:
        return str(card.get("html") or "")
    if kind == "markdown" or kind == "card-markdown":
        return f'<pre><code class="language-markdown">{html.escape(str(card.get("markdown") or ""), quote=False)}</code></pre>'
    if kind in {"horizontalrule", "hr"}:
        return "<hr>"
    if kind in {"bookmark", "embed"}:
        given = card.get("metadata") if isinstance(card.get("metadata"), dict) else {}
        url = card.get("url") or given.get("url")
        title = given.get("title") if kind == "bookmark" else url
        return f'<p><a href="{_attribute(url)}">{_attribute(title or url)}</a></p>' if url else ""
    if kind == "callout":
        return f"<blockquote><p>{_attribute(card.get('calloutEmoji'))} {card.get('calloutText') or ''}</p></blockquote>"
    if kind == "toggle":
        return f"<details><summary>{card.get('heading') or ''}</summary>{card.get('content') or ''}</details>"
    if kind in {"video", "audio", "file"}:
        url = card.get("src")
        name = card.get("title") or card.get("fileTitle") or card.get("fileName") or url
        return f'<p><a href="{_attribute(url)}">{_attribute(name)}</a></p>' if url else ""
    if kind == "button" and card.get("buttonUrl"):
        words = _attribute(card.get("buttonText") or card["buttonUrl"])
        return f'<p><a href="{_attribute(card["buttonUrl"])}">{words}</a></p>'
    if kind in {"paywall", "more", "tk"}:
        return inner
    if kind:
        report(_("card %(name)s: only its text was kept") % {"name": kind[:40]})
    return inner


def _figure(source: Any, alt: Any, caption: Any) -> str:
    if not source:
        return ""
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{_attribute(source)}" alt="{_attribute(alt)}">{words}</figure>'


# Mobiledoc ------------------------------------------------------------------------------------


def mobiledoc_html(document: dict[str, Any], report: Report) -> str:
    """Return a Mobiledoc document (0.3) as HTML."""
    marks = document.get("markups") or []
    cards = document.get("cards") or []
    atoms = document.get("atoms") or []
    written = []
    for section in document.get("sections") or []:
        kind = section[0]
        if kind == 1:
            tag = (
                section[1]
                if section[1] in {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
                else "p"
            )
            written.append(f"<{tag}>{_markers(section[2], marks, atoms)}</{tag}>")
        elif kind == 2 and isinstance(section[1], str):
            written.append(_figure(section[1], "", ""))
        elif kind == 3:
            tag = "ol" if section[1] == "ol" else "ul"
            items = "".join(f"<li>{_markers(item, marks, atoms)}</li>" for item in section[2])
            written.append(f"<{tag}>{items}</{tag}>")
        elif kind == 10:
            name, payload = cards[section[1]]
            written.append(
                _card(str(name), payload if isinstance(payload, dict) else {}, "", report)
            )
    return "\n".join(written)


def _markers(markers: list, marks: list, atoms: list) -> str:
    written, opened = "", []
    for kind, opening, closing, value in markers:
        for index in opening:
            tag, *rest = marks[index]
            given = dict(zip(rest[0][::2], rest[0][1::2], strict=False)) if rest else {}
            href = f' href="{_attribute(given.get("href"))}"' if tag == "a" else ""
            written += f"<{tag}{href}>"
            opened.append(tag)
        if kind == 0:
            written += html.escape(value, quote=False)
        elif atoms[value][0] == "soft-return":
            written += "<br>"
        else:
            written += html.escape(str(atoms[value][1]), quote=False)
        for _count in range(closing):
            written += f"</{opened.pop()}>"
    return written
