"""Reading a JSON array record by record, however long it is."""

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

CHUNK = 256 * 1024  # bytes
RECORD_MOST = 8_000_000
"""Characters of one record: a post of the greatest length, and its draft of the same."""

SPACE_MOST = 64 * 1024
"""Characters of white space between two records: all of it has to be stepped over."""

SPACE = " \t\r\n"


class NotAnArray(ValueError):
    """This is no JSON array in UTF-8, or one of its items is too long."""


def read_array(opened: IO[bytes]) -> Iterator[Any]:
    """Yield the items of the array that ``opened`` holds. Raises NotAnArray."""
    reader = _Reader(opened)
    if reader.next_character() != "[":
        raise NotAnArray
    reader.take(1)
    if reader.next_character() == "]":
        reader.take(1)
        reader.require_end()
        return
    while True:
        yield reader.item()
        mark = reader.next_character()
        reader.take(1)
        if mark == "]":
            reader.require_end()
            return
        if mark != ",":
            raise NotAnArray


class _Reader:
    def __init__(self, opened: IO[bytes]):
        self._opened = opened
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._parse = json.JSONDecoder(parse_constant=_refuse).raw_decode
        self._text, self._at, self._is_over = "", 0, False

    def _more(self, size: int = 0) -> bool:
        """Read on; return whether there was anything."""
        if self._is_over:
            return False
        data = self._opened.read(size or CHUNK)
        self._is_over = not data
        try:
            text = self._decode(data, self._is_over)
        except UnicodeDecodeError as error:
            raise NotAnArray from error
        self._text = self._text[self._at :] + text
        self._at = 0
        return bool(data)

    def next_character(self) -> str:
        """Return what stands next behind white space; empty at the end. Raises NotAnArray."""
        skipped = 0
        while True:
            while self._at < len(self._text) and self._text[self._at] in SPACE:
                self._at += 1
                skipped += 1
                if skipped > SPACE_MOST:
                    raise NotAnArray
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, count: int) -> None:
        self._at += count

    def item(self) -> dict[str, Any]:
        """Return the object that stands next; nothing else is a record."""
        if self.next_character() != "{":
            raise NotAnArray
        while True:
            try:
                found, self._at = self._parse(self._text, self._at)
            except (ValueError, RecursionError) as error:
                held = len(self._text) - self._at
                # Twice as much each time: a long record is parsed a few times, not thousands.
                wanted = max(CHUNK, min(held, RECORD_MOST - held))
                if held >= RECORD_MOST or not self._more(wanted):
                    raise NotAnArray from error
            else:
                return found

    def require_end(self) -> None:
        if self.next_character():
            raise NotAnArray


def _refuse(name: str) -> None:
    raise ValueError(name)
