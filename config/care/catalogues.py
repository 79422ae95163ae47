"""Message catalogues: what the site reads is made from the ``.po`` files without other programs."""

from collections.abc import Iterator
from pathlib import Path

import polib

from config.env import ROOT


def catalogues(root: Path = ROOT) -> Iterator[Path]:
    """Yield every ``.po`` of the project."""
    yield from sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))


def stale(root: Path = ROOT) -> list[Path]:
    """Return each ``.po`` whose ``.mo`` is missing or older."""
    return [source for source in catalogues(root) if _is_stale(source)]


def compile_stale(root: Path = ROOT) -> int:
    """Write each ``.mo`` that is missing or older than its ``.po``; return how many."""
    count = 0
    for source in catalogues(root):
        if not _is_stale(source):
            continue
        target = source.with_suffix(".mo")
        # Written aside and renamed: a server that starts meanwhile never reads half a file.
        partial = target.with_suffix(".mo.partial")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(partial))
        partial.replace(target)
        count += 1
    return count


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns)
