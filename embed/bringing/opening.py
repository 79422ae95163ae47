"""Which program wrote a file, told by what is in it and never by its name."""

import gzip
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from embed.bringing.disqus import read_disqus
from embed.bringing.isso import read_isso
from embed.bringing.madang import read_madang
from embed.bringing.records import BroughtComment, Fault
from embed.bringing.wordpress import read_wordpress
from embed.exceptions import CommentFileRefused

FILE_MOST = 256 * 1024 * 1024  # bytes, unpacked
HEAD = 64 * 1024
SQLITE, GZIP = b"SQLite format 3\x00", b"\x1f\x8b"
LABELS = {"disqus": "Disqus", "isso": "isso", "wordpress": "WordPress", "madang": "Madang"}


def unpacked(path: Path, folder: Path) -> Path:
    """Return ``path``, or what it holds if it is packed by gzip, as Disqus sends it.

    Raises CommentFileRefused for what is damaged or grows beyond FILE_MOST.
    """
    with path.open("rb") as opened:
        if opened.read(2) != GZIP:
            return path
    target = folder / "unpacked"
    try:
        with gzip.open(path) as source, target.open("wb") as copy:
            shutil.copyfileobj(_Limited(source), copy, 1024 * 1024)
    except (OSError, EOFError, zlib.error) as error:
        raise CommentFileRefused(_("This archive is damaged and cannot be opened.")) from error
    return target


class _Limited:
    """Reads no more than FILE_MOST bytes of a packed file, however little it takes on disk."""

    def __init__(self, source):
        self.source, self.left = source, FILE_MOST

    def read(self, size: int) -> bytes:
        data = self.source.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise CommentFileRefused(
                _("This archive unpacks to more than this site can take. Split it into parts.")
            )
        return data


def kind_of(path: Path) -> str:
    """Return a key of LABELS. Raises CommentFileRefused."""
    with path.open("rb") as opened:
        head = opened.read(HEAD)
    if head.startswith(SQLITE):
        return "isso"
    if b"<disqus" in head:
        return "disqus"
    if b"<rss" in head and b"wordpress.org/export" in head:
        return "wordpress"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "madang"
    raise CommentFileRefused(
        _("This is no file of Disqus (XML), isso (SQLite), WordPress (XML) or Madang (JSON)."),
        field="upload",
    )


@contextmanager
def reading(path: Path, fault: Fault) -> Iterator[tuple[str, Iterator[BroughtComment]]]:
    """Open a file and give its kind and its comments. Raises CommentFileRefused."""
    kind = kind_of(path)
    if kind == "isso":
        yield kind, read_isso(path, fault)
        return
    readers: dict[str, Callable] = {
        "disqus": read_disqus,
        "wordpress": read_wordpress,
        "madang": read_madang,
    }
    with path.open("rb") as opened:
        yield kind, readers[kind](opened, fault)
