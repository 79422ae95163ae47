"""What an import is going to do, as plain data."""

import contextlib
import hashlib
import pickle
import tempfile
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from blog.importers.bundles import Bundle
from blog.importers.linking import Directory
from blog.importers.records import ImportedPost


@dataclass(frozen=True)
class Problem:
    """Something that was not understood: file (relative), line (from 1, 0: the whole), words."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"

    @property
    def place(self) -> str:
        if not self.line:
            return self.path
        return _("%(name)s, line %(line)s") % {"name": self.path, "line": self.line}


@dataclass
class PlannedPost:
    """What the plan keeps of a post: all but its text, which waits on disk."""

    key: str
    path: str
    title: str
    date: datetime
    status: str
    visibility: str
    slug: str
    tags: list[str]
    series: str
    old_paths: list[str]
    comment_keys: tuple[str, ...]
    offset: int
    is_known: bool = False
    new_comment_count: int = 0
    url: str = ""

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"


class Spool:
    """Posts on disk, one after the other: a blog of any size takes the memory of one post."""

    def __init__(self):
        self.file = tempfile.TemporaryFile(prefix="madang-import-")  # noqa: SIM115 until close()

    def add(self, post: ImportedPost) -> int:
        """Keep ``post`` and return where it is."""
        offset = self.file.seek(0, 2)
        pickle.dump(post, self.file, pickle.HIGHEST_PROTOCOL)
        return offset

    def load(self, offset: int) -> ImportedPost:
        """Return the post that was kept at ``offset``."""
        self.file.seek(offset)
        return pickle.load(self.file)  # noqa: S301 our own nameless file

    def close(self) -> None:
        self.file.close()


@dataclass
class ImportPlan:
    """All posts of a blog, and everything that was lost on the way."""

    name: str
    kind: str
    posts: list[PlannedPost] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    said: set[Problem] = field(default_factory=set)
    directory: Directory = field(default_factory=Directory)
    spool: Spool = field(default_factory=Spool)
    closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    bundle: Bundle | None = None

    def load(self, planned: PlannedPost) -> ImportedPost:
        """Return ``planned`` with its text."""
        return self.spool.load(planned.offset)

    # What readers tell (blog.importers.records.Report)

    def note(self, path: str, line: int, text: str) -> None:
        """Remember something that was not understood; of a whole file each thing once."""
        problem = Problem(path, line, text)
        if line or problem not in self.said:
            self.said.add(problem)
            self.problems.append(problem)

    def skip(self, path: str, text: str, line: int = 0) -> None:
        """Remember something that is not brought in at all, and why."""
        self.skipped.append(Problem(path, line, text))

    def host(self, name: str) -> None:
        """Remember a host of the former blog: links to it are links between its posts."""
        self.directory.hosts.add(name.lower().removeprefix("www."))

    def close(self) -> None:
        """Let go of the files on disk."""
        self.spool.close()
        self.closing.close()

    def __enter__(self) -> "ImportPlan":
        return self

    def __exit__(self, *_error) -> None:
        self.close()


@dataclass(frozen=True)
class Outcome:
    """What became of one planned post: ``imported``, ``known`` or ``failed``."""

    path: str
    state: str
    title: str = ""
    url: str = ""
    old_paths: tuple[str, ...] = ()
    reason: str = ""


def origin_key(kind: str, title: str, path: str) -> str:
    """Return what tells a second run that a file came in already (at most 300 characters).

    The title is part of it: every folder has a README.md.
    """
    mark = hashlib.sha256(title.encode()).hexdigest()[:12]
    return f"{kind}:{mark}:{path[-270:]}"
