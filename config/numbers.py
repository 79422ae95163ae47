"""Numbers as people and scripts send them."""

NO_ROW = -1
LONGEST = 18
"""Digits: more than any primary key has, and less than a database's 64 bits."""


def row_number(text: str) -> int:
    """Return the primary key that ``text`` is; NO_ROW, which no row has, if it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST
    return int(text) if is_number else NO_ROW
