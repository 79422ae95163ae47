"""Finding what opens and what closes it, in one pass however often nothing closes."""

import re
from collections.abc import Callable, Iterator


def find_pairs(
    text: str, opening: re.Pattern, closing: Callable[[re.Match], re.Pattern]
) -> Iterator[tuple[re.Match, re.Match]]:
    """Yield each opening mark with the nearest mark that closes it, from left to right.

    ``closing`` says what closes a mark. What was not found once is not looked for again: a text of
    nothing but opening marks would else be read as often as it has marks.
    """
    position, lost = 0, set()
    while begin := opening.search(text, position):
        pattern = closing(begin)
        end = None if pattern in lost else pattern.search(text, begin.end())
        if end is None:
            lost.add(pattern)
            position = max(begin.end(), position + 1)
            continue
        yield begin, end
        position = end.end()


def replace_pairs(
    text: str,
    opening: re.Pattern,
    closing: Callable[[re.Match], re.Pattern],
    make: Callable[[re.Match, str, re.Match], str],
) -> str:
    """Return ``text`` with ``make(opening, inner, closing)`` in place of each pair."""
    pieces, position = [], 0
    for begin, end in find_pairs(text, opening, closing):
        pieces += [
            text[position : begin.start()],
            make(begin, text[begin.end() : end.start()], end),
        ]
        position = end.end()
    return "".join([*pieces, text[position:]])
