"""Numbered pages: first, the one before, numbers around the present one, the one after, last."""

from collections.abc import Callable
from dataclasses import dataclass

AROUND = 2


@dataclass(frozen=True)
class NumberedPages:
    """The addresses of the pages of a list; ``None``: there is none."""

    page: int
    last_page: int
    first_url: str | None
    previous_url: str | None
    numbers: tuple[tuple[int, str | None], ...]
    next_url: str | None
    last_url: str | None


def numbered_pages(page: int, last_page: int, address: Callable[[int], str]) -> NumberedPages:
    """Return the ways from ``page`` on; the present one has no address among ``numbers``."""
    first = max(1, min(page - AROUND, last_page - 2 * AROUND))
    last = min(last_page, max(page + AROUND, 1 + 2 * AROUND))
    has_before, has_after = page > 1, page < last_page
    return NumberedPages(
        page=page,
        last_page=last_page,
        first_url=address(1) if has_before else None,
        previous_url=address(page - 1) if has_before else None,
        numbers=tuple(
            (number, None if number == page else address(number))
            for number in range(first, last + 1)
        ),
        next_url=address(page + 1) if has_after else None,
        last_url=address(last_page) if has_after else None,
    )
