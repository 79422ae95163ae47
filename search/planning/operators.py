"""What a person typed, taken apart: words, phrases, and operators in English and Korean (SE-07).

Everything is forgiving: what is no operator is a word, and nothing raises.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from config.text import INVISIBLE, nfc

QUERY_MAX_LENGTH = 200  # code points
WORDS_AT_MOST = 12

TITLE, TAG, AUTHOR, LANGUAGE, BEFORE, AFTER = "title", "tag", "author", "lang", "before", "after"
NAMES = {
    "title": TITLE,
    "제목": TITLE,
    "tag": TAG,
    "태그": TAG,
    "author": AUTHOR,
    "글쓴이": AUTHOR,
    "작성자": AUTHOR,
    "lang": LANGUAGE,
    "language": LANGUAGE,
    "언어": LANGUAGE,
    "before": BEFORE,
    "이전": BEFORE,
    "after": AFTER,
    "이후": AFTER,
}
LANGUAGE_NAMES = {
    "한국어": "ko",
    "한글": "ko",
    "korean": "ko",
    "영어": "en",
    "english": "en",
    "스페인어": "es",
    "spanish": "es",
    "español": "es",
    "일본어": "ja",
    "japanese": "ja",
    "日本語": "ja",
}
QUOTES = str.maketrans("“”„‟＂«»", '"' * 7)
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
PIECE = re.compile(
    rf"""(?<!\S)(?P<minus>-(?=[^\s-]))?
    (?:(?P<name>{"|".join(NAMES)}):\s?)?
    (?:"(?P<phrase>[^"]*)"|(?P<word>\S+))""",
    re.VERBOSE | re.IGNORECASE,
)
DATE = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?[.]?")


@dataclass(frozen=True)
class Typed:
    """A word or phrase and where it stands in the text: ``text[start:end]``."""

    text: str
    start: int
    end: int
    is_title: bool = False
    is_phrase: bool = False


@dataclass
class Parts:
    """A query taken apart; ``text`` is all of it, cleaned."""

    text: str
    words: list[Typed] = field(default_factory=list)
    excluded: list[Typed] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    excluded_tags: list[str] = field(default_factory=list)
    excluded_authors: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    excluded_languages: list[str] = field(default_factory=list)
    after: datetime | None = None
    before: datetime | None = None


def clean_query(query: str) -> str:
    """Return ``query`` as one line of at most 200 characters: NFC, ASCII widths, case kept."""
    text = query[: 4 * QUERY_MAX_LENGTH].encode("utf-8", "replace").decode("utf-8")
    text = nfc(text.translate(FULL_WIDTH)).translate(QUOTES)
    return " ".join(INVISIBLE.sub(" ", text).split())[:QUERY_MAX_LENGTH].strip()


def take_apart(query: str) -> Parts:
    """Return the words and operators of ``query``."""
    parts = Parts(clean_query(query))
    for match in PIECE.finditer(parts.text):
        _take(parts, match)
    return parts


def _take(parts: Parts, match: re.Match[str]) -> None:
    name = NAMES.get((match["name"] or "").casefold())
    phrase, is_out = match["phrase"], bool(match["minus"])
    value = (phrase if phrase is not None else match["word"]).strip()
    if name and name != TITLE:
        bare = value.strip('"')
        if bare and _take_filter(parts, name, bare, is_out):
            return
    start = match.start("phrase") if phrase is not None else match.start("word")
    if name and name != TITLE:  # a value without sense, as in "after: lunch": words like others
        start, phrase = match.start("name"), None
        value = parts.text[start : match.end()]
    end = start + len(value)
    if not value.strip('"'):
        return
    if phrase is not None:
        typed = Typed(value, start, end, name == TITLE, is_phrase=True)
        # Signs alone are in no index: every text would have to be read for them.
        if not is_out and not typed.is_title and any(map(str.isalnum, value)):
            parts.phrases.append(" ".join(value.split()))
    else:
        typed = Typed(value.replace('"', " "), start, end, name == TITLE)
    taken = parts.excluded if is_out else parts.words
    if len(parts.words) + len(parts.excluded) < WORDS_AT_MOST:
        taken.append(typed)


def _take_filter(parts: Parts, name: str, value: str, is_out: bool) -> bool:
    """Note what ``name:value`` asks for and return whether it made sense."""
    if name == TAG:
        (parts.excluded_tags if is_out else parts.tags).append(value.lstrip("#") or value)
    elif name == AUTHOR:
        (parts.excluded_authors if is_out else parts.authors).append(value.lstrip("@") or value)
    elif name == LANGUAGE:
        language = _language(value)
        if not language:
            return False
        (parts.excluded_languages if is_out else parts.languages).append(language)
    else:
        span = days_of(value)
        if span is None or is_out:
            return False
        if name == BEFORE:
            parts.before = _midnight(span[0])
        else:
            parts.after = _midnight(span[0])
    return True


def _language(value: str) -> str:
    code = value.casefold()
    code = LANGUAGE_NAMES.get(code, code.split("-")[0])
    return code if code in dict(settings.LANGUAGES) else ""


def days_of(value: str) -> tuple[date, date] | None:
    """Return the first day of a year, month or day and the day after its end; None if it is none."""
    match = DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(one) if one else None for one in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, (first + timedelta(days=31)).replace(day=1)
        return first, first.replace(year=first.year + 1)
    except (ValueError, OverflowError):
        return None


def _midnight(day: date) -> datetime | None:
    try:
        moment = datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
        moment.astimezone(UTC)  # as databases ask: the first day of all has none there
    except (ValueError, OverflowError):
        return None
    return moment
