"""Which reader reads what."""

from blog.importers.bundles import Bundle
from blog.importers.ghost import GhostReader
from blog.importers.markdown_blog import MarkdownReader
from blog.importers.records import Reader
from blog.importers.tistory import TistoryReader
from blog.importers.velog import VelogReader
from blog.importers.wxr import WordPressReader

MARKDOWN = MarkdownReader.kind
READERS: tuple[type[Reader], ...] = (
    WordPressReader,
    GhostReader,
    TistoryReader,
    VelogReader,
    MarkdownReader,
)
"""In the order in which they are asked; Markdown last, for a README lies everywhere."""

KINDS = tuple(reader.kind for reader in READERS)


def find_reader(bundle: Bundle, kind: str = "") -> Reader | None:
    """Return the reader of ``kind``, or the first that recognises ``bundle``."""
    for made in READERS:
        reader = made()
        if kind == reader.kind or (not kind and reader.recognises(bundle)):
            return reader
    return None
