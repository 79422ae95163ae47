"""What a reader of an export makes of each post, before anything is known about this site."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from blog.importers.bundles import Bundle


@dataclass(frozen=True)
class ImportedComment:
    """What somebody said under a post, as plain text; ``parent_key`` is what it answers."""

    key: str
    text: str
    created_at: datetime | None
    author_name: str = ""
    author_url: str = ""
    parent_key: str = ""
    is_approved: bool = True


@dataclass(frozen=True)
class ImportedPost:
    """One post of the former blog with its whole text.

    key: what tells a second run that this post came in already, at most 300 characters.
    path: what a report calls it: the file, and for files with many posts the number in it.
    source: Markdown. Addresses in it are those of the former blog.
    status: ``published``, ``draft`` or ``scheduled`` (then ``published_at`` lies ahead).
    visibility: ``public``, ``followers`` or ``private``; empty where the blog does not say.
        What a password protected is private, with a problem that says so.
    categories: names, the parent before its child; tags without them.
    cover: an address like those in ``source``, with its place in ``attachments``.
    old_paths: where the post was shown: paths without host (with ``?p=123``), the main one first.
    attachments: for addresses in ``source`` (and ``cover``) the name of the member of the bundle,
        or the address from which the file can be fetched. Pictures and other files.
    license, topic: as this site writes them (SPDX identifier, name); what it does not know is left.
    alts: descriptions of pictures by the same addresses.
    names: what other texts of the blog may call it.
    problems: what was lost, with the line in the file (None: of the whole post).
    """

    key: str
    path: str
    title: str
    source: str
    created_at: datetime | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    status: str = "published"
    visibility: str = ""
    slug: str = ""
    tags: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    series: str = ""
    excerpt: str = ""
    language: str = ""
    cover: str = ""
    author_name: str = ""
    canonical_url: str = ""
    license: str = ""
    topic: str = ""
    is_open_to_comments: bool = True
    old_paths: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    comments: list[ImportedComment] = field(default_factory=list)
    attachments: dict[str, str] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[int | None, str]] = field(default_factory=list)


class Report(Protocol):
    """Where a reader says what does not belong to one post."""

    def note(self, path: str, line: int, text: str) -> None:
        """Remember something that could not be read (line 0: the whole file)."""

    def skip(self, path: str, text: str, line: int = 0) -> None:
        """Remember something that is not brought in at all, and why."""

    def host(self, name: str) -> None:
        """Remember a host under which the former blog was seen; links to it lead to its posts."""


class Reader(Protocol):
    """Reads one kind of export; nothing is written to the database, nothing fetched."""

    kind: str

    def recognises(self, bundle: "Bundle") -> bool:
        """Return whether ``bundle`` holds this kind of export; cheap, and never raises."""

    def read(
        self, bundle: "Bundle", report: Report, *, zone: tzinfo | None = None
    ) -> Iterator[ImportedPost]:
        """Yield the posts one by one; ``zone`` is that of times that name none.

        What cannot be read is told to ``report`` by file and line and stops nothing else.
        """
