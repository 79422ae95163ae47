"""What never stands in a log, an error mail or a report of an error, wherever it came from.

Who writes a log line names ids, never values. This is the second fence: exceptions of others
(a driver, a parser) quote what they stumbled over, and that may be a person's.
"""

import re
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from config.env import ROOT

HIDDEN = "…"
TEXT_MAX_LENGTH = 10_000
"""Characters of one value that are read at all; the rest is not written either."""

MESSAGE_MAX_LENGTH = 500
MESSAGE_READ_LENGTH = 4_000
LONGEST_QUOTED = 40
"""Names of columns, fields and settings are shorter; texts of people are longer."""

DEEPEST = 3
SECRET_NAME = re.compile(
    r"passw|secret|token|cookie|session_?(?:id|key)|authorization|credential|csrf|otp|dsn|api_?key"
    r"|e_?mail|address(?!_count)|\bargs\b|kwargs|query_string|\bbody\b|\bdata\b",
    re.IGNORECASE,
)
CREDENTIALS_IN_URL = re.compile(r"://[^/\s]*@")
"""Up to the last of several: who types a password does not always escape what is in it."""

# Every pattern here must be done with a text in one go over it: strangers choose what it reads.
EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
SCHEME = r"(?:(?:bearer|basic|digest|token|negotiate)\s{1,8})?"
VALUE = r"(?:'[^'\n]{0,500}'|\"[^\"\n]{0,500}\"|['\"]?[^\s'\",;}]+)"
ASSIGNED_SECRET = re.compile(
    r"(bearer|token|password|passwort|passwd|secret|api[_-]?key|authorization|cookie|sessionid"
    r"|csrftoken)(?:[\w-]{0,20}['\"]?\s{0,8}[=:]\s{0,8}|\s{1,8}(?=['\"]|[\w.-]{20}))"
    + SCHEME
    + VALUE,
    re.IGNORECASE,
)
BASIC = re.compile(r"\b([Bb]asic|BASIC)\s{1,8}(?=[a-z]*[A-Z\d+/=])[\w+/=-]{6,}")
TOKEN = re.compile(r"\b(?:madang_|mdg_|whsec_|sk_|ghp_)[\w-]{8,}")
WORD = re.compile(r"[^\s'\"<>]+")
ROW_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):.*(?:\n(?!\w{1,30}:).*)*", re.MULTILINE
)
"""PostgreSQL tells which values it refused, and the row that has them already."""

QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^“”\n]*”|`[^`\n]*`")
QUOTED_OR_CUT = re.compile(
    r"'[^'\n]*(?:'|\Z)|\"[^\"\n]*(?:\"|\Z)|“[^“”\n]*(?:”|\Z)|`[^`\n]*(?:`|\Z)"
)
"""The same in a text whose end is missing, and with it perhaps the second quotation mark."""

FOREIGN = re.compile(r"[^\x00-\x7f](?:.*[^\x00-\x7f])?", re.DOTALL)
"""Our own messages are English; what is not, somebody wrote."""

SECRET_IN_PATH = re.compile(
    r"/(?:auth/password/reset/key|auth/confirm-email|preview|unsubscribe|moderation/appeal|takedown)"
    r"/(?=[^/])"
)
"""Addresses whose rest opens something by itself: whoever reads the log must not come in by it."""

SECRET_REST = re.compile(SECRET_IN_PATH.pattern + r"[^\s'\"]*")
Trace = tuple[type[BaseException], BaseException, TracebackType | None]


def scrub_text(text: str) -> str:
    """Return ``text`` without addresses, keys, credentials and what follows a question mark."""
    text = _cut(text, TEXT_MAX_LENGTH)
    text = CREDENTIALS_IN_URL.sub(f"://{HIDDEN}@", text)
    text = EMAIL.sub("[address]", text)
    text = ASSIGNED_SECRET.sub(rf"\1 {HIDDEN}", text)
    text = BASIC.sub(rf"\1 {HIDDEN}", text)
    text = TOKEN.sub(HIDDEN, text)
    text = SECRET_REST.sub(lambda found: f"{SECRET_IN_PATH.match(found[0])[0]}{HIDDEN}", text)
    return WORD.sub(_hide_query, text)


def scrub_message(text: str) -> str:
    """Return the message of an exception without the values that it quotes."""
    is_cut = len(text) > MESSAGE_READ_LENGTH
    text = ROW_VALUES.sub("", _cut(text, MESSAGE_READ_LENGTH)).strip()
    text = (QUOTED_OR_CUT if is_cut else QUOTED).sub(_hide_quoted, text)
    text = FOREIGN.sub(HIDDEN, text)
    text = scrub_text(text)
    return text if len(text) <= MESSAGE_MAX_LENGTH else text[:MESSAGE_MAX_LENGTH] + HIDDEN


def scrub_value(value: Any, depth: int = 0) -> Any:
    """Return ``value`` of a log line without what must not be told; numbers stay what they are."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {scrub_message(str(value))}"
    if depth < DEEPEST and isinstance(value, Mapping):
        return {
            str(name): HIDDEN if SECRET_NAME.search(str(name)) else scrub_value(one, depth + 1)
            for name, one in value.items()
        }
    if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [scrub_value(one, depth + 1) for one in value]
    return scrub_text(str(value))


def format_trace(trace: Trace) -> str:
    """Return the traceback of an exception and of its causes: places and code, no values."""
    whole = traceback.TracebackException(*trace, capture_locals=False, compact=True)
    _scrub_chain(whole)
    return "".join(whole.format()).rstrip("\n")


def place_of(trace: Trace) -> str:
    """Return where an exception came from: the last line of ours, else the last one."""
    frames = traceback.extract_tb(trace[2])
    ours = [frame for frame in frames if _is_ours(frame.filename)]
    if not frames:
        return ""
    frame = (ours or frames)[-1]
    return f"{_module(frame.filename)}:{frame.lineno} {frame.name}"


def _is_ours(filename: str) -> bool:
    return filename.startswith(f"{ROOT}/") and "site-packages" not in filename


def _module(filename: str) -> str:
    return filename.rpartition("site-packages/")[2].removeprefix(f"{ROOT}/")


def _scrub_chain(one: traceback.TracebackException) -> None:
    """Clean the words of an exception, of what caused it, and of a group's members."""
    # Its words are what format() writes behind the name of the type.
    one._str = scrub_message(str(one._str))  # type: ignore[attr-defined]
    if getattr(one, "__notes__", None):
        one.__notes__ = [scrub_message(str(note)) for note in one.__notes__]
    for other in (one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ())):
        if other is not None:
            _scrub_chain(other)


def _cut(text: str, most: int) -> str:
    """Return the beginning of a long text, up to a word that is whole: of half an address nobody
    could tell that it is one."""
    if len(text) <= most:
        return text
    whole, _space, _half = text[:most].rpartition(" ")
    return (whole or text[:most]) + HIDDEN


def _hide_query(match: re.Match[str]) -> str:
    address, _mark, query = match[0].partition("?")
    return f"{address}?{HIDDEN}" if query and "/" in address else match[0]


def _hide_quoted(match: re.Match[str]) -> str:
    inside = match[0][1:-1]
    is_word = inside.isascii() and len(inside) <= LONGEST_QUOTED and " " not in inside
    return match[0] if is_word else f"{match[0][0]}{HIDDEN}{match[0][-1]}"
