"""What an import is going to do, as plain data."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """Something that was not understood: file (relative), line (from 1, 0: the whole), words."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


@dataclass
class PlannedPost:
    """One file on its way to become an article."""

    path: str
    title: str
    source: str
    date: datetime
    edited_at: datetime | None = None
    is_draft: bool = False
    visibility: str = ""
    slug: str = ""
    tags: list[str] = field(default_factory=list)
    series: str = ""
    excerpt: str = ""
    language: str = ""
    canonical_url: str = ""
    cover: str = ""
    old_paths: list[str] = field(default_factory=list)
    images: dict[str, Path] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def origin_key(self) -> str:
        """What tells a second run that this file came in already (at most 300 characters).

        The title is part of it: every folder has a README.md.
        """
        mark = hashlib.sha256(self.title.encode()).hexdigest()[:12]
        return f"markdown:{mark}:{self.path[-270:]}"


@dataclass
class ImportPlan:
    """All posts of a folder, and everything that was lost on the way."""

    folder: Path
    kind: str
    posts: list[PlannedPost] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What became of one planned post: ``imported``, ``known`` or ``failed``."""

    path: str
    state: str
    url: str = ""
    old_paths: tuple[str, ...] = ()
    reason: str = ""
