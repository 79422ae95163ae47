"""Bare web addresses and e-mail addresses become links, and end where the address ends.

Korean glues particles to addresses (`https://example.com을 보라`), and general linkers take the
particle for a part of the host. The rule here:

1. A host ends where Hangul or other CJK text follows a Latin top-level domain, a number or
   `localhost`: `https://example.com을`, `http://127.0.0.1에서`. Hosts that are Hangul on purpose
   (`https://한글.com`, `https://도메인.한국`) stay whole.
2. At the end of a path, a run of Hangul right after a Latin letter, digit or bracket is cut off if
   it consists of particles only: `/path을`, `/path에서는`. `/python입문` stays.
3. Hangul that begins a segment, or follows `-`, `_`, `=`, `%`, `+`, `~`, `#`, belongs to the
   address: `/wiki/한글`, `/django-입문기`, `?q=한글`. Its particle cannot be told from the word and
   stays too. The exception is a last segment that is a particle nobody names a page with: `/을`.
4. CJK punctuation and curly quotation marks end an address; so do `**` and `~~`, and a
   parenthesis that glosses in Korean: `/docs(영문)`.

Addresses begin with `http://`, `https://` or `www.`; a bare `example.com` is left alone, since in
writing about programs `manage.py` and `README.md` would be links to Paraguay and Moldova.

Sources: GitHub Flavored Markdown 0.29, section 6.9 (extended autolinks); RFC 3986.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from .korean import is_cjk, is_hangul
from .particles import JAPANESE_PARTICLE_AFTER_LATIN, PARTICLES, SURE_PARTICLES
from .tokens import is_raw_link_close, is_raw_link_open, text_token

#: Longest address that becomes a link, in characters.
MAX_ADDRESS_LENGTH = 2000

_BODY = re.compile(
    # Everything RFC 3986 forbids, brackets, and the punctuation of CJK prose.
    r"[^\s\x00-\x20\x7f-\x9f<>\"`|\\^{}\[\]“”‘’「」『』《》〈〉【】〔〕、。，．！？：；（）…]"
    rf"{{1,{MAX_ADDRESS_LENGTH}}}"
)
_HOST = re.compile(r"[\w.-]+")
_PORT = re.compile(r":\d{1,5}")
_LATIN_LABEL_THEN_CJK = re.compile(r"([A-Za-z]{2,}|\d+|localhost)(?=[^\x00-\x7f])")
_LATIN_TOP_LEVEL = re.compile(r"[A-Za-z]{2,}|xn--[A-Za-z0-9-]+|\d{1,3}")
_STAR_BETWEEN = re.compile(r"(?<![A-Za-z0-9/=&])\*|\*(?![A-Za-z0-9/=&])|~~")
_ENTITY_AT_END = re.compile(r"&[A-Za-z0-9]{2,31};$")
_GLOSS = re.compile(r"(?<=[A-Za-z0-9/])\((?=[^\x00-\x7f])")
_KEEPS_HANGUL = frozenset("-_=%+~#&·,:@")
_TRAILING = ".,:;!?'\"*_~"

_SCHEME = re.compile(r"(?<![A-Za-z0-9+.\-])https?://|(?<![A-Za-z0-9_@/.:\-])www\.", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-/@:])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
    r"(?![A-Za-z0-9\-_@])"
)


class BareLink(NamedTuple):
    """One address found in plain text: `text[start:end]` and the URL it means."""

    start: int
    end: int
    url: str


def find_links(text: str, *, schemes: bool = True) -> Iterator[BareLink]:
    """Yield the addresses in `text` in order, without overlaps.

    With `schemes=False` only `www.` and e-mail addresses are looked for. Positions are code
    points. Never raises.
    """
    position = 0
    web = _SCHEME.search(text)
    mail = _EMAIL.search(text) if "@" in text else None
    while web or mail:
        if web and (not mail or web.start() <= mail.start()):
            is_www = web.group().lower() == "www."
            body_start = web.start() if is_www else web.end()
            end = address_end(text, body_start) if is_www or schemes else None
            if end is not None:
                written = text[web.start() : end]
                yield BareLink(web.start(), end, f"https://{written}" if is_www else written)
            position = max(end or 0, web.end())
        else:
            yield BareLink(mail.start(), mail.end(), f"mailto:{mail.group()}")
            position = mail.end()
        if web and web.start() < position:
            web = _SCHEME.search(text, position)
        if mail and mail.start() < position:
            mail = _EMAIL.search(text, position)


def address_end(text: str, start: int) -> int | None:
    """Return where the address whose host begins at `start` ends, or None if it is none."""
    body = _BODY.match(text, start)
    if not body:
        return None
    host = _HOST.match(text, start, body.end())
    if not host:
        return None
    name, is_whole = _trim_host(host.group())
    if not _is_host(name):
        return None
    end = start + len(name)
    if not is_whole:
        return end
    if port := _PORT.match(text, end, body.end()):
        end = port.end()
    rest = text[end : body.end()]
    if rest.startswith("@") or (rest.startswith(":") and "@" in rest.partition("/")[0]):
        return None  # user:password@host: never invite people to follow that
    if not rest.startswith(("/", "?", "#")):
        return end
    return end + len(_trim_path(rest))


def _trim_host(host: str) -> tuple[str, bool]:
    """Cut CJK text glued to a Latin host; also say whether a path may still follow."""
    stripped = host.rstrip(".-_")
    labels = stripped.split(".")
    if not _LATIN_TOP_LEVEL.fullmatch(labels[-1]):
        offset = 0
        for number, label in enumerate(labels):
            glued = _LATIN_LABEL_THEN_CJK.match(label)
            if glued and (number or glued.group() == "localhost") and is_cjk(label[glued.end()]):
                return stripped[: offset + glued.end()], False
            offset += len(label) + 1
    return stripped, len(stripped) == len(host)


def _is_host(host: str) -> bool:
    labels = host.split(".")
    if len(labels) < 2:
        return host.lower() == "localhost"
    return all(label and len(label) <= 63 for label in labels) and not any(
        "_" in label for label in labels[-2:]
    )


def _trim_path(path: str) -> str:
    for pattern in (_STAR_BETWEEN, _GLOSS, JAPANESE_PARTICLE_AFTER_LATIN):
        if found := pattern.search(path):
            path = path[: found.start()]
    path = path[: _balanced_length(path)]
    while True:
        shorter = _trim_particles(_trim_punctuation(path))
        if shorter == path:
            return path
        path = shorter


def _balanced_length(path: str) -> int:
    """Return the length up to the first `)` that closes nothing inside the path."""
    depth = 0
    for index, character in enumerate(path):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                return index
    return len(path)


def _trim_punctuation(path: str) -> str:
    if entity := _ENTITY_AT_END.search(path):
        return path[: entity.start()]
    return path.rstrip(_TRAILING)


def _trim_particles(path: str) -> str:
    start = len(path)
    while start and is_hangul(path[start - 1]):
        start -= 1
    run = path[start:]
    if not run or not start:
        return path
    before = path[start - 1]
    if before == "/":
        return path[:start] if SURE_PARTICLES.fullmatch(run) else path
    if before in _KEEPS_HANGUL or before > "\x7f":
        return path
    return path[:start] if PARTICLES.fullmatch(run) else path


def _link_tokens(state_md: MarkdownIt, link: BareLink, text: str, level: int) -> list[Token]:
    """Return the three tokens of a link, or an empty list if its URL is refused."""
    href = state_md.normalizeLink(link.url)
    if not state_md.validateLink(href):
        return []
    opening = Token("link_open", "a", 1, attrs={"href": href}, level=level)
    closing = Token("link_close", "a", -1, level=level)
    for token in (opening, closing):
        token.markup, token.info = "linkify", "auto"
    return [opening, text_token(text, level + 1), closing]


def _bare_url_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule at `:`: takes the whole address before `_` or `*` in it become emphasis."""
    position = state.pos
    if state.linkLevel > 0 or not state.src.startswith("://", position):
        return False
    scheme = next((s for s in ("https", "http") if _ends_with(state.src, position, s)), "")
    if not scheme:
        return False
    start = position - len(scheme)
    if start and (state.src[start - 1].isascii() and state.src[start - 1].isalnum()):
        return False
    end = address_end(state.src, position + 3)
    if end is None or end > state.posMax:
        return False
    if not silent:
        written = state.src[start:end].replace("&amp;", "&")
        tokens = _link_tokens(state.md, BareLink(start, end, written), written, state.level)
        if not tokens or state.pending[-len(scheme) :].lower() != scheme:
            return False
        state.pending = state.pending[: -len(scheme)]
        for token in tokens:
            pushed = state.push(token.type, token.tag, token.nesting)
            pushed.attrs, pushed.content = token.attrs, token.content
            pushed.markup, pushed.info = token.markup, token.info
    state.pos = end
    return True


def _ends_with(text: str, position: int, word: str) -> bool:
    return text[max(0, position - len(word)) : position].lower() == word


def _www_and_mail_rule(state: StateCore) -> None:
    """Core rule: `www.` and e-mail addresses in the text that is left."""
    for block in state.tokens:
        if block.type == "inline" and block.children and _may_hold_link(block.content):
            block.children = _with_links(state.md, block.children)


def _may_hold_link(text: str) -> bool:
    return "@" in text or "www." in text.lower()


def _with_links(md: MarkdownIt, children: list[Token]) -> list[Token]:
    result: list[Token] = []
    depth = 0
    for token in children:
        if token.type == "link_open" or is_raw_link_open(token):
            depth += 1
        elif token.type == "link_close" or is_raw_link_close(token):
            depth = max(0, depth - 1)
        if token.type != "text" or depth or not _may_hold_link(token.content):
            result.append(token)
            continue
        done = 0
        for link in find_links(token.content, schemes=False):
            written = token.content[link.start : link.end]
            tokens = _link_tokens(md, link, written, token.level)
            if tokens:
                if link.start > done:
                    result.append(text_token(token.content[done : link.start], token.level))
                result.extend(tokens)
                done = link.end
        if done < len(token.content) or not token.content:
            result.append(text_token(token.content[done:], token.level))
    return result


def links_plugin(md: MarkdownIt) -> None:
    """Install both rules; run after the footnote plugin so that footnotes get links too."""
    md.inline.ruler.before("newline", "bare_url", _bare_url_rule)
    md.core.ruler.before("text_join", "www_and_mail", _www_and_mail_rule)
