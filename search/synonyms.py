"""Words that mean the same, as staff keep them; asked with every search, so kept in the cache."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from django.core.cache import cache

from config.text import nfc
from search.models import Synonym

CACHE_KEY = "search:synonyms"
CACHE_SECONDS = 600
SEPARATOR = ","
ONE_WAY = ">"
SHIPPED = Path(__file__).with_name("shipped_synonyms.txt")


def normal_word(text: str) -> str:
    """Return a word as the table of synonyms knows it: NFC, lower case, single spaces."""
    return " ".join(nfc(text).lower().split())


def split_words(text: str) -> list[str]:
    """Return the different words of one row, in their order."""
    words = (normal_word(part) for part in text.split(SEPARATOR))
    return list(dict.fromkeys(word for word in words if word))


def synonyms_of(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return {word: what means the same} for those of ``words`` that have synonyms."""
    table = _table()
    wanted = {word: normal_word(word) for word in words}
    return {word: table[key] for word, key in wanted.items() if key in table}


def synonym_words() -> Collection[str]:
    """Return all words that have synonyms: they are spelled right, whoever writes them."""
    return _table().keys()


def forget_synonyms() -> None:
    """Let the next search read the rows again."""
    cache.delete(CACHE_KEY)


def _table() -> dict[str, tuple[str, ...]]:
    table = cache.get(CACHE_KEY)
    if table is None:
        table = _read()
        cache.set(CACHE_KEY, table, CACHE_SECONDS)
    return table


def _read() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    rows = Synonym.objects.filter(is_active=True).order_by("pk")
    for text, is_one_way in rows.values_list("words", "is_one_way"):
        words = split_words(text)
        for word in words[:1] if is_one_way else words:
            others = found.setdefault(word, {})
            others.update(dict.fromkeys(one for one in words if one != word))
    return {word: tuple(others) for word, others in found.items()}


def shipped_synonyms() -> Iterator[tuple[str, bool]]:
    """Yield (words, is one way) of the rows that every site begins with."""
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        row = line.partition("# ")[0].strip()
        if row and row != "#":
            is_one_way = ONE_WAY in row
            words = split_words(row.replace(ONE_WAY, SEPARATOR))
            yield f"{SEPARATOR} ".join(words), is_one_way
