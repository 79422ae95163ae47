"""`@handle` becomes a link if somebody has that name.

A handle may be followed by a particle or an honorific (`@미나님이`, `@minah를`), and Hangul handles
look just like particles, so only the names that exist can tell. All candidates of a text are
resolved in one call; the longest that exists wins. A shorter one is a candidate only where what
remains can follow a name: anything after a change from Latin to CJK letters, else a particle.
"""

import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from config.text import identity_key

from .context import MAX_MENTIONS, Context
from .korean import is_cjk
from .particles import AFTER_JAPANESE_NAME, AFTER_KOREAN_NAME
from .tokens import inline_blocks, text_token

MIN_HANDLE_LENGTH, MAX_HANDLE_LENGTH = 2, 30
# A handle and what may be glued to it; a longer run of letters is no mention.
_MAX_RUN = MAX_HANDLE_LENGTH + 20
# Different runs looked up for one text; keeps the one query small whatever is pasted.
_MAX_RUNS = 5 * MAX_MENTIONS
_NOT_BEFORE = frozenset("_-+/@&=%#.")


def is_word_character(character: str) -> bool:
    """Whether a character may stand in a handle or a tag: letter, digit or mark of any script."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def scan_run(text: str, at: int, limit: int | None = None) -> int | None:
    """Return the end of the run of handle characters after the `@` at `at`, or None.

    None where the sign stands inside an e-mail address, a URL, a package name (`@scope/name`) or
    a remote address (`@name@host`).
    """
    limit = len(text) if limit is None else limit
    if at and (is_word_character(text[at - 1]) or text[at - 1] in _NOT_BEFORE):
        # A full stop is fine unless a Latin word or digit stands before it (`a.@b`).
        if text[at - 1] != "." or (at > 1 and text[at - 2].isascii() and text[at - 2].isalnum()):
            return None
    end = at + 1
    while end < limit and (text[end] in "_-" or is_word_character(text[end])):
        end += 1
        if end - at - 1 > _MAX_RUN:
            return None
    if end - at - 1 < MIN_HANDLE_LENGTH:
        return None
    after = text[end : end + 2]
    if after.startswith("@") or (
        len(after) == 2 and after[0] in "./" and after[1].isascii() and after[1].isalnum()
    ):
        return None
    return end


def candidates(run: str) -> Iterator[str]:
    """Yield the handles that `run` (without `@`) may begin with, longest first."""
    for length in range(min(len(run), MAX_HANDLE_LENGTH), MIN_HANDLE_LENGTH - 1, -1):
        if length == len(run) or _may_follow(run[length - 1], run[length:]):
            yield run[:length]


def _may_follow(last: str, rest: str) -> bool:
    if not rest.strip("_-"):
        return True
    if not is_cjk(rest[0]):
        return False
    if not is_cjk(last):
        return True
    return bool(AFTER_KOREAN_NAME.fullmatch(rest) or AFTER_JAPANESE_NAME.match(rest))


def resolve_runs(runs: list[str], context: Context) -> dict[str, tuple[str, str]]:
    """Return for each run that names somebody its handle as written and the URL; one lookup.

    Fills `context.mentions` with identity keys in the order of the text.
    """
    if context.resolve_mention is None or not runs:
        return {}
    distinct = list(dict.fromkeys(runs))[:_MAX_RUNS]
    options = {run: [(name, identity_key(name)) for name in candidates(run)] for run in distinct}
    keys = list(dict.fromkeys(key for pairs in options.values() for _, key in pairs))
    urls = context.resolve_mention(keys)
    found: dict[str, tuple[str, str]] = {}
    for run, pairs in options.items():
        name, key = next(((n, k) for n, k in pairs if urls.get(k)), ("", ""))
        if not key:
            continue
        if key not in context.mentions:
            if len(context.mentions) >= MAX_MENTIONS:
                continue
            context.mentions.append(key)
        found[run] = (name, urls[key])
    return found


def _mention_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule at `@`: keeps the `_` of a handle away from emphasis."""
    if state.src[state.pos] != "@" or state.linkLevel > 0:
        return False
    end = scan_run(state.src, state.pos, state.posMax)
    if end is None:
        return False
    if not silent:
        token = state.push("mention", "", 0)
        token.content = state.src[state.pos : end]
    state.pos = end
    return True


def link_mentions(tokens: list[Token], context: Context) -> None:
    """Turn the mention tokens into links, or into text where nobody has the name."""
    runs = [t.content[1:] for b in inline_blocks(tokens) for t in b.children if t.type == "mention"]
    if not runs:
        return
    found = resolve_runs(runs, context)
    for block in inline_blocks(tokens):
        children: list[Token] = []
        for token in block.children:
            if token.type != "mention":
                children.append(token)
            elif (hit := found.get(token.content[1:])) is None:
                children.append(text_token(token.content, token.level))
            else:
                name, token.meta["url"] = hit
                rest = token.content[1 + len(name) :]
                token.content = f"@{name}"
                children.append(token)
                if rest:
                    children.append(text_token(rest, token.level))
        block.children = children


def mentions_plugin(md: MarkdownIt) -> None:
    """Install the rule."""
    md.inline.ruler.push("mention", _mention_rule)
